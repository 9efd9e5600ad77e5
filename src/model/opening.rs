//! Whether a window of a definition is open: its weekly rules and its calendars taken together
//! (DESIGN.md 5, rule 5). Deny beats allow. Each pipeline may begin at its own moment after an
//! opening, so that not all of them begin at once.

use crate::model::{Digest, PipelineName, Span, Time, Window};
use chrono_tz::Tz;

/// Why a window is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Continues `window NAME ...`.
    pub why: String,
    pub by: ClosedBy,
    pub since: Time,
    /// When it opens; none when that is not to be seen.
    pub until: Option<Time>,
}

/// What closes a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// Its weekly rules.
    Week,
    /// An event of a calendar.
    Calendar,
}

/// How many changes of single rules are looked at for one change of the window. Where this is not
/// enough the answer is the last moment looked at: too early, never too late.
const CHANGES_MAX: usize = 64;

impl Window {
    /// Why nothing may start at an instant in a zone; none while the window is open.
    pub fn closed(&self, at: Time, zone: Tz) -> Option<Closed> {
        let (by, why, since) = self.closing_rule(at, zone)?;
        let until = self.next_change(at, zone);
        Some(Closed {
            why,
            by,
            since,
            until,
        })
    }

    /// What it says: `allow Mon..Fri 09:00-17:00, not holidays.ics`.
    pub fn rule(&self) -> String {
        let weekly = [("allow", &self.allow), ("deny", &self.deny)];
        let weekly = weekly.iter();
        let weekly = weekly.filter_map(|(word, rule)| Some(format!("{word} {}", rule.as_ref()?)));
        let calendars = self.calendars.iter();
        let words = weekly.chain(calendars.map(|calendar| format!("not {}", calendar.file)));
        words.collect::<Vec<_>>().join(", ")
    }

    pub fn is_open(&self, at: Time, zone: Tz) -> bool {
        let denied = self
            .deny
            .as_ref()
            .is_some_and(|deny| deny.is_open(at, zone));
        let allowed = self
            .allow
            .as_ref()
            .is_none_or(|rule| rule.is_open(at, zone));
        let mut calendars = self.calendars.iter();
        allowed && !denied && calendars.all(|calendar| calendar.denies(at, zone).is_none())
    }

    /// The first instant after `at` at which the answer of [`Window::is_open`] differs.
    pub fn next_change(&self, at: Time, zone: Tz) -> Option<Time> {
        let open = self.is_open(at, zone);
        let mut then = at;
        for _ in 0..CHANGES_MAX {
            then = self.next_step(then, zone)?;
            if self.is_open(then, zone) != open {
                return Some(then);
            }
        }
        Some(then)
    }

    /// Since when the window has been open without a break.
    pub fn opened(&self, at: Time, zone: Tz) -> Option<Time> {
        if !self.is_open(at, zone) {
            return None;
        }
        let weekly = [&self.allow, &self.deny].into_iter().flatten();
        let weekly = weekly.map(|rule| rule.unchanged_since(at, zone));
        let calendars = self.calendars.iter();
        weekly
            .chain(calendars.filter_map(|calendar| calendar.last_end(at, zone)))
            .max()
    }

    /// How long after an opening a pipeline waits: its own share of the stagger, always the same.
    pub fn delay(&self, pipeline: &PipelineName) -> Span {
        share(pipeline, self.stagger)
    }

    /// The rule that closes it, in words, and since when.
    fn closing_rule(&self, at: Time, zone: Tz) -> Option<(ClosedBy, String, Time)> {
        if let Some(deny) = self.deny.as_ref().filter(|deny| deny.is_open(at, zone)) {
            let since = deny.unchanged_since(at, zone);
            return Some((ClosedBy::Week, format!("denies {deny}"), since));
        }
        let mut denials = self.calendars.iter().filter_map(|c| c.denies(at, zone));
        if let Some(denial) = denials.next() {
            let why = format!("is closed: {}", denial.why);
            return Some((ClosedBy::Calendar, why, denial.since));
        }
        let allow = self.allow.as_ref()?;
        let since = || allow.unchanged_since(at, zone);
        (!allow.is_open(at, zone)).then(|| (ClosedBy::Week, format!("allows {allow}"), since()))
    }

    /// The next instant at which a change of the whole is possible: while something closes it, the
    /// end of that; else the first that may close it.
    fn next_step(&self, at: Time, zone: Tz) -> Option<Time> {
        let denies = self.calendars.iter().filter_map(|c| c.denies(at, zone));
        let denies: Vec<_> = denies.collect();
        if denies.iter().any(|denial| denial.until.is_none()) {
            return None;
        }
        let weekly = [&self.allow, &self.deny].into_iter().flatten();
        let mut next: Vec<Time> = weekly
            .filter_map(|rule| rule.next_change(at, zone))
            .collect();
        if denies.is_empty() {
            let begins = self.calendars.iter();
            next.extend(begins.filter_map(|calendar| calendar.next_begin(at, zone)));
            next.into_iter().min()
        } else {
            denies.into_iter().filter_map(|denial| denial.until).max()
        }
    }
}

/// A pipeline's own share of a span: the same in every process and every version.
pub(super) fn share(pipeline: &PipelineName, of: Span) -> Span {
    if of.is_zero() {
        return Span::ZERO;
    }
    let digest = Digest::of(pipeline.as_str().as_bytes());
    let number = u64::from_str_radix(digest.as_str().get(..15).unwrap_or("0"), 16);
    // To the second: nobody reads milliseconds, and two that differ by less begin together anyway.
    let share = number.unwrap_or(0) % of.0;
    Span(share - share % 1_000)
}
