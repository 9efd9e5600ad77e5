//! What all lists share: the page that holds the selected row, and the line that says so.

use crate::tui::{
    screen::page_top,
    widgets::{Canvas, Column, Line, Row, Shown, canvas::below, rule, table},
};
use ratatui::layout::Rect;

/// From this width on what is said of the selected row stands beside the list.
const BESIDE_FROM: u16 = 160;
const LIST_WIDTH: u16 = 112;

/// Where the list goes, and what is said of the selected row: beside it, where there is room, else in
/// so many rows beneath.
pub(super) fn places(area: Rect, beneath: u16) -> (Rect, Rect) {
    if area.width >= BESIDE_FROM {
        let list = Rect {
            width: LIST_WIDTH,
            ..area
        };
        let beside = Rect {
            x: area.x + LIST_WIDTH + 1,
            width: area.width - LIST_WIDTH - 1,
            ..area
        };
        return (list, beside);
    }
    let list = Rect {
        height: area.height.saturating_sub(beneath),
        ..area
    };
    (list, below(area, list.height))
}

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
