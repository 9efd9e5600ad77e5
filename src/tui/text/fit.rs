//! Making a text fit a number of cells: cut at the end or in the middle, wrapped into lines. Cuts
//! fall between graphemes and are marked with two ASCII dots.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

const CUT: &str = "..";

/// Cells a text takes on the screen.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// The text, or its start and `..`.
pub fn end_cut(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells <= CUT.len() {
        return Cow::Borrowed(head(text, cells));
    }
    Cow::Owned(format!("{}{CUT}", head(text, cells - CUT.len()).trim_end()))
}

/// The text, or its start, `..` and its end: for names that differ at both ends.
pub fn middle_cut(text: &str, cells: usize) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    if cells <= CUT.len() + 2 {
        return Cow::Borrowed(head(text, cells));
    }
    let kept = cells - CUT.len();
    let (start, end) = (kept - kept / 2, kept / 2);
    Cow::Owned(format!("{}{CUT}{}", head(text, start), tail(text, end)))
}

/// The text in lines of at most `cells`, broken at spaces where there are any.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > cells {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while width(rest) > cells {
            let first = head(rest, cells);
            if first.is_empty() {
                // Not even one letter fits, so the word cannot be shown.
                break;
            }
            lines.push(first.to_owned());
            rest = &rest[first.len()..];
        }
        line.push_str(rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The longest start of at most `cells`.
fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// The longest end of at most `cells`.
fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += width(grapheme);
        if used > cells {
            break;
        }
        start = at;
    }
    &text[start..]
}
