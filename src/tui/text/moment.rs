//! Instants as an operator reads them: in UTC, in the local zone, or as distances from now, as the
//! operator chose with one key. Lengths of time are `Span::short` in all three.

use crate::model::Time;
use chrono::{DateTime, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// How instants are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClockMode {
    /// `09:00Z`: what everybody on a call says.
    #[default]
    Utc,
    /// `18:00`: without a mark; the clock in the header names the zone.
    Local,
    /// `in 47m00s`.
    Relative,
}

impl ClockMode {
    pub fn next(self) -> Self {
        match self {
            ClockMode::Utc => ClockMode::Local,
            ClockMode::Local => ClockMode::Relative,
            ClockMode::Relative => ClockMode::Utc,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            ClockMode::Utc => "UTC",
            ClockMode::Local => "local time",
            ClockMode::Relative => "distances from now",
        }
    }
}

/// Writes instants as `mode` wants them, seen from `now`.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub mode: ClockMode,
    /// The local zone.
    pub zone: Tz,
    pub now: Time,
}

impl Times {
    /// To the second and nine cells wide, for columns of what happened: `03:12:45Z`, `12:12:45`,
    /// or how long ago.
    pub fn clock(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc => at.utc().format("%H:%M:%SZ").to_string(),
            ClockMode::Local => format!("{:<9}", self.local(at).format("%H:%M:%S")),
            ClockMode::Relative => format!("{:>9}", ago(at, self.now)),
        }
    }

    /// As short as the distance allows: `09:00Z` today, `Mon 09:00Z` within six days, else
    /// `03-08 09:00Z`; `in 47m00s` or `5m00s ago` as a distance.
    pub fn moment(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc => near(&at.utc(), &self.now.utc(), "Z"),
            ClockMode::Local => near(&self.local(at), &self.local(self.now), ""),
            ClockMode::Relative if at >= self.now => format!("in {}", until(at, self.now)),
            ClockMode::Relative => format!("{} ago", ago(at, self.now)),
        }
    }

    /// A moment to come with its distance: `09:00Z in 47m00s`.
    pub fn due(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc | ClockMode::Local => {
                format!("{} in {}", self.moment(at), until(at, self.now))
            }
            ClockMode::Relative => self.moment(at),
        }
    }

    /// What a clock on the wall shows: `03:12:45Z`, or `12:12:45 JST`. Never a distance.
    pub fn wall(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc | ClockMode::Relative => at.utc().format("%H:%M:%SZ").to_string(),
            ClockMode::Local => self.local(at).format("%H:%M:%S %Z").to_string(),
        }
    }

    /// The same without seconds, for a clock that moves once a minute.
    pub fn wall_minutes(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc | ClockMode::Relative => at.utc().format("%H:%MZ").to_string(),
            ClockMode::Local => self.local(at).format("%H:%M %Z").to_string(),
        }
    }

    /// The head of a column of [`Times::clock`].
    pub fn title(&self) -> &'static str {
        match self.mode {
            ClockMode::Utc => "TIME UTC",
            ClockMode::Local => "LOCAL",
            ClockMode::Relative => "AGO",
        }
    }

    /// What a clock on the wall reads, for axes of time: in UTC unless local time is wanted.
    pub fn reading(&self, at: Time) -> NaiveDateTime {
        match self.mode {
            ClockMode::Utc | ClockMode::Relative => at.utc().naive_utc(),
            ClockMode::Local => self.local(at).naive_local(),
        }
    }

    /// The name of the zone that [`Times::reading`] is in.
    pub fn zone_word(&self, at: Time) -> String {
        match self.mode {
            ClockMode::Utc | ClockMode::Relative => "UTC".to_owned(),
            ClockMode::Local => self.local(at).format("%Z").to_string(),
        }
    }

    fn local(&self, at: Time) -> DateTime<Tz> {
        self.zone.from_utc_datetime(&at.utc().naive_utc())
    }
}

fn near<Z: chrono::TimeZone>(then: &DateTime<Z>, today: &DateTime<Z>, mark: &str) -> String
where
    Z::Offset: std::fmt::Display,
{
    let days = (then.date_naive() - today.date_naive()).num_days().abs();
    let form = match days {
        0 => "%H:%M",
        1..=6 => "%a %H:%M",
        _ => "%m-%d %H:%M",
    };
    format!("{}{mark}", then.format(form))
}

/// How long ago: `18m04s`.
pub fn ago(at: Time, now: Time) -> String {
    now.since(at).short()
}

/// How long from now: `47m00s`.
pub fn until(at: Time, now: Time) -> String {
    at.since(now).short()
}
