//! Instants and lengths of time as whole milliseconds. It reads no clock: `now` always comes in
//! as an argument (see `clock`).

use chrono::{DateTime, SecondsFormat, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fmt::{self, Write as _},
    ops,
    str::FromStr,
};

/// An instant, in milliseconds since 1970 UTC. Written as RFC 3339 wherever a person may look.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(extend("format" = "date-time"))]
pub struct Time(pub i64);

impl Time {
    /// The last one that RFC 3339 can write. What is said to be later is then: a hold for a million
    /// years must not come back from the wire as one that has ended.
    pub const LAST: Time = Time(253_402_300_799_999);
    /// The first one that RFC 3339 can write.
    const FIRST: Time = Time(-62_167_219_200_000);

    /// How long before `self` the other instant was; zero when it was not before.
    pub fn since(self, earlier: Time) -> Span {
        Span(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}

impl ops::Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        let span = i64::try_from(span.0).unwrap_or(i64::MAX);
        Time(self.0.saturating_add(span).min(Time::LAST.0))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl FromStr for Time {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: String| {
            format!("{text:?} is not an RFC 3339 instant such as 2026-03-06T14:00:00Z: {why}")
        };
        let at = DateTime::parse_from_rfc3339(text).map_err(|why| wrong(why.to_string()))?;
        let at = Self(at.timestamp_millis());
        // An offset may lead out of the years that can be written.
        if (Time::FIRST..=Time::LAST).contains(&at) {
            Ok(at)
        } else {
            Err(wrong("in UTC it is not in the years 0 to 9999".to_owned()))
        }
    }
}

impl TryFrom<String> for Time {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Time> for String {
    fn from(time: Time) -> String {
        time.to_string()
    }
}

/// A length of time in milliseconds, written `1h30m`, `45s`, `250ms`.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(extend("pattern" = "^([0-9]{1,9}(d|h|m|s|ms))+$"))]
pub struct Span(pub u64);

const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn seconds(n: u64) -> Self {
        Self(n * 1_000)
    }

    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000)
    }

    pub const fn hours(n: u64) -> Self {
        Self(n * 3_600_000)
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn std(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }

    pub fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }

    /// At most two units, for screens: `3m12s`, `2h06m`, `6d`, never finer than a second.
    pub fn short(self) -> String {
        let seconds = self.0 / 1_000;
        match seconds {
            0..60 => format!("{seconds}s"),
            60..3_600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
            3_600..86_400 => format!("{}h{:02}m", seconds / 3_600, seconds % 3_600 / 60),
            86_400.. => format!("{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3_600),
        }
    }
}

/// A length of time that is too short to be told in milliseconds, such as a sync of the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl ops::Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0.saturating_add(other.0))
    }
}

impl ops::Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut text = String::new();
        for (unit, size) in UNITS {
            if rest >= size {
                write!(text, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        f.pad(if text.is_empty() { "0s" } else { &text })
    }
}

impl FromStr for Span {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a length of time such as 45s, 30m or 1h30m");
        let mut total = 0_u64;
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let (number, tail) = rest.split_at(digits);
            let end = tail
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(end);
            let size = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or_else(wrong)?
                .1;
            let number: u64 = number.parse().map_err(|_empty_or_huge| wrong())?;
            total = number
                .checked_mul(size)
                .and_then(|n| total.checked_add(n))
                .ok_or_else(wrong)?;
            rest = tail;
        }
        if text.is_empty() {
            Err(wrong())
        } else {
            Ok(Self(total))
        }
    }
}

impl TryFrom<String> for Span {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_can_be_said_can_be_written_and_read() {
        let at = |text: &str| text.parse::<Time>();
        let last = at("9999-12-31T23:59:59.999Z").unwrap();
        assert_eq!(last, Time::LAST);
        assert_eq!(at("0000-01-01T00:00:00Z").unwrap(), Time::FIRST);
        let late = at("2026-03-06T14:00:00Z").unwrap() + Span(u64::MAX);
        assert_eq!(at(&late.to_string()), Ok(last));
        for beyond in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"] {
            assert!(at(beyond).is_err(), "{beyond}");
        }
    }
}
