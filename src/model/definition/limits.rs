//! How much of the machine the processes of one command may take together. Who holds them to it is
//! not known here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What is not limited is none.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Bytes>,
    /// Processes and threads at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processes: Option<u32>,
    /// Of one processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuPercent>,
}

impl Limits {
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// These, and those of others where these say nothing.
    pub fn or(self, others: Self) -> Self {
        Self {
            memory: self.memory.or(others.memory),
            processes: self.processes.or(others.processes),
            cpu: self.cpu.or(others.cpu),
        }
    }
}

/// An amount of memory, as `2GiB`, `512MiB` or `64KiB`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
pub struct Bytes(pub u64);

/// A share of processor time, as `150%`: one and a half processors.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
pub struct CpuPercent(pub u32);

/// Why a text is no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLimit {
    #[error("{0:?} is no amount of memory: write it as \"2GiB\", \"512MiB\" or \"64KiB\"")]
    Memory(String),
    #[error("{0:?} is no share of processors: write \"150%\" for one and a half, at least \"1%\"")]
    Cpu(String),
}

const UNITS: [(&str, u32); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];

impl FromStr for Bytes {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let amount = |(unit, bits): &(&str, u32)| {
            let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
            number.checked_mul(1 << bits).filter(|bytes| *bytes > 0)
        };
        let found = UNITS.iter().find_map(amount);
        found
            .map(Bytes)
            .ok_or_else(|| BadLimit::Memory(text.to_owned()))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |(_, bits): &&(&str, u32)| self.0.is_multiple_of(1 << bits);
        match UNITS.iter().find(whole) {
            Some((unit, bits)) => write!(f, "{}{unit}", self.0 >> bits),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

impl FromStr for CpuPercent {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let percent = text.strip_suffix('%').and_then(|text| text.parse().ok());
        let usable = percent.filter(|percent| (1..=1_000_000).contains(percent));
        usable
            .map(CpuPercent)
            .ok_or_else(|| BadLimit::Cpu(text.to_owned()))
    }
}

impl fmt::Display for CpuPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

macro_rules! as_text {
    ($kind:ty) => {
        impl TryFrom<String> for $kind {
            type Error = BadLimit;
            fn try_from(text: String) -> Result<Self, BadLimit> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(limit: $kind) -> String {
                limit.to_string()
            }
        }
    };
}

as_text!(Bytes);
as_text!(CpuPercent);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_they_are_written() {
        for text in ["2GiB", "512MiB", "1025KiB"] {
            assert_eq!(text.parse::<Bytes>().unwrap().to_string(), text);
        }
        for wrong in ["", "2", "2GB", "0MiB", "-1GiB", "99999999999999GiB", "GiB"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
        assert_eq!("150%".parse(), Ok(CpuPercent(150)));
        for wrong in ["", "0%", "150", "-1%", "1.5%"] {
            assert!(wrong.parse::<CpuPercent>().is_err(), "{wrong}");
        }
    }
}
