//! Keeps secrets out of a log: whatever looks like one, as it is or in base64, percent-encoded or as
//! a JSON text, becomes `***` before it is written, however it is cut into pieces or lines. It does
//! not see what was turned around, encrypted or spelled one character a line by somebody who wants to.

use std::collections::BTreeSet;

mod forms;

const MASK: &[u8] = b"***";

/// What to look for, and the end of the output so far that may be the beginning of a secret.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    /// The longest first, so that of two that begin alike the longer is found.
    forms: Vec<Vec<u8>>,
    held: Vec<u8>,
}

/// How a form stands to some output.
enum Met {
    No,
    /// It is there, over so many bytes.
    Whole(usize),
    /// The output ends before that can be known.
    Open,
}

impl Mask {
    pub(crate) fn of(values: impl Iterator<Item = String>) -> Self {
        let forms: BTreeSet<Vec<u8>> = values.flat_map(|value| forms::of(&value)).collect();
        let mut forms: Vec<Vec<u8>> = forms.into_iter().collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Self {
            forms,
            held: Vec::new(),
        }
    }

    /// What may be written after these bytes came.
    pub(crate) fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.forms.is_empty() {
            return bytes.to_vec();
        }
        self.held.extend_from_slice(bytes);
        self.masked(false)
    }

    /// What may be written when nothing comes any more.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        self.masked(true)
    }

    fn masked(&mut self, last: bool) -> Vec<u8> {
        let mut written = Vec::with_capacity(self.held.len());
        let mut at = 0;
        while at < self.held.len() {
            match self.met(&self.held[at..], last) {
                Met::Whole(length) => {
                    written.extend_from_slice(MASK);
                    at += length;
                }
                Met::No => {
                    written.push(self.held[at]);
                    at += 1;
                }
                Met::Open => break,
            }
        }
        self.held.drain(..at);
        written
    }

    /// A form that is longer than what has come may still be one: then nothing is decided.
    fn met(&self, output: &[u8], last: bool) -> Met {
        for form in &self.forms {
            match begins_with(output, form) {
                Met::Open if last => {}
                met @ (Met::Open | Met::Whole(_)) => return met,
                Met::No => {}
            }
        }
        Met::No
    }
}

/// Line ends within a form do not count: long ones are wrapped.
fn begins_with(output: &[u8], form: &[u8]) -> Met {
    let mut left = form;
    for (at, byte) in output.iter().enumerate() {
        match left {
            [] => return Met::Whole(at),
            [wanted, rest @ ..] if wanted == byte => left = rest,
            // One end of a line at a time, so that what is held back stays short.
            [..] if at > 0 && is_end(*byte) && output[at - 1] != b'\n' => {}
            [..] => return Met::No,
        }
    }
    if left.is_empty() {
        Met::Whole(output.len())
    } else {
        Met::Open
    }
}

fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests;
