//! What all lists share: the page that holds the selected row, and the line that says so.

use crate::tui::{
    screen::page_top,
    widgets::{Canvas, Column, Row, Shown, rule, table},
};
use ratatui::layout::Rect;

/// Rows with the position of the selected one.
pub(super) struct List<'a, T> {
    pub(super) rows: &'a [T],
    pub(super) selected: Option<usize>,
}

impl<T> List<'_, T> {
    /// Draws titles, the page with the selected row, and the rule below. Only the page's rows are
    /// made into cells.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        columns: &[Column],
        cells: impl Fn(&T, &Canvas<'_>) -> Vec<crate::tui::widgets::Line>,
    ) {
        let height = usize::from(area.height.saturating_sub(2));
        let top = page_top(self.selected.unwrap_or(0), height);
        let page = self.rows.iter().enumerate().skip(top).take(height);
        let rows: Vec<Row> = page
            .map(|(at, row)| Row {
                cells: cells(row, canvas),
                selected: self.selected == Some(at),
            })
            .collect();
        let shown = Shown {
            first: top,
            rows: rows.len(),
            of: self.rows.len(),
        };
        let body = Rect {
            height: area.height.saturating_sub(1),
            ..area
        };
        table(canvas, body, columns, rows.into_iter());
        if area.height > 0 {
            rule(
                canvas,
                Rect {
                    y: area.bottom() - 1,
                    height: 1,
                    ..area
                },
                shown,
            );
        }
    }
}
