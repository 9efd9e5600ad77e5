//! Lanes over time: one row for each, a column for every so many minutes, an axis of hours above and
//! a mark at now. It knows stretches and signs, not what they mean.

use crate::{
    model::{Span, Time},
    tui::{
        text::Sanitized,
        theme::Role,
        widgets::{Canvas, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Which moments the columns stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    pub from: Time,
    /// Of one column.
    pub step: Span,
    pub columns: u16,
    /// Cells before the first column.
    pub gutter: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    pub label: Sanitized,
    pub pieces: Vec<Piece>,
}

/// A while that looks the same: `from <= moment < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub from: Time,
    pub to: Time,
    pub sign: &'static str,
    pub role: Role,
    /// A column that several pieces touch shows the one with the highest.
    pub weight: u8,
}

/// From this width on names of stages need not be cut.
const WIDE: u16 = 100;

impl Scale {
    /// The widest view of whole days that fits: three days where a column can be half an hour, one
    /// day at twenty minutes, at half an hour or at an hour.
    pub fn fit(from: Time, width: u16) -> Self {
        let gutter = if width < WIDE { 8 } else { 16 };
        let room = width.saturating_sub(gutter);
        let scales = [(144, 30), (96, 30), (72, 20), (48, 30), (24, 60)];
        let fits = scales.into_iter().find(|(columns, _)| *columns <= room);
        let (columns, minutes) = fits.unwrap_or((room, 60));
        Self {
            from,
            step: Span::minutes(minutes),
            columns,
            gutter,
        }
    }

    pub fn to(self) -> Time {
        self.start(self.columns)
    }

    /// When a column begins.
    fn start(self, column: u16) -> Time {
        self.from + Span(self.step.0.saturating_mul(u64::from(column)))
    }

    /// The column that a moment lies in; none when it is outside.
    pub fn column(self, at: Time) -> Option<u16> {
        let column = at.since(self.from).0.checked_div(self.step.0)?;
        let column = u16::try_from(column).ok()?;
        (at >= self.from && column < self.columns).then_some(column)
    }
}

/// Draws the axis, the mark at now, and as many tracks as fit; says how many rows it used.
pub fn timeline(
    canvas: &mut Canvas<'_>,
    area: Rect,
    scale: Scale,
    axis: &Axis,
    tracks: &[Track],
) -> u16 {
    canvas.line(area, &axis_line(scale, axis, canvas));
    canvas.line(below(area, 1), &now_line(scale, axis, canvas));
    let rest = below(area, 2);
    for (y, track) in (0..rest.height).zip(tracks) {
        canvas.line(below(rest, y), &track_line(scale, track, canvas));
    }
    let tracks = u16::try_from(tracks.len()).unwrap_or(u16::MAX);
    tracks.min(rest.height) + area.height.min(2)
}

/// What stands above the tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// How clocks are read: `UTC`.
    pub label: Sanitized,
    /// Words at instants, in order.
    pub ticks: Vec<(Time, Sanitized)>,
    pub now: Time,
    /// The words at the mark of now.
    pub now_words: Sanitized,
    /// What stands at the end of the row of now, where there is room.
    pub note: Sanitized,
}

fn gutter(scale: Scale, label: &Sanitized, canvas: &Canvas<'_>) -> Line {
    let width = usize::from(scale.gutter.saturating_sub(2));
    let label = crate::tui::text::middle_cut(label.as_str(), width).into_owned();
    let edge = canvas.sign("|", "│");
    Line::of(Role::Label, format!(" {label:<width$}{edge}"))
}

fn axis_line(scale: Scale, axis: &Axis, canvas: &Canvas<'_>) -> Line {
    let mut line = gutter(scale, &axis.label, canvas);
    let start = line.width();
    let ticks = axis.ticks.iter();
    for (column, words) in ticks.filter_map(|(at, words)| Some((scale.column(*at)?, words))) {
        let place = start + usize::from(column);
        // A word that the one before has reached into gives way.
        if line.width() <= place {
            line = line.to(place).then(Role::Label, words.clone());
        }
    }
    line
}

fn now_line(scale: Scale, axis: &Axis, canvas: &Canvas<'_>) -> Line {
    let line = gutter(scale, &Sanitized::from("now"), canvas);
    let start = line.width();
    let end = start + usize::from(scale.columns);
    let Some(column) = scale.column(axis.now) else {
        return line.then(Role::Label, axis.note.clone());
    };
    let words = axis.now_words.width();
    let place = start + usize::from(column);
    let mark = |line: Line| line.then(Role::Key, canvas.sign("^", "▲"));
    // Words stand after the mark, or before it near the right edge.
    let line = if place + 1 + words <= end {
        mark(line.to(place)).then(Role::Title, axis.now_words.clone())
    } else {
        mark(
            line.to(place.saturating_sub(words))
                .then(Role::Title, axis.now_words.clone()),
        )
    };
    let note = end.saturating_sub(axis.note.width());
    if line.width() + 2 <= note {
        return line.to(note).then(Role::Label, axis.note.clone());
    }
    line
}

fn track_line(scale: Scale, track: &Track, canvas: &Canvas<'_>) -> Line {
    let mut line = gutter(scale, &track.label, canvas);
    for column in 0..scale.columns {
        let (from, to) = (scale.start(column), scale.start(column + 1));
        let here = track.pieces.iter();
        let here = here.filter(|piece| piece.from < to && from < piece.to);
        let strongest = here.max_by_key(|piece| piece.weight);
        line = match strongest {
            Some(piece) => line.then(piece.role, piece.sign),
            None => line.then(Role::Plain, " "),
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Look, Theme};
    use ratatui::buffer::{Buffer, Cell};

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn piece(from: &str, to: &str, sign: &'static str) -> Piece {
        Piece {
            from: at(from),
            to: at(to),
            sign,
            role: Role::Plain,
            weight: u8::from(sign == "#"),
        }
    }

    fn drawn(width: u16, height: u16, now: &str) -> Vec<String> {
        let theme = Theme::load(&Look::plain()).unwrap();
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, &theme);
        let hours = ["00", "06", "12", "18"];
        let ticks = hours.map(|hour| {
            let then = at(&format!("2026-03-09T{hour}:00:00Z"));
            (then, Sanitized::from(hour))
        });
        let axis = Axis {
            label: Sanitized::from("UTC"),
            ticks: ticks.to_vec(),
            now: at(now),
            now_words: Sanitized::from("03:14Z"),
            note: Sanitized::from("Mon"),
        };
        let track = Track {
            label: Sanitized::from("a-long-stage-name"),
            pieces: vec![
                piece("2026-03-09T00:00:00Z", "2026-03-09T09:10:00Z", "#"),
                piece("2026-03-09T09:10:00Z", "2026-03-10T00:00:00Z", "="),
            ],
        };
        let scale = Scale::fit(at("2026-03-09T00:00:00Z"), width);
        timeline(&mut canvas, area, scale, &axis, &[track]);
        let rows = buffer.content.chunks(usize::from(width));
        let text = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
        text.map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn a_day_at_an_hour_a_column_where_there_is_little_room() {
        assert_eq!(
            drawn(36, 3, "2026-03-09T03:14:00Z"),
            [
                " UTC   |00    06    12    18",
                " now   |   ^03:14Z           Mon",
                " a-..me|##########==============",
            ],
            "the column in which it opens is not open"
        );
    }

    #[test]
    fn now_near_the_edge_is_told_before_the_mark_and_outside_not_at_all() {
        let rows = drawn(36, 3, "2026-03-09T23:14:00Z");
        assert_eq!(rows[1], " now   |                 03:14Z^");
        let rows = drawn(36, 3, "2026-03-12T03:14:00Z");
        assert_eq!(rows[1], " now   |Mon");
    }

    #[test]
    fn no_room_is_no_panic() {
        for width in 1..40 {
            for height in 0..4 {
                if height > 0 {
                    drawn(width, height, "2026-03-09T03:14:00Z");
                }
            }
        }
    }

    #[test]
    fn scales_show_whole_days() {
        for (width, columns, minutes) in [
            (200, 144, 30),
            (120, 96, 30),
            (100, 72, 20),
            (80, 72, 20),
            (79, 48, 30),
            (60, 48, 30),
            (40, 24, 60),
            (20, 12, 60),
        ] {
            let scale = Scale::fit(Time(0), width);
            let found = (scale.columns, scale.step);
            assert_eq!(found, (columns, Span::minutes(minutes)), "{width}");
        }
    }
}
