//! When nothing is deployed because a calendar says so: holidays and freezes, as intervals. How
//! they are read from an iCalendar file, and how recurring ones become intervals, is
//! `crate::definition`. Pure: it knows no files and no current time.

use crate::model::{Time, instants_of, wall};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The events of one calendar, as far as they were read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Calendar {
    /// The file's name as the definition gives it.
    pub file: String,
    /// Nothing is known of what comes after; from here on the calendar denies (fail closed).
    pub until: Time,
    pub events: Vec<Event>,
    /// By when they begin.
    pub closures: Vec<Closure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    pub summary: String,
    /// Where it begins in the file.
    pub line: usize,
}

/// One occurrence of an event: `from <= now < to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closure {
    pub from: Time,
    pub to: Time,
    /// The two are readings of the wall clock of the target's zone, written as if it was UTC: days
    /// and floating times mean another moment in every zone.
    pub local: bool,
    /// Which event, by its place in the list.
    pub event: usize,
}

/// Why a calendar denies at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denial {
    pub(super) why: String,
    pub(super) since: Time,
    /// When this occurrence ends; none when nothing is known any more.
    pub(super) until: Option<Time>,
}

/// No two wall clocks are further apart than this, with something to spare.
const ZONES_APART: i64 = 2 * 86_400_000;

impl Calendar {
    /// What denies at an instant in a zone: the occurrence that ends last.
    pub(super) fn denies(&self, at: Time, zone: Tz) -> Option<Denial> {
        if at >= self.until {
            return Some(Denial {
                why: format!(
                    "{} is read up to {} only: have the server read it again",
                    self.file,
                    self.until.utc().date_naive()
                ),
                since: self.until,
                until: None,
            });
        }
        let reading = wall(at, zone);
        let standing = self
            .closures
            .iter()
            .take_while(|closure| closure.from.0 <= at.0 + ZONES_APART)
            .filter(|closure| closure.contains(at, reading));
        let last = standing.max_by_key(|closure| closure.ends(at, zone))?;
        let event = self.events.get(last.event);
        let (summary, line) = event.map_or(("an event", 0), |e| (e.summary.as_str(), e.line));
        Some(Denial {
            why: format!("{summary} ({}:{line})", self.file),
            since: last.begins(at, zone),
            until: Some(last.ends(at, zone)),
        })
    }

    /// When the last occurrence before `at` ended; none when there was none.
    pub(super) fn last_end(&self, at: Time, zone: Tz) -> Option<Time> {
        let near = self
            .closures
            .iter()
            .take_while(|closure| closure.from.0 <= at.0 + ZONES_APART);
        let ends = near.flat_map(|closure| closure.moments(closure.to, zone));
        ends.filter(|then| *then <= at).max()
    }

    /// The first instant after `at` at which it may begin to deny.
    pub(super) fn next_begin(&self, at: Time, zone: Tz) -> Option<Time> {
        let mut next = Some(self.until).filter(|until| *until > at);
        for closure in &self.closures {
            if next.is_some_and(|next| closure.from.0 > next.0 + ZONES_APART) {
                break;
            }
            let begins = closure.moments(closure.from, zone).into_iter();
            next = begins.filter(|then| *then > at).chain(next).min();
        }
        next
    }
}

impl Closure {
    fn contains(&self, at: Time, reading: Time) -> bool {
        let now = if self.local { reading } else { at };
        self.from <= now && now < self.to
    }

    /// The instants at which an end of it may be reached in a zone.
    fn moments(&self, bound: Time, zone: Tz) -> Vec<Time> {
        if self.local {
            instants_of(bound, zone)
        } else {
            vec![bound]
        }
    }

    fn begins(&self, at: Time, zone: Tz) -> Time {
        let before = self.moments(self.from, zone).into_iter();
        before.filter(|then| *then <= at).max().unwrap_or(at)
    }

    fn ends(&self, at: Time, zone: Tz) -> Time {
        let after = self.moments(self.to, zone).into_iter();
        after.filter(|then| *then > at).min().unwrap_or(self.to)
    }
}
