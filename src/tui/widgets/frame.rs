//! A box with a title in its upper edge.

use crate::tui::{
    theme::{Glyphs, Role},
    widgets::{Canvas, Line},
};
use ratatui::layout::Rect;

/// Corners, then the horizontal and the vertical edge.
const ASCII: [&str; 6] = ["+", "+", "+", "+", "-", "|"];
const UNICODE: [&str; 6] = ["┌", "┐", "└", "┘", "─", "│"];

/// Draws the box and gives what is inside. `right` stands at the end of the upper edge.
pub fn frame(canvas: &mut Canvas<'_>, area: Rect, title: &Line, right: &Line) -> Rect {
    let area = area.intersection(canvas.buffer.area);
    if area.width < 2 || area.height < 2 {
        return Rect { height: 0, ..area };
    }
    let [nw, ne, sw, se, across, down] = match canvas.theme.glyphs {
        Glyphs::Ascii => ASCII,
        Glyphs::Unicode => UNICODE,
    };
    let style = canvas.theme.style(Role::Frame);
    let (x, y, end, bottom) = (area.x, area.y, area.right() - 1, area.bottom() - 1);
    for column in x + 1..end {
        canvas.buffer[(column, y)]
            .set_symbol(across)
            .set_style(style);
        canvas.buffer[(column, bottom)]
            .set_symbol(across)
            .set_style(style);
    }
    for row in y + 1..bottom {
        canvas.buffer[(x, row)].set_symbol(down).set_style(style);
        canvas.buffer[(end, row)].set_symbol(down).set_style(style);
    }
    for (place, corner) in [
        ((x, y), nw),
        ((end, y), ne),
        ((x, bottom), sw),
        ((end, bottom), se),
    ] {
        canvas.buffer[place].set_symbol(corner).set_style(style);
    }
    let edge = Rect {
        x: x + 1,
        y,
        width: area.width - 2,
        height: 1,
    };
    let taken = u16::try_from(right.width()).unwrap_or(u16::MAX);
    let room = edge
        .width
        .saturating_sub(taken.saturating_add(u16::from(taken > 0)));
    canvas.line(
        Rect {
            width: room,
            ..edge
        },
        title,
    );
    if taken < edge.width {
        canvas.line(
            Rect {
                x: edge.right() - taken,
                width: taken,
                ..edge
            },
            right,
        );
    }
    Rect {
        x: x + 1,
        y: y + 1,
        width: area.width - 2,
        height: area.height - 2,
    }
}
