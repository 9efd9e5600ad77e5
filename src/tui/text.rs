//! Text that may be drawn. Every string from outside becomes [`Sanitized`] before a widget takes
//! it, so no control character, invisible mark or direction switch ever reaches the terminal.
//! Widths are counted as ratatui counts them. It knows no colours and no screens.

mod column;
mod fit;
mod moment;

pub use column::Names;
pub use fit::{end_cut, middle_cut, width, wrap};
pub use moment::{ClockMode, Times, ago, until};

use crate::model::is_unseen;
use std::{borrow::Cow, fmt};
use unicode_width::UnicodeWidthChar as _;

/// Longest text that is kept: more than any screen is wide, and a bound on what a hostile name costs.
const CHARS_MAX: usize = 1_000;

/// Marks over one letter that are kept; what piles up more of them is not a language.
const MARKS_MAX: usize = 2;

/// Text in which everything is visible: what was not is a `?`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sanitized(Cow<'static, str>);

impl Sanitized {
    /// Any value as text.
    pub fn of(value: &impl fmt::Display) -> Self {
        Self::from(value.to_string())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Cells it takes.
    pub fn width(&self) -> usize {
        width(&self.0)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&'static str> for Sanitized {
    fn from(text: &'static str) -> Self {
        Self(if is_plain(text) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(cleaned(text))
        })
    }
}

impl From<String> for Sanitized {
    fn from(text: String) -> Self {
        Self(Cow::Owned(if is_plain(&text) {
            text
        } else {
            cleaned(&text)
        }))
    }
}

impl fmt::Display for Sanitized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The common case: short, printable, ASCII.
fn is_plain(text: &str) -> bool {
    text.len() <= CHARS_MAX && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn cleaned(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(CHARS_MAX));
    let mut marks = MARKS_MAX;
    for letter in text.chars().take(CHARS_MAX) {
        let is_mark = !is_unseen(letter) && letter.width() == Some(0);
        marks = if is_mark { marks + 1 } else { 0 };
        let keep = !is_unseen(letter) && (!is_mark || marks <= MARKS_MAX);
        clean.push(if keep { letter } else { '?' });
    }
    clean
}

#[cfg(test)]
mod tests;
