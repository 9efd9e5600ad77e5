//! Turns the difference between two frames into as few bytes as a slow link deserves: no byte when
//! nothing is different, cursor moves where they are shorter than rewriting, style changes only where
//! they can be seen, and one sequence for a row's blank rest.
//! It knows buffers and escape sequences, and nothing of what is drawn.

#[cfg(test)]
mod tests;

use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier, Style},
};
use std::io::Write as _;

/// Smaller frames are one write that nobody can see half of.
const TEARS_ABOVE: usize = 256;
/// Blanks the rest of the row.
const ERASE: &[u8] = b"\x1b[K";
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
        self.spare.content.iter_mut().for_each(forget_unseen_style);
        let mut pen = Pen::over(&self.spare);
        if self.clear {
            pen.bytes.extend_from_slice(b"\x1b[m\x1b[2J");
        }
        let changed = self.shown.diff(&self.spare);
        for row in changed.chunk_by(|(_, y, _), (_, next, _)| y == next) {
            pen.row(row);
        }
        pen.style(Look::default());
        let bytes = pen.bytes;
        std::mem::swap(&mut self.shown, &mut self.spare);
        mark_covered(&mut self.shown);
        self.clear = false;
        if bytes.is_empty() {
            return None;
        }
        if self.synchronized && bytes.len() > TEARS_ABOVE {
            return Some([SYNC_BEGIN.as_bytes(), &bytes, SYNC_END.as_bytes()].concat());
        }
        Some(bytes)
    }
}

/// Nobody sees in which colour a space is written, so that it need not be said.
fn forget_unseen_style(cell: &mut Cell) {
    if cell.symbol() == " " && Look::of(cell).shows_no_space() {
        cell.set_style(Style::reset());
    }
}

/// The second cell of a wide letter equals nothing: a terminal gives it whatever looks it likes once
/// the letter is gone, so that a space there must be written.
fn mark_covered(shown: &mut Buffer) {
    let mut covered = 0;
    for cell in &mut shown.content {
        if covered > 0 {
            covered -= 1;
            cell.modifier = Modifier::HIDDEN;
        } else if !cell.symbol().is_ascii() {
            covered = crate::tui::text::width(cell.symbol()).saturating_sub(1);
        }
    }
}

/// Writes cells, and knows where the cursor is and how it writes.
struct Pen<'a> {
    /// What the terminal is to show.
    over: &'a Buffer,
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

impl Look {
    fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Whether a space in it looks like one in the terminal's own.
    fn shows_no_space(self) -> bool {
        let lines = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        self.bg == Color::Reset && !self.modifier.intersects(lines)
    }

    /// The codes that lead here from the terminal's own.
    fn codes(self) -> Vec<String> {
        let mut codes = modifier_codes(self.modifier);
        codes.extend(colour(self.fg, 30));
        codes.extend(colour(self.bg, 40));
        codes
    }

    /// The codes that lead here from another one, when nothing but colours is to be taken off:
    /// taking off single attributes is not for every terminal.
    fn codes_from(self, from: Look) -> Option<Vec<String>> {
        let add = self.modifier.difference(from.modifier);
        if !self.modifier.contains(from.modifier) {
            return None;
        }
        let mut codes = modifier_codes(add);
        for (colour_now, before, base) in [(self.fg, from.fg, 30), (self.bg, from.bg, 40)] {
            if colour_now != before {
                codes.push(colour(colour_now, base).unwrap_or((base + 9).to_string()));
            }
        }
        Some(codes)
    }
}

impl<'a> Pen<'a> {
    fn over(over: &'a Buffer) -> Self {
        Self {
            over,
            bytes: Vec::new(),
            at: None,
            look: Look::default(),
        }
    }

    /// The cells of one row that are different, from left to right.
    fn row(&mut self, changed: &[(u16, u16, &Cell)]) {
        let Some((_, y, _)) = changed.first() else {
            return;
        };
        let end = self.end_of(*y);
        let (cells, blanks) = changed.split_at(changed.partition_point(|(x, ..)| *x < end));
        for (x, y, cell) in cells {
            self.put(*x, *y, cell);
        }
        match blanks {
            [(x, y, first), ..] if blanks.len() > ERASE.len() => {
                self.go(*x, *y);
                self.become_fit_for(first);
                self.bytes.extend_from_slice(ERASE);
            }
            few => few.iter().for_each(|(x, y, cell)| self.put(*x, *y, cell)),
        }
    }

    /// From where on a row is blank.
    fn end_of(&self, y: u16) -> u16 {
        let blank = |x: &u16| {
            let cell = &self.over[(*x, y)];
            cell.symbol() == " " && Look::of(cell) == Look::default()
        };
        let area = self.over.area;
        let last = (area.left()..area.right()).rev().find(|x| !blank(x));
        last.map_or(area.left(), |x| x + 1)
    }

    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        self.go(x, y);
        self.become_fit_for(cell);
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
        self.at = (next < self.over.area.width).then_some((next, y));
    }

    fn go(&mut self, x: u16, y: u16) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((from, row)) if row == y && x > from => self.forward(from, x, y),
            Some((_, row)) if row + 1 == y => {
                self.bytes.extend_from_slice(b"\r\n");
                if x > 0 {
                    self.forward(0, x, y);
                }
            }
            _ if x == 0 => self.escape(format_args!("{}H", y + 1)),
            _ => self.escape(format_args!("{};{}H", y + 1, x + 1)),
        }
    }

    /// Over cells that are shown already: writing a few of them again takes less than leaping.
    fn forward(&mut self, from: u16, to: u16, y: u16) {
        let cells = to - from;
        let leap = if cells == 1 {
            "\x1b[C".to_owned()
        } else {
            format!("\x1b[{cells}C")
        };
        let passed = || (from..to).map(|x| &self.over[(x, y)]);
        let again: usize = passed().map(|cell| cell.symbol().len()).sum();
        let as_it_is = |cell: &Cell| {
            let one_cell = crate::tui::text::width(cell.symbol()) == 1;
            one_cell && self.is_fit_for(cell) && !cell.symbol().contains(char::is_control)
        };
        if again <= leap.len() && passed().all(as_it_is) {
            let text: String = passed().map(Cell::symbol).collect();
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.bytes.extend_from_slice(leap.as_bytes());
        }
    }

    /// Whether a cell can be written as the pen writes now.
    fn is_fit_for(&self, cell: &Cell) -> bool {
        let wanted = Look::of(cell);
        let any = cell.symbol() == " " && wanted == Look::default() && self.look.shows_no_space();
        any || wanted == self.look
    }

    fn become_fit_for(&mut self, cell: &Cell) {
        if !self.is_fit_for(cell) {
            self.style(Look::of(cell));
        }
    }

    fn style(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let mut anew = look.codes().join(";");
        if self.look != Look::default() && !anew.is_empty() {
            anew.insert(0, ';');
        }
        let further = look.codes_from(self.look).map(|codes| codes.join(";"));
        let codes = further.filter(|further| further.len() < anew.len());
        let codes = codes.unwrap_or(anew);
        self.escape(format_args!("{codes}m"));
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

fn modifier_codes(modifiers: Modifier) -> Vec<String> {
    let set = MODIFIERS.iter().filter(|(one, _)| modifiers.contains(*one));
    set.map(|(_, code)| code.to_string()).collect()
}

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
