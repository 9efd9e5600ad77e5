//! Rows in columns of fixed width, with a gutter that marks the selected row. Columns that matter
//! less go first when the screen is narrow, so no word is cut while another column could give way.

use crate::tui::{
    pointer::Spot,
    text::Sanitized,
    theme::Role,
    widgets::{Canvas, Line, canvas::below},
};
use ratatui::layout::Rect;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub title: Sanitized,
    /// Cells it takes; none shares what the others leave, of which there should be one.
    pub width: Option<u16>,
    pub align: Align,
    /// Columns with the highest number go first when there is no room; 0 stays.
    pub spare: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub cells: Vec<Line>,
    pub selected: bool,
}

/// The gutter and the space after it.
const GUTTER: u16 = 2;
/// A sign and a name are enough to tell which row it is.
const NAMING: usize = 2;
/// No name is so long that it must be marked beyond this.
const MARKED_MOST: u16 = 30;
/// What the sharing column should have at least, before others go for it.
const FILL_LEAST: u16 = 16;

impl Column {
    pub fn fixed(title: impl Into<Sanitized>, width: u16) -> Self {
        Self {
            title: title.into(),
            width: Some(width),
            align: Align::Left,
            spare: 0,
        }
    }

    pub fn fill(title: impl Into<Sanitized>) -> Self {
        Self {
            title: title.into(),
            width: None,
            align: Align::Left,
            spare: 0,
        }
    }

    pub fn right(mut self) -> Self {
        self.align = Align::Right;
        self
    }

    pub fn spare(mut self, order: u8) -> Self {
        self.spare = order;
        self
    }
}

/// Draws titles and rows; what lies outside the area is not built.
pub fn table(
    canvas: &mut Canvas<'_>,
    area: Rect,
    columns: &[Column],
    rows: impl Iterator<Item = Row>,
) {
    let places = places(columns, area.width);
    for (column, place) in columns.iter().zip(&places) {
        let title = Line::of(Role::Label, column.title.clone());
        cell(canvas, area, (column, *place), &title);
    }
    let mut drawn = Vec::new();
    for (at, row) in (1..area.height).zip(rows) {
        let line = Rect {
            height: 1,
            ..below(area, at)
        };
        drawn.push((line, row.selected));
        for ((column, place), content) in columns.iter().zip(&places).zip(&row.cells) {
            cell(canvas, line, (column, *place), content);
        }
        if row.selected {
            canvas.line(line, &Line::plain(">"));
            let width = marked(&places).min(line.width);
            let name = Rect { width, ..line };
            canvas.paint(name, Role::Selection);
        }
    }
    // Where nothing is selected the cursor is elsewhere, and a click would move that one.
    if let Some(selected) = drawn.iter().position(|(_, selected)| *selected) {
        for (at, (line, _)) in drawn.iter().enumerate() {
            canvas.mark(*line, Spot::Row(distance(selected, at)));
        }
    }
}

/// From one place in a row of things to another.
pub fn distance(from: usize, to: usize) -> i32 {
    let far = i32::try_from(from.abs_diff(to)).unwrap_or(i32::MAX);
    if to < from { -far } else { far }
}

/// How many cells the sharing column has in a table of this width.
pub fn shared(columns: &[Column], width: u16) -> usize {
    let places = places(columns, width);
    let found = columns.iter().zip(places);
    let mut shared = found.filter(|(column, _)| column.width.is_none());
    let place = shared.next().and_then(|(_, place)| place);
    place.map_or(0, |(_, width)| usize::from(width))
}

/// The cells of a selected row that are marked: the gutter and the first columns, which say which row
/// it is. A whole row that changes its looks costs a slow link many times as much.
fn marked(places: &[Option<(u16, u16)>]) -> u16 {
    let named = places.iter().flatten().take(NAMING);
    named
        .last()
        .map_or(GUTTER, |(x, width)| (x + width).min(MARKED_MOST))
}

fn cell(
    canvas: &mut Canvas<'_>,
    row: Rect,
    (column, place): (&Column, Option<(u16, u16)>),
    content: &Line,
) {
    let Some((x, width)) = place else { return };
    let used = u16::try_from(content.width()).unwrap_or(u16::MAX);
    let shift = match column.align {
        Align::Left => 0,
        Align::Right => width.saturating_sub(used),
    };
    let area = Rect {
        x: row.x + x + shift,
        width: width - shift,
        ..row
    };
    canvas.line(area, content);
}

/// Where each column starts and how wide it is; none for those that gave way.
fn places(columns: &[Column], width: u16) -> Vec<Option<(u16, u16)>> {
    let mut kept = vec![true; columns.len()];
    let taken = |kept: &[bool]| -> u16 {
        let widths = columns.iter().zip(kept).filter(|(_, kept)| **kept);
        GUTTER
            + widths
                .map(|(column, _)| column.width.unwrap_or(FILL_LEAST) + 1)
                .sum::<u16>()
    };
    while taken(&kept) > width + 1 {
        let spared = columns
            .iter()
            .enumerate()
            .filter(|(at, column)| kept[*at] && column.spare > 0);
        let Some((at, _)) = spared.max_by_key(|(_, column)| column.spare) else {
            break;
        };
        kept[at] = false;
    }
    let rest = (width + 1).saturating_sub(taken(&kept));
    let mut x = GUTTER;
    let mut places = Vec::with_capacity(columns.len());
    for (column, kept) in columns.iter().zip(&kept) {
        let wide = column
            .width
            .unwrap_or(FILL_LEAST + rest)
            .min(width.saturating_sub(x));
        places.push(kept.then_some((x, wide)));
        x = if *kept { (x + wide + 1).min(width) } else { x };
    }
    places
}
