//! What an alarm reads. Three-valued, because no answer is neither good nor bad (DESIGN.md 5,
//! rule 6). How readings are taken and smoothed is `crate::watch`.

use crate::model::{AlarmName, Counted, Measure, Span, TargetName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A share in millionths, so that no state ever depends on a float.
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
pub struct Ppm(pub u64);

impl Ppm {
    /// `part` of `whole`; none when there is no whole.
    pub fn ratio(part: u64, whole: u64) -> Option<Self> {
        let millionths = u128::from(part) * 1_000_000 / u128::from(whole.max(1));
        (whole > 0).then(|| Self(u64::try_from(millionths).unwrap_or(u64::MAX)))
    }
}

/// As a percentage with two digits: `5.00%`.
impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{}.{:02}%",
            self.0 / 10_000,
            self.0 % 10_000 / 100
        ))
    }
}

/// Reads `5%`, `0.5%` or `0.05`, digit by digit.
impl FromStr for Ppm {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a share such as 5% or 0.05");
        let (number, scale) = match text.strip_suffix('%') {
            Some(number) => (number, 10_000),
            None => (text, 1_000_000),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 6 {
            return Err(wrong());
        }
        let whole: u64 = whole.parse().map_err(|_huge| wrong())?;
        let digits = format!("{fraction:0<6}");
        let fraction: u64 = digits.parse().map_err(|_never| wrong())?;
        let millionths = whole.checked_mul(scale).ok_or_else(wrong)?;
        Ok(Self(millionths + fraction * scale / 1_000_000))
    }
}

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmLevel {
    Ok,
    Firing,
    /// Too little data, or a source that does not answer: blocks, never causes (rule 6).
    NoData,
}

/// One evaluation of one alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    pub alarm: AlarmName,
    pub level: AlarmLevel,
    pub value: Option<Measure>,
    /// Why there is no data or, where the source itself judges, what it found, in words.
    pub why: String,
    /// Requests counted since the reading before: the data points of a bake.
    pub points: u64,
    /// What each target counted over the alarm's window, where the source tells them apart.
    #[serde(default)]
    pub targets: BTreeMap<TargetName, Counted>,
}

/// One round over all alarms of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// Running time since the round before, as the monotonic clock counts it: suspended machine
    /// time is not in it, nor is a gap in which nobody looked.
    pub elapsed: Span,
    pub readings: Vec<Reading>,
}

/// An alarm as the fold keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmState {
    pub level: AlarmLevel,
    pub since: Time,
    /// The value when the level was entered, or when it last worsened.
    pub value: Option<Measure>,
    /// Why there is no data, and since when that is the reason; of one that fires, what speaks for and
    /// against a deployment as its cause.
    pub why: String,
    #[serde(default)]
    pub why_since: Time,
}

impl AlarmState {
    /// An alarm that nobody has read since `at`.
    pub fn unread(at: Time) -> Self {
        Self {
            level: AlarmLevel::NoData,
            since: at,
            value: None,
            why: "not read yet".to_owned(),
            why_since: at,
        }
    }

    /// Why it stands as it does, for people.
    pub fn told(&self) -> String {
        match self.level {
            AlarmLevel::NoData => format!("no data: {}", self.why),
            AlarmLevel::Ok | AlarmLevel::Firing => self.why.clone(),
        }
    }

    /// Whether its value is news to who knew another.
    pub fn is_worse_than(&self, before: Option<Measure>) -> bool {
        let both = self.value.zip(before);
        both.is_some_and(|(now, before)| now.is_worse_than(before))
    }
}
