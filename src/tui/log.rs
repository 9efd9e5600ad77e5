//! What a step printed, as lines that may be drawn: bytes come in pieces of any size, colours are
//! taken from a short list of SGR codes and become roles of the theme, a carriage return begins the
//! line anew as a progress bar wants it, and no other sequence does anything. Lines are numbered
//! from the log's start, and only the newest are kept.

mod ink;

use crate::{
    api::LogPiece,
    tui::{text::Sanitized, theme::Role},
};
use ink::{Ink, read};
use std::{borrow::Cow, collections::VecDeque};

/// Lines kept on a screen: more than anybody scrolls through, and a few megabytes at the most.
const KEPT: usize = 5_000;
/// A line without an end is broken here, so that it cannot fill the memory.
const LONGEST: usize = 16 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    kept: usize,
    lines: VecDeque<LogLine>,
    /// The number of the first line that is kept.
    first: u64,
    /// Bytes of the last line, which has no end yet.
    open: Vec<u8>,
    /// How the next letter looks.
    ink: Ink,
    /// The place of the next byte.
    next: u64,
}

/// A line in pieces, each with its role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogLine {
    pub pieces: Vec<(Role, Sanitized)>,
}

/// Which way is looked for a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    On,
    Back,
}

impl Default for Log {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl Log {
    /// A log of which so many lines are kept.
    pub fn keeping(kept: usize) -> Self {
        Self {
            kept,
            lines: VecDeque::new(),
            first: 0,
            open: Vec::new(),
            ink: Ink::default(),
            next: 0,
        }
    }

    /// The place of the byte to ask for next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Takes a piece in. One that begins before what is known is of a log that began anew.
    pub fn take(&mut self, piece: &LogPiece) {
        if piece.from != self.next {
            *self = Self::keeping(self.kept);
            self.next = piece.from;
        }
        for (at, part) in piece.bytes.split(|byte| *byte == b'\n').enumerate() {
            if at > 0 {
                self.end_line();
            }
            self.open.extend_from_slice(part);
            if self.open.len() > LONGEST {
                self.end_line();
            }
        }
        self.next = piece.next();
    }

    /// The number of the first line that is kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number after the last line that has its end.
    pub fn n_whole(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    /// The number after the last line.
    pub fn end(&self) -> u64 {
        self.n_whole() + u64::from(!self.open.is_empty())
    }

    /// A line by its number; none when it is not there, or not any more.
    pub fn line(&self, number: u64) -> Option<Cow<'_, LogLine>> {
        if number == self.n_whole() && !self.open.is_empty() {
            let mut ink = self.ink;
            return Some(Cow::Owned(read(&self.open, &mut ink)));
        }
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.lines.get(at).map(Cow::Borrowed)
    }

    /// The next line from a line on (not that one) that holds a text, in any case of its letters.
    pub fn find(&self, text: &str, from: u64, way: Way) -> Option<u64> {
        let wanted = text.to_lowercase();
        let holds = |number: &u64| self.line(*number).is_some_and(|line| line.holds(&wanted));
        match way {
            Way::On => (from + 1..self.end()).find(holds),
            Way::Back => (self.first..from.min(self.end())).rev().find(holds),
        }
    }

    fn end_line(&mut self) {
        let line = read(&self.open, &mut self.ink);
        self.open.clear();
        self.lines.push_back(line);
        if self.lines.len() > self.kept {
            self.lines.pop_front();
            self.first += 1;
        }
    }
}

impl LogLine {
    /// The line without its looks.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Whether it holds a text, which is in small letters.
    pub fn holds(&self, wanted: &str) -> bool {
        self.text().to_lowercase().contains(wanted)
    }
}

#[cfg(test)]
mod tests;
