//! A buffer to draw into together with the theme to draw with.

use crate::tui::{
    pointer::Spot,
    text::Sanitized,
    theme::{Glyphs, Role, Theme},
    widgets::Line,
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

#[derive(Debug)]
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub theme: &'a Theme,
    /// What stands where, for a pointer.
    spots: Vec<(Rect, Spot)>,
}

impl<'a> Canvas<'a> {
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self {
            buffer,
            theme,
            spots: Vec::new(),
        }
    }
}

impl Canvas<'_> {
    /// What stands in an area can be pointed at.
    pub fn mark(&mut self, area: Rect, spot: Spot) {
        self.spots.push((area, spot));
    }

    /// What stands at a cell, if that can be pointed at.
    pub fn spot(&self, cell: Position) -> Option<Spot> {
        let mut last_first = self.spots.iter().rev();
        let found = last_first.find(|(area, _)| area.contains(cell));
        found.map(|(_, spot)| *spot)
    }

    /// Draws a line at the start of a row, and another at its end, which wins where both want to be.
    pub fn ends(&mut self, row: Rect, left: &Line, right: &Line) {
        let taken = u16::try_from(right.width()).unwrap_or(u16::MAX);
        if taken == 0 || taken > row.width {
            return self.line(row, left);
        }
        let from = row.width - taken;
        let gap = u16::from(from > 0);
        self.line(
            Rect {
                width: from - gap,
                ..row
            },
            left,
        );
        let place = Rect {
            x: row.x + from,
            width: taken,
            ..row
        };
        self.line(place, right);
    }

    /// Draws a line in the first row of an area; what does not fit is cut and marked so.
    pub fn line(&mut self, area: Rect, line: &Line) {
        let area = area.intersection(self.buffer.area);
        if !area.is_empty() {
            line.draw(self, area);
        }
    }

    /// Draws lines one below the other, as many as fit; says how many rows it used.
    pub fn lines(&mut self, area: Rect, lines: &[Line]) -> u16 {
        let mut used = 0;
        for line in lines.iter().take(usize::from(area.height)) {
            self.line(below(area, used), line);
            used += 1;
        }
        used
    }

    /// Gives a whole area the style of a role, over what is there.
    pub fn paint(&mut self, area: Rect, role: Role) {
        self.buffer.set_style(area, self.theme.style(role));
    }

    /// A one-cell sign, by what the terminal can show.
    pub fn sign(&self, ascii: &'static str, unicode: &'static str) -> Sanitized {
        Sanitized::from(match self.theme.glyphs {
            Glyphs::Ascii => ascii,
            Glyphs::Unicode => unicode,
        })
    }
}

/// What is left of an area below its first rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}
