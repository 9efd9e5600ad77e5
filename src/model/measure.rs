//! What an alarm measures, exact and without floats: a share, or a number in whatever unit its query
//! counts. What is above a limit is bad; what must not fall low is asked for the other way round.

use crate::model::Ppm;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// In millionths. Only values of one unit are compared: those of an alarm and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Measure {
    pub unit: Unit,
    pub millionths: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Told in percent.
    Share,
    Number,
}

impl Measure {
    pub const fn share(Ppm(millionths): Ppm) -> Self {
        let unit = Unit::Share;
        Self { unit, millionths }
    }

    pub const fn number(millionths: u64) -> Self {
        let unit = Unit::Number;
        Self { unit, millionths }
    }

    /// Whether it is half as high again as another: enough to be news of an alarm that was known to
    /// fire (DESIGN.md 5, rule 8), and so rare that it can be recorded each time.
    pub fn is_worse_than(self, before: Self) -> bool {
        self.millionths.saturating_mul(2) >= before.millionths.saturating_mul(3)
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
        Ok(Self { unit, millionths })
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
}
