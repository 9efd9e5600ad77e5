//! One line of text in pieces, each with its role.

use crate::tui::{text::Sanitized, theme::Role, widgets::Canvas};
use ratatui::layout::Rect;

const CUT: &str = "..";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<(Sanitized, Role)>,
}

impl Line {
    pub fn of(role: Role, text: impl Into<Sanitized>) -> Self {
        Self::default().then(role, text)
    }

    pub fn plain(text: impl Into<Sanitized>) -> Self {
        Self::of(Role::Plain, text)
    }

    pub fn then(mut self, role: Role, text: impl Into<Sanitized>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push((text, role));
        }
        self
    }

    /// Adds spaces until the line takes so many cells, so that what follows is in a column.
    pub fn to(self, cells: usize) -> Self {
        let missing = cells.saturating_sub(self.width());
        self.then(Role::Plain, " ".repeat(missing))
    }

    pub fn join(mut self, other: Line) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.width()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The line without styles.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// Draws it into the first row; what does not fit gives way to `..`.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let cells = usize::from(area.width);
        let is_cut = self.width() > cells && cells > CUT.len();
        let mut left = if is_cut { cells - CUT.len() } else { cells };
        let mut x = area.x;
        for (text, role) in &self.pieces {
            let style = canvas.theme.style(*role);
            let (after, _) = canvas
                .buffer
                .set_stringn(x, area.y, text.as_str(), left, style);
            let used = usize::from(after - x);
            x = after;
            let whole = used == text.width();
            left -= used.min(left);
            if !whole {
                break;
            }
        }
        if is_cut {
            canvas
                .buffer
                .set_stringn(x, area.y, CUT, CUT.len(), canvas.theme.style(Role::Plain));
        }
    }
}
