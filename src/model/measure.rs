//! What an alarm measures, exact and without floats: a share, or a number in whatever unit its query
//! counts. What is above a limit is bad, or below it, where that is said of the limit.

use crate::model::Ppm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, str::FromStr};

/// In millionths. Only values of one unit are compared: those of an alarm and its limit. The worse is
/// the greater, so that a value beyond a limit is greater than it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    pub unit: Unit,
    pub millionths: u64,
    #[serde(default, skip_serializing_if = "Bad::is_high")]
    pub bad: Bad,
}

/// Which way a value is bad.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bad {
    #[default]
    High,
    Low,
}

impl Bad {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "this is how serde asks whether to leave a field out"
    )]
    pub(super) fn is_high(&self) -> bool {
        *self == Bad::High
    }
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Told in percent.
    Share,
    Number,
}

impl Measure {
    pub const fn share(Ppm(millionths): Ppm) -> Self {
        Self {
            unit: Unit::Share,
            millionths,
            bad: Bad::High,
        }
    }

    pub const fn number(millionths: u64) -> Self {
        Self {
            unit: Unit::Number,
            millionths,
            bad: Bad::High,
        }
    }

    /// The same, as a limit or a value that is bad this way.
    pub fn bad_when(self, bad: Bad) -> Self {
        Self { bad, ..self }
    }

    /// A value that is measured as this limit is.
    pub fn like(self, millionths: u64) -> Self {
        Self { millionths, ..self }
    }

    /// Whether it is half as high again as another, or a third lower where low is bad: enough to be
    /// news of an alarm that was known to fire (DESIGN.md 5, rule 8), and so rare that it can be
    /// recorded each time.
    pub fn is_worse_than(self, before: Self) -> bool {
        let (now, then) = (self.millionths, before.millionths);
        match self.bad {
            Bad::High => now.saturating_mul(2) >= then.saturating_mul(3),
            Bad::Low => now < then && now.saturating_mul(3) <= then.saturating_mul(2),
        }
    }

    /// What [`Measure::is_worse_than`] asks, in words.
    pub fn worse(self) -> &'static str {
        match self.bad {
            Bad::High => "half as high again",
            Bad::Low => "a third lower",
        }
    }

    /// Where a bad value lies, seen from this limit.
    pub fn side(self) -> &'static str {
        match self.bad {
            Bad::High => "above",
            Bad::Low => "below",
        }
    }

    /// As [`Measure::side`], in a sign.
    pub fn sign(self) -> char {
        match self.bad {
            Bad::High => '>',
            Bad::Low => '<',
        }
    }
}

impl Ord for Measure {
    fn cmp(&self, other: &Self) -> Ordering {
        let as_bad = |measure: &Self| (measure.unit, measure.bad);
        let worse = match self.bad {
            Bad::High => self.millionths.cmp(&other.millionths),
            Bad::Low => other.millionths.cmp(&self.millionths),
        };
        as_bad(self).cmp(&as_bad(other)).then(worse)
    }
}

impl PartialOrd for Measure {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<Ppm> for Measure {
    fn from(share: Ppm) -> Self {
        Self::share(share)
    }
}

/// `5.00%`, or a number with as many of six digits as it has.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Share => Ppm(self.millionths).fmt(f),
            Unit::Number => {
                let (whole, rest) = (self.millionths / 1_000_000, self.millionths % 1_000_000);
                let digits = format!("{rest:06}");
                let digits = digits.trim_end_matches('0');
                if digits.is_empty() {
                    f.pad(&whole.to_string())
                } else {
                    f.pad(&format!("{whole}.{digits}"))
                }
            }
        }
    }
}

/// Reads `5%` as a share and `0.05` or `800` as a number, digit by digit.
impl FromStr for Measure {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |_why| format!("{text:?} is not a share such as 5% or a number such as 0.8");
        let Ppm(millionths) = text.parse().map_err(wrong)?;
        let unit = if text.ends_with('%') {
            Unit::Share
        } else {
            Unit::Number
        };
        Ok(Self {
            unit,
            millionths,
            bad: Bad::High,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_it_is_read() {
        for (text, shown) in [
            ("5%", "5.00%"),
            ("0.05%", "0.05%"),
            ("0.05", "0.05"),
            ("800", "800"),
            ("0", "0"),
            ("1.250000", "1.25"),
            ("18446744073709", "18446744073709"),
        ] {
            let value: Measure = text.parse().unwrap();
            assert_eq!(value.to_string(), shown);
        }
        for wrong in ["", "x", "-1", "1e3", "5 %", "18446744073710"] {
            assert!(wrong.parse::<Measure>().is_err(), "{wrong}");
        }
    }
    #[test]
    fn the_worse_is_the_greater_either_way() {
        let high = Measure::number(100);
        assert!(high.like(101) > high && high.like(99) < high);
        let low = high.bad_when(Bad::Low);
        assert!(low.like(99) > low && low.like(101) < low);
        for (limit, now, then, worse) in [
            (high, 150, 100, true),
            (high, 149, 100, false),
            (low, 66, 100, true),
            (low, 67, 100, false),
            (low, 0, 0, false),
        ] {
            let is = limit.like(now).is_worse_than(limit.like(then));
            assert_eq!(is, worse, "{now} {then}");
        }
        // What was written before there was another way reads as it did.
        let old = r#"{"unit":"share","millionths":7}"#;
        let read: Measure = serde_json::from_str(old).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), old);
    }
}
