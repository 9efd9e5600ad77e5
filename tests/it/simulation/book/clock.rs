//! Windows as a person would check them: by the hands of the clock on a region's wall, a quarter of
//! an hour at a time. It knows only the rules that the simulated definitions are written in.

use chrono::{DateTime, Datelike, Timelike, Weekday};
use chrono_tz::Tz;
use pilothouse::model::*;

const QUARTER: i64 = 900_000;
/// No rule of a simulated definition stays as it is for longer.
const QUARTERS_MAX: i64 = 8 * 96;

pub(super) struct Hands {
    allow: Option<String>,
    deny: Option<String>,
    zone: Tz,
}

impl Hands {
    pub(super) fn new(window: &Window, zone: Tz) -> Self {
        Self {
            allow: window.allow.as_ref().map(ToString::to_string),
            deny: window.deny.as_ref().map(ToString::to_string),
            zone,
        }
    }

    fn reads(&self, rule: &str, at: Time) -> bool {
        reads(rule, &at.utc().with_timezone(&self.zone))
    }

    fn is_denied(&self, at: Time) -> bool {
        self.deny.as_ref().is_some_and(|rule| self.reads(rule, at))
    }

    fn is_allowed(&self, at: Time) -> bool {
        self.allow.as_ref().is_none_or(|rule| self.reads(rule, at))
    }

    /// Since when the rule that closes the window has done so; a denial counts before all.
    pub(super) fn closed_since(&self, now: Time) -> Option<Time> {
        if self.is_denied(now) {
            Some(back(now, |at| self.is_denied(at)))
        } else if self.is_allowed(now) {
            None
        } else {
            Some(back(now, |at| !self.is_allowed(at)))
        }
    }

    /// Since when the window has been open, and every rule as it is now.
    pub(super) fn open_since(&self, now: Time) -> Option<Time> {
        let open = |at| self.is_allowed(at) && !self.is_denied(at);
        open(now).then(|| back(now, open))
    }
}

/// The first of the quarters of an hour before an instant, back to which something held.
fn back(now: Time, held: impl Fn(Time) -> bool) -> Time {
    let mut since = now.0 - now.0.rem_euclid(QUARTER);
    for _ in 0..QUARTERS_MAX {
        if !held(Time(since - QUARTER)) {
            return Time(since);
        }
        since -= QUARTER;
    }
    Time(since)
}

/// Whether a clock reads a time within a rule.
fn reads(rule: &str, local: &DateTime<Tz>) -> bool {
    let minute = local.hour() * 60 + local.minute();
    let clock = |text: &str| -> u32 {
        let (hours, minutes) = text.split_once(':').unwrap();
        hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
    };
    rule.split("; ").any(|slot| {
        let (days, hours) = slot.split_once(' ').unwrap();
        let (from, to) = hours.split_once('-').unwrap();
        let day = match days {
            "daily" => true,
            "Mon..Fri" => !matches!(local.weekday(), Weekday::Sat | Weekday::Sun),
            days => days
                .split(',')
                .any(|day| day == local.weekday().to_string()),
        };
        day && (clock(from)..clock(to)).contains(&minute)
    })
}
