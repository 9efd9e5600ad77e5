//! A line being typed, between brackets, with its cursor.

use crate::tui::{
    text::Sanitized,
    theme::Role,
    widgets::{Canvas, Line},
};
use ratatui::{layout::Rect, style::Modifier};
use tui_input::Input;

/// Whether the field has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    Here,
    Elsewhere,
}

/// Draws `[text____]` over the width of the row. The text scrolls so that the cursor is seen.
pub fn field(canvas: &mut Canvas<'_>, row: Rect, input: &Input, cursor: Cursor) {
    let Some(cells) = row.width.checked_sub(2).filter(|cells| *cells > 1) else {
        return;
    };
    let inner = Rect {
        x: row.x + 1,
        width: cells,
        height: row.height.min(1),
        ..row
    };
    canvas.line(row, &Line::of(Role::Frame, "["));
    canvas.line(
        inner,
        &Line::of(Role::Frame, "_".repeat(usize::from(cells))),
    );
    canvas.line(
        Rect {
            x: inner.right(),
            width: 1,
            ..row
        },
        &Line::of(Role::Frame, "]"),
    );
    let scroll = input.visual_scroll(usize::from(cells) - 1);
    let mut skipped = 0;
    let shown: String = input
        .value()
        .chars()
        .skip_while(|letter| {
            let hidden = skipped < scroll;
            skipped += crate::tui::text::width(letter.encode_utf8(&mut [0; 4]));
            hidden
        })
        .collect();
    let style = canvas.theme.style(Role::Field);
    let shown = Sanitized::from(shown);
    canvas
        .buffer
        .set_stringn(inner.x, inner.y, shown.as_str(), usize::from(cells), style);
    if cursor == Cursor::Here {
        let at = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(cells);
        let x = inner.x + at.min(cells - 1);
        canvas.buffer[(x, inner.y)]
            .modifier
            .insert(Modifier::REVERSED);
    }
}
