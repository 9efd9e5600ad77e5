//! The chain that holds a journal together: each entry carries a sum over the sum before it and over
//! its own bytes as they are kept. Whoever changes, moves or takes out an entry breaks the chain
//! there; whoever cuts off its end, or makes all of it anew, is found out by a sum that was noted
//! elsewhere. It knows no file.

use crate::model::{hex, unhex};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

/// The sum of one entry and, through the sum before it, of everything up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link([u8; 32]);

/// An entry as it is kept, before anybody understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'a> {
    pub seq: i64,
    pub stream: &'a str,
    pub revision: i64,
    pub at: i64,
    pub fact: &'a str,
}

impl Link {
    /// What the first entry follows: the beginning of the journal with this first epoch.
    pub fn first(epoch: &str) -> Self {
        let mut sum = Sha256::new_with_prefix("pilothouse journal ");
        sum.update(epoch);
        Self(sum.finalize().into())
    }

    /// The sum of the entry that follows this one.
    pub fn next(&self, entry: &Kept<'_>) -> Self {
        let mut sum = Sha256::new_with_prefix(self.0);
        sum.update(entry.seq.to_be_bytes());
        sum.update(entry.revision.to_be_bytes());
        sum.update(entry.at.to_be_bytes());
        // With its length before it, no byte of it can be taken for one of the fact.
        let length = u64::try_from(entry.stream.len()).unwrap_or(u64::MAX);
        sum.update(length.to_be_bytes());
        sum.update(entry.stream);
        sum.update(entry.fact);
        Self(sum.finalize().into())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// None when these are not the bytes of a sum.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for Link {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let link = unhex(text).and_then(|bytes| Self::of_bytes(&bytes));
        link.ok_or_else(|| format!("{text:?} is no head: those are 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Kept<'_> = Kept {
        seq: 1,
        stream: "pipeline/a",
        revision: 1,
        at: 7,
        fact: "{}",
    };

    #[test]
    fn every_part_of_an_entry_counts() {
        let first = Link::first("e");
        let sums = [
            first.next(&ENTRY),
            Link::first("f").next(&ENTRY),
            first.next(&ENTRY).next(&ENTRY),
            first.next(&Kept { seq: 2, ..ENTRY }),
            first.next(&Kept {
                revision: 2,
                ..ENTRY
            }),
            first.next(&Kept { at: 8, ..ENTRY }),
            first.next(&Kept {
                fact: "{ }",
                ..ENTRY
            }),
            first.next(&Kept {
                stream: "pipeline/",
                fact: "a{}",
                ..ENTRY
            }),
        ];
        let different: std::collections::BTreeSet<Link> = sums.into_iter().collect();
        assert_eq!(different.len(), sums.len());
    }

    #[test]
    fn a_journal_is_chained_as_it_ever_was() {
        let sum = "aa39106e9b232a8809ca1a4c4be54d0e5c6bbc389eeb926582ce59e7a5195d1f";
        assert_eq!(Link::first("e").next(&ENTRY).to_string(), sum);
        assert_eq!(sum.parse::<Link>().unwrap().to_string(), sum);
        for wrong in ["", "aa39", &sum[1..], &sum.replace('a', "x")] {
            wrong.parse::<Link>().unwrap_err();
        }
    }
}
