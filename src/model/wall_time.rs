//! What a clock on a wall shows, to the minute. Which instant that is, a time zone says: an hour that
//! comes twice is meant the first time, one that is skipped as the moment of the skip.

use crate::model::{
    Span, Time,
    window::{instants_of, wall},
};
use chrono::NaiveDateTime;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Written `2026-11-23 09:00`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
pub struct WallTime(
    /// As if the wall was in UTC.
    Time,
);

const FORM: &str = "%Y-%m-%d %H:%M";
const WIDTH: usize = 16;

impl WallTime {
    /// What the clocks of a zone show.
    pub fn at(at: Time, zone: Tz) -> Self {
        Self(wall(at, zone))
    }

    /// The first instant at which the clocks of a zone show it, or something later.
    pub fn instant(self, zone: Tz) -> Time {
        let found = instants_of(self.0, zone).into_iter();
        let reached = found.filter(|at| wall(*at, zone) >= self.0);
        reached.min().unwrap_or(self.0)
    }

    /// How many whole lengths of time lie between another reading and this one; negative for one
    /// that is later.
    pub fn lengths_since(self, earlier: Self, length: Span) -> i64 {
        let length = i64::try_from(length.0).unwrap_or(i64::MAX).max(1);
        self.0.0.saturating_sub(earlier.0.0).div_euclid(length)
    }

    /// The reading after some lengths of time by the same clock.
    pub fn after(self, lengths: i64, length: Span) -> Self {
        let length = i64::try_from(length.0).unwrap_or(i64::MAX);
        Self(Time(
            self.0.0.saturating_add(lengths.saturating_mul(length)),
        ))
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.utc().format(FORM).to_string())
    }
}

impl FromStr for WallTime {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let read = NaiveDateTime::parse_from_str(text, FORM).ok();
        let read = read.map(|read| Self(Time(read.and_utc().timestamp_millis())));
        // What is read leniently, such as 9:00 or a year of five digits, is not what was meant.
        read.filter(|read| text.len() == WIDTH && read.to_string() == text)
            .ok_or_else(|| format!("{text:?} is not a local time such as 2026-11-23 09:00"))
    }
}

impl TryFrom<String> for WallTime {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<WallTime> for String {
    fn from(reading: WallTime) -> String {
        reading.to_string()
    }
}
