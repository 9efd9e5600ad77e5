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
    let mut lines = vec![String::new()];
    for word in text.split_word_bounds() {
        let used = lines.last().map_or(0, |line| width(line));
        if used + width(word) > cells && used > 0 {
            lines.push(String::new());
        }
        let mut rest = word;
        while width(rest) > cells {
            let first = head(rest, cells);
            // A grapheme wider than the line cannot be shown at all.
            let first = if first.is_empty() { rest } else { first };
            if let Some(line) = lines.last_mut() {
                line.push_str(first);
            }
            rest = &rest[first.len()..];
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut()
            && !(line.is_empty() && rest.trim().is_empty())
        {
            line.push_str(rest);
        }
    }
    lines.retain(|line| !line.trim().is_empty());
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
