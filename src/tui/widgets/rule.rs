//! The line under a list that says which part of it is shown.

use crate::tui::{
    theme::Role,
    widgets::{Canvas, Line},
};
use ratatui::layout::Rect;

/// Which rows of how many are on the screen; `first` counts from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub first: usize,
    pub rows: usize,
    pub of: usize,
}

/// `----------------- 1-11/42 26% --`
pub fn rule(canvas: &mut Canvas<'_>, row: Rect, shown: Shown) {
    let dash = canvas.sign("-", "─");
    let across = dash
        .as_str()
        .repeat(usize::from(row.width.saturating_sub(2)));
    let inner = Rect {
        x: row.x + 1,
        width: row.width.saturating_sub(2),
        ..row
    };
    canvas.line(inner, &Line::of(Role::Frame, across));
    let last = (shown.first + shown.rows).min(shown.of);
    let text = match (last * 100).checked_div(shown.of) {
        Some(percent) => format!(" {}-{last}/{} {percent}% ", shown.first + 1, shown.of),
        None => " 0 ".to_owned(),
    };
    let cells = u16::try_from(text.len()).unwrap_or(u16::MAX);
    if cells + 4 < row.width {
        let place = Rect {
            x: row.right() - cells - 3,
            width: cells,
            ..row
        };
        canvas.line(place, &Line::of(Role::Label, text));
    }
}
