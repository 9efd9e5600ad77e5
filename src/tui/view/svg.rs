//! A buffer as an SVG picture, cell by cell, so that pictures in the README come from the real
//! program. It knows the sixteen colours only by name and draws them as one calm palette.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::fmt::Write as _;

/// Size of a cell in the picture's units, and the size of letters in it.
const CELL: (u32, u32) = (8, 17);
const LETTER: u32 = 13;
/// What the picture takes for the terminal's own colours.
const PAPER: &str = "#1e1e1e";
const INK: &str = "#d8d8d8";

/// The picture of a buffer.
pub fn svg(buffer: &Buffer) -> String {
    let (columns, rows) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace,Menlo,Consolas,monospace\" font-size=\"{LETTER}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n"
    );
    let row_cells = buffer.content.chunks(usize::from(buffer.area.width.max(1)));
    for (row, cells) in (0_u32..).zip(row_cells) {
        for (column, run) in runs(cells) {
            draw_run(&mut picture, (column, row), run);
        }
    }
    picture.push_str("</svg>\n");
    picture
}

/// Neighbours of one style, with the column where they start.
fn runs(cells: &[Cell]) -> Vec<(u32, &[Cell])> {
    let mut column = 0;
    let chunks = cells.chunk_by(|a, b| a.fg == b.fg && a.modifier == b.modifier);
    chunks
        .map(|run| {
            let start = column;
            column += u32::try_from(run.len()).unwrap_or(0);
            (start, run)
        })
        .collect()
}

fn draw_run(picture: &mut String, (column, row): (u32, u32), run: &[Cell]) {
    let Some(first) = run.first() else { return };
    let text: String = run.iter().map(Cell::symbol).collect();
    let reversed = first.modifier.contains(Modifier::REVERSED);
    if text.trim().is_empty() && !reversed {
        return;
    }
    let (x, y) = (column * CELL.0 + 8, row * CELL.1 + 8);
    let width = u32::try_from(run.len()).unwrap_or(0) * CELL.0;
    let colour = hex(first.fg);
    let fill = if reversed {
        PAPER.to_owned()
    } else {
        colour.clone()
    };
    // Writing to a string cannot fail.
    if reversed {
        let height = CELL.1;
        let _ = writeln!(
            picture,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        );
    }
    let bold = if first.modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let under = first.modifier.contains(Modifier::UNDERLINED);
    let under = if under {
        " text-decoration=\"underline\""
    } else {
        ""
    };
    let base = y + CELL.1 - 4;
    for (offset, piece) in pieces(&text) {
        let (x, glyphs) = (x + offset * CELL.0, piece.chars().count());
        let length = u32::try_from(glyphs).unwrap_or(0) * CELL.0;
        let _ = writeln!(
            picture,
            "<text x=\"{x}\" y=\"{base}\" fill=\"{fill}\" textLength=\"{length}\" \
             lengthAdjust=\"spacingAndGlyphs\"{bold}{under}>{}</text>",
            escaped(&piece)
        );
    }
}

/// A text in short pieces without blanks, each with the column where it starts: viewers differ in
/// how wide a font is, and columns must stay where they are.
fn pieces(text: &str) -> Vec<(u32, String)> {
    let mut found: Vec<(u32, String)> = Vec::new();
    for (column, glyph) in (0_u32..).zip(text.chars()) {
        match found.last_mut() {
            _ if glyph == ' ' => {}
            Some((start, piece)) if adjoins(*start, piece, column) => piece.push(glyph),
            _ => found.push((column, glyph.to_string())),
        }
    }
    found
}

/// Whether the next glyph of a piece stands at `column`, and the piece is not too long for it.
fn adjoins(start: u32, piece: &str, column: u32) -> bool {
    let length = u32::try_from(piece.chars().count()).unwrap_or(u32::MAX);
    length < 8 && start.saturating_add(length) == column
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "themes use no other colours"
)]
fn hex(colour: Color) -> String {
    match colour {
        Color::Red => "#f0716b".to_owned(),
        Color::Green => "#7fc97f".to_owned(),
        Color::Yellow => "#e6c15c".to_owned(),
        Color::Magenta => "#d78be0".to_owned(),
        Color::Cyan => "#5fb8b8".to_owned(),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        _ => INK.to_owned(),
    }
}
