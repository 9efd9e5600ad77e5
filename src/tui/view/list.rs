//! What all lists share: the page that holds the selected row, and the line that says so.

use crate::tui::{
    screen::page_top,
    widgets::{Canvas, Column, Line, Row, Shown, rule, table},
};
use ratatui::layout::Rect;

/// Rows with the position of the selected one.
pub(super) struct List<'a, T> {
    pub(super) rows: &'a [T],
    pub(super) selected: Option<usize>,
    pub(super) pages: Pages,
}

/// Whether pages are counted from the first row, or from the last as in a log that grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pages {
    FromStart,
    FromEnd,
}

impl<T> List<'_, T> {
    /// The rows that an area of this height shows: the page with the selected row.
    pub(super) fn page(&self, area: Rect) -> &[T] {
        let (first, last) = self.bounds(usize::from(area.height.saturating_sub(2)));
        &self.rows[first..last]
    }

    fn bounds(&self, height: usize) -> (usize, usize) {
        let count = self.rows.len();
        match self.pages {
            Pages::FromStart => {
                let first = page_top(self.selected.unwrap_or(0).min(count), height);
                (first, (first + height).min(count))
            }
            Pages::FromEnd => {
                let newest = count.saturating_sub(1);
                let back = newest.saturating_sub(self.selected.unwrap_or(newest));
                let last = count.saturating_sub(page_top(back, height));
                (last.saturating_sub(height), last)
            }
        }
    }

    /// Draws titles, the page with the selected row, and the rule below. Only the page's rows are
    /// made into cells.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        columns: &[Column],
        cells: impl Fn(&T, &Canvas<'_>) -> Vec<Line>,
    ) {
        let (first, _) = self.bounds(usize::from(area.height.saturating_sub(2)));
        let page = self.page(area).iter().zip(first..);
        let rows: Vec<Row> = page
            .map(|(row, at)| Row {
                cells: cells(row, canvas),
                selected: self.selected == Some(at),
            })
            .collect();
        let shown = Shown {
            first,
            rows: rows.len(),
            of: self.rows.len(),
        };
        let body = Rect {
            height: area.height.saturating_sub(1),
            ..area
        };
        table(canvas, body, columns, rows.into_iter());
        if area.height > 0 {
            let last = Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            };
            rule(canvas, last, shown);
        }
    }
}
