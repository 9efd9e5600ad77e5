//! Turns the difference between two frames into as few bytes as a slow link deserves: no byte when
//! nothing is different, cursor moves instead of rewriting, one style change where styles change.
//! It knows buffers and escape sequences, and nothing of what is drawn.

#[cfg(test)]
mod tests;

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier},
};
use std::io::Write as _;

/// Smaller frames are one write that nobody can see half of.
const TEARS_ABOVE: usize = 256;
const SYNC_BEGIN: &str = "\x1b[?2026h";
pub(super) const SYNC_END: &str = "\x1b[?2026l";

/// What the terminal shows, as far as we know.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    spare: Buffer,
    /// Whether frames are wrapped so that the terminal shows them whole (mode 2026).
    synchronized: bool,
    clear: bool,
}

impl Painter {
    /// Nothing is shown yet, so the first frame is written whole.
    pub fn new(width: u16, height: u16, synchronized: bool) -> Self {
        let area = Rect::new(0, 0, width, height);
        Self {
            shown: Buffer::empty(area),
            spare: Buffer::empty(area),
            synchronized,
            clear: true,
        }
    }

    /// The next frame is written whole, at this size.
    pub fn reset(&mut self, width: u16, height: u16) {
        *self = Self::new(width, height, self.synchronized);
    }

    pub fn size(&self) -> (u16, u16) {
        (self.shown.area.width, self.shown.area.height)
    }

    /// Draws a frame; the bytes that bring the terminal there, none when it shows it already.
    pub fn frame(&mut self, draw: impl FnOnce(&mut Buffer)) -> Option<Vec<u8>> {
        self.spare.reset();
        draw(&mut self.spare);
        let mut pen = Pen::default();
        if self.clear {
            pen.bytes.extend_from_slice(b"\x1b[m\x1b[2J");
        }
        for (x, y, cell) in self.shown.diff(&self.spare) {
            pen.put(x, y, cell, self.shown.area.width);
        }
        pen.style(Look::default());
        std::mem::swap(&mut self.shown, &mut self.spare);
        self.clear = false;
        let bytes = pen.bytes;
        if bytes.is_empty() {
            return None;
        }
        if self.synchronized && bytes.len() > TEARS_ABOVE {
            return Some([SYNC_BEGIN.as_bytes(), &bytes, SYNC_END.as_bytes()].concat());
        }
        Some(bytes)
    }
}

/// Writes cells, and knows where the cursor is and how it writes.
#[derive(Default)]
struct Pen {
    bytes: Vec<u8>,
    /// None where it cannot be relied on: at the start, and after the last column.
    at: Option<(u16, u16)>,
    look: Look,
}

/// How a cell is written; the default is the terminal's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    fn put(&mut self, x: u16, y: u16, cell: &Cell, width: u16) {
        self.go(x, y);
        self.style(Look {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        });
        let symbol = cell.symbol();
        // Everything drawn was cleaned where it came in; what slipped through must not be obeyed.
        let symbol = if symbol.chars().any(char::is_control) {
            "?"
        } else {
            symbol
        };
        self.bytes.extend_from_slice(symbol.as_bytes());
        let cells = u16::try_from(crate::tui::text::width(symbol)).unwrap_or(1);
        let next = x.saturating_add(cells.max(1));
        self.at = (next < width).then_some((next, y));
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && x > from => match x - from {
                1 => self.bytes.extend_from_slice(b"\x1b[C"),
                cells => self.escape(format_args!("{cells}C")),
            },
            _ => self.escape(format_args!("{};{}H", y + 1, x + 1)),
        }
    }

    fn style(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        if self.look != Look::default() {
            codes.push(String::new());
        }
        for (modifier, code) in MODIFIERS {
            if look.modifier.contains(modifier) {
                codes.push(code.to_string());
            }
        }
        codes.extend(colour(look.fg, 30));
        codes.extend(colour(look.bg, 40));
        self.escape(format_args!("{}m", codes.join(";")));
        self.look = look;
    }

    fn escape(&mut self, sequence: std::fmt::Arguments<'_>) {
        self.bytes.extend_from_slice(b"\x1b[");
        // Writing to memory does not fail.
        let _always_ok = self.bytes.write_fmt(sequence);
    }
}

const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// The code of a colour: `base` is 30 for the text and 40 for what is behind it.
fn colour(colour: Color, base: u8) -> Option<String> {
    let plain = |n: u8| Some((base + n).to_string());
    let bright = |n: u8| Some((base + 60 + n).to_string());
    match colour {
        Color::Reset => None,
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => Some(format!("{};5;{n}", base + 8)),
        Color::Rgb(r, g, b) => Some(format!("{};2;{r};{g};{b}", base + 8)),
    }
}
