//! What one route still has to tell, and what of it may be told now. Pure: the service keeps it on
//! the disk and does the telling.
//!
//! ```text
//! notice -> take -> waiting --quiet, rate--> next -> trying -> delivered | given up
//!                      '--- several that waited ---> digest --^
//! ```
//!
//! It is kept after every delivery, so that a server that dies before that tries the same notice
//! again under the same key. What it had not taken in yet comes again from the journal.

use crate::model::{Notice, NoticeAction, Rate, Route, Severity, Span, Time, digest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// Notices that wait on one route. Beyond that the oldest are dropped and counted.
pub const WAITING_MOST: usize = 500;
/// Things that were told of and have not ended, so that their end is told too.
const TOLD_MOST: usize = 2_000;
/// Notices that have waited for longer than this are told together.
const TOGETHER_AFTER: Span = Span::minutes(1);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outbox {
    /// The journal that the positions are in.
    pub journal: String,
    /// Every entry of the journal up to here has been looked at.
    pub seen: u64,
    pub waiting: VecDeque<Notice>,
    /// The one that is under way, until it is known to have arrived.
    pub trying: Option<Notice>,
    /// What was told of and has not ended, with the severity that it was told with.
    pub told: BTreeMap<String, Severity>,
    /// Dropped since the last digest because too many waited.
    pub lost: u64,
    pub delivered: u64,
    /// Neither delivered nor waiting any more: refused, too old, or too many.
    pub given_up: u64,
    pub last_success: Option<Time>,
    /// When and why a notice was given up last.
    pub last_given_up: Option<(Time, String)>,
    /// Until when something was last seen to wait for quiet hours: that wait is nobody's fault.
    quiet: Option<Time>,
    /// When notices went out lately. A restart begins anew.
    #[serde(skip)]
    sent: VecDeque<(Time, Severity)>,
}

/// What to do on a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Send(Box<Notice>),
    /// Nothing before then; none when nothing waits.
    Wait(Option<Time>),
}

impl Outbox {
    /// Of a new route: it tells nothing of what was before.
    pub fn new(journal: &str, seen: u64) -> Self {
        Self {
            journal: journal.to_owned(),
            seen,
            waiting: VecDeque::new(),
            trying: None,
            told: BTreeMap::new(),
            lost: 0,
            delivered: 0,
            given_up: 0,
            last_success: None,
            last_given_up: None,
            quiet: None,
            sent: VecDeque::new(),
        }
    }

    /// Takes a notice in if it is for the route and has not been looked at.
    pub fn take(&mut self, route: &Route, notice: &Notice) {
        if notice.seq <= self.seen {
            return;
        }
        self.seen = notice.seq;
        let Some(notice) = self.wanted(route, notice) else {
            return;
        };
        self.waiting.push_back(notice);
        if self.waiting.len() > WAITING_MOST
            && let Some(dropped) = self.waiting.pop_front()
        {
            self.lost += 1;
            let why = format!("more than {WAITING_MOST} waited: {}", dropped.title);
            self.count_lost(dropped.at, why);
        }
    }

    /// The notice as the route tells it. Whoever was told the beginning is told the rest.
    fn wanted(&mut self, route: &Route, notice: &Notice) -> Option<Notice> {
        if notice.follows() {
            let severity = *self.told.get(&notice.about)?;
            if notice.action == NoticeAction::Resolve {
                self.told.remove(&notice.about);
            }
            return route.to.can_say(notice.action).then(|| Notice {
                severity,
                ..notice.clone()
            });
        }
        if !route.wants(notice) {
            return None;
        }
        if notice.action == NoticeAction::Trigger {
            self.told.insert(notice.about.clone(), notice.severity);
            if self.told.len() > TOLD_MOST {
                self.told.pop_first();
            }
        }
        Some(notice.clone())
    }

    /// What to do now. What is to be sent stays under way until it is delivered or given up.
    pub fn next(&mut self, route: &Route, now: Time) -> Next {
        if !route.to.takes_digests() {
            self.spare_what_is_over();
        }
        let quiet_for = |notice: &Notice| route.is_quiet_for(notice, now);
        if self.waiting.iter().any(quiet_for) {
            self.quiet = Some(now);
        }
        self.expire(route.give_up_after, now);
        if let Some(trying) = &self.trying {
            return Next::Send(Box::new(trying.clone()));
        }
        let is_due = |n: &usize| {
            let notice = &self.waiting[*n];
            let mut before = self.waiting.iter().take(*n);
            // In order, as far as it is about the same.
            !before.any(|earlier| earlier.about == notice.about && quiet_for(earlier))
                && !quiet_for(notice)
        };
        let due: Vec<usize> = (0..self.waiting.len()).filter(is_due).collect();
        let free = |n: &&usize| {
            self.room(route.rate, self.waiting[**n].severity, now)
                .is_ok()
        };
        let first = due
            .iter()
            .filter(free)
            .min_by_key(|n| (self.waiting[**n].severity, **n));
        let Some(first) = first.copied() else {
            return Next::Wait(self.due_again(route, now, &due));
        };
        let waited = now.since(self.waiting[first].at) >= TOGETHER_AFTER;
        let together = waited && due.len() > 1 && route.to.takes_digests();
        let chosen = if together { due } else { vec![first] };
        let mut rest = chosen.iter().rev();
        let mut taken: Vec<Notice> = rest
            .by_ref()
            .filter_map(|n| self.waiting.remove(*n))
            .collect();
        taken.reverse();
        self.trying = match <[Notice; 1]>::try_from(taken) {
            Ok([single]) => Some(single),
            Err(several) => digest(&several, std::mem::take(&mut self.lost)),
        };
        match &self.trying {
            Some(notice) => Next::Send(Box::new(notice.clone())),
            None => Next::Wait(None),
        }
    }

    /// What is under way has arrived.
    pub fn delivered(&mut self, now: Time) {
        if let Some(notice) = self.trying.take() {
            self.sent.push_back((now, notice.severity));
            self.delivered += 1;
            self.last_success = Some(now);
        }
    }

    /// What is under way will never arrive.
    pub fn give_up(&mut self, now: Time, why: &str) {
        if let Some(notice) = self.trying.take() {
            self.count_lost(now, format!("{why}: {}", notice.title));
        }
    }

    fn count_lost(&mut self, at: Time, why: String) {
        self.given_up += 1;
        self.last_given_up = Some((at, why));
    }

    fn expire(&mut self, after: Span, now: Time) {
        let quiet = self.quiet;
        let too_old =
            |notice: &Notice| now.since(notice.at.max(quiet.unwrap_or(notice.at))) > after;
        let old: Vec<Notice> = self
            .waiting
            .iter()
            .filter(|n| too_old(n))
            .cloned()
            .collect();
        self.waiting.retain(|notice| !too_old(notice));
        let tried = self.trying.take_if(|notice| too_old(notice));
        for notice in old.into_iter().chain(tried) {
            self.count_lost(
                now,
                format!("not delivered within {after}: {}", notice.title),
            );
        }
    }

    /// What began and ended while it waited never was for a pager: only the end is left, which
    /// ends what may have been told before.
    fn spare_what_is_over(&mut self) {
        let ended = self.waiting.iter().enumerate();
        let ended = ended.filter(|(_, notice)| notice.action == NoticeAction::Resolve);
        let ends: BTreeMap<String, usize> = ended.map(|(n, it)| (it.about.clone(), n)).collect();
        let mut n = 0;
        self.waiting.retain(|notice| {
            let over = ends.get(&notice.about).is_some_and(|end| n < *end);
            n += 1;
            !over
        });
    }

    /// Whether one more of a severity may go out now; else when. Each severity has a budget of its
    /// own, so that a flood of what is less urgent never keeps back what is more so.
    fn room(&self, rate: Rate, severity: Severity, now: Time) -> Result<(), Time> {
        let same = self.sent.iter().filter(|(_, sent)| *sent == severity);
        let lately = same.filter(|(at, _)| *at <= now && now.since(*at) < rate.within);
        let lately: Vec<Time> = lately.map(|(at, _)| *at).collect();
        let most = usize::try_from(rate.most).unwrap_or(usize::MAX);
        match lately.len().checked_sub(most) {
            Some(n) => Err(lately[n] + rate.within),
            None => Ok(()),
        }
    }

    /// When to look again: at the end of quiet hours, or when the rate has room.
    fn due_again(&mut self, route: &Route, now: Time, due: &[usize]) -> Option<Time> {
        while self
            .sent
            .front()
            .is_some_and(|(at, _)| now.since(*at) >= route.rate.within)
        {
            self.sent.pop_front();
        }
        let rooms = due.iter().filter_map(|n| {
            let severity = self.waiting[*n].severity;
            self.room(route.rate, severity, now).err()
        });
        let held = due.len() < self.waiting.len();
        let quiet = route.quiet.as_ref().filter(|_| held);
        let end = quiet.and_then(|quiet| quiet.hours.next_change(now, quiet.time_zone));
        rooms.chain(end).min()
    }
}
