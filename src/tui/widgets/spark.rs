//! A small chart: a column for every moment, a line at the limit, what is bad told by its role.
//! It takes numbers and knows neither what they count nor when that was.

use crate::{
    model::{Bad, Status},
    tui::{
        text::Sanitized,
        theme::{Glyphs, Role},
        widgets::{Canvas, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// From nothing to a full cell.
const ASCII: [&str; 8] = [" ", ".", ":", "-", "=", "+", "*", "#"];
const UNICODE: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// One moment of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// Nobody looked.
    Blank,
    /// Somebody looked, and there was no data.
    NoData,
    /// All was well, and no figure said how well.
    Fine,
    /// It fired without a figure.
    Firing,
    Value(u64),
}

impl Bar {
    /// The sign of what has no figure, and what it means.
    pub fn told(self) -> Option<(Role, &'static str, &'static str)> {
        match self {
            Bar::Blank | Bar::Value(_) => None,
            Bar::NoData => Some((Role::Status(Status::NoData), "?", "no data")),
            Bar::Fine => Some((Role::Label, ",", "ok without a figure")),
            Bar::Firing => Some((Role::Danger, "!", "fires without a figure")),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spark {
    /// Oldest first; only as many are drawn as there are columns, the newest ones.
    pub bars: Vec<Bar>,
    pub limit: u64,
    /// On which side of it a bar is bad.
    pub bad: Bad,
    /// What stands before the highest row, and before the row of the limit.
    pub top: Sanitized,
    pub at_limit: Sanitized,
}

/// Cells that the labels and the axis before the columns take.
pub const SPARK_GUTTER: u16 = 9;

impl Spark {
    /// What the highest row stands for: enough that the line of the limit is never the edge.
    pub fn highest(bars: &[Bar], limit: u64) -> u64 {
        let values = bars.iter().filter_map(|bar| match bar {
            Bar::Value(value) => Some(*value),
            Bar::Blank | Bar::NoData | Bar::Fine | Bar::Firing => None,
        });
        let room = limit.saturating_add(limit / 4);
        values.chain([room, 1]).max().unwrap_or(1)
    }

    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let rows = u64::from(area.height);
        let Some(width) = area.width.checked_sub(SPARK_GUTTER).filter(|_| rows > 0) else {
            return;
        };
        let surplus = self.bars.len().saturating_sub(usize::from(width));
        let bars = &self.bars[surplus..];
        let highest = Self::highest(bars, self.limit);
        let limit_row = row_of(self.limit, highest, rows);
        for y in 0..area.height {
            let from_below = rows - 1 - u64::from(y);
            let label = if from_below == limit_row {
                &self.at_limit
            } else if y == 0 {
                &self.top
            } else {
                &Sanitized::default()
            };
            let axis = canvas.sign("|", "│");
            let gutter = usize::from(SPARK_GUTTER) - 2;
            let mut line = Line::of(Role::Label, format!("{label:>gutter$} {axis}"));
            for (x, bar) in bars.iter().enumerate() {
                let level = self.cell(*bar, highest, (from_below, rows));
                let (role, sign) = level.sign(canvas.theme.glyphs);
                let dashed = from_below == limit_row && x % 2 == 0;
                line = match level {
                    Level::Empty if dashed => line.then(Role::Label, canvas.sign("-", "─")),
                    Level::Empty | Level::Zero | Level::Told(_) | Level::Filled { .. } => {
                        line.then(role, sign)
                    }
                };
            }
            canvas.line(below(area, y), &line);
        }
    }

    /// What of a bar lies in a row, counted from below.
    fn cell(&self, bar: Bar, highest: u64, (row, rows): (u64, u64)) -> Level {
        match bar {
            Bar::Blank => Level::Empty,
            Bar::NoData | Bar::Fine | Bar::Firing if row == 0 => Level::Told(bar),
            Bar::NoData | Bar::Fine | Bar::Firing => Level::Empty,
            Bar::Value(value) => {
                let eighths = scaled(value, highest, rows * 8);
                // What is there at all is seen.
                let eighths = eighths.max(u64::from(value > 0));
                match eighths.saturating_sub(row * 8).min(8) {
                    0 if row == 0 => Level::Zero,
                    0 => Level::Empty,
                    eighths => Level::Filled {
                        eighths,
                        beyond: match self.bad {
                            Bad::High => value > self.limit,
                            Bad::Low => value < self.limit,
                        },
                    },
                }
            }
        }
    }
}

enum Level {
    Empty,
    /// Read, and nothing there.
    Zero,
    /// What has no figure.
    Told(Bar),
    Filled {
        eighths: u64,
        beyond: bool,
    },
}

impl Level {
    fn sign(&self, glyphs: Glyphs) -> (Role, &'static str) {
        match *self {
            Level::Empty => (Role::Plain, " "),
            Level::Zero => (Role::Label, "_"),
            Level::Told(bar) => bar
                .told()
                .map_or((Role::Plain, " "), |(role, sign, _)| (role, sign)),
            Level::Filled { eighths, beyond } => {
                let role = if beyond { Role::Danger } else { Role::Plain };
                let (ramp, top): (&[&str], u64) = match glyphs {
                    Glyphs::Ascii => (&ASCII, 7),
                    Glyphs::Unicode => (&UNICODE, 8),
                };
                let step = (eighths * top).div_ceil(8);
                let step = usize::try_from(step).unwrap_or(usize::MAX);
                (role, ramp.get(step).copied().unwrap_or("#"))
            }
        }
    }
}

/// The row, counted from below, in which a value ends.
fn row_of(value: u64, highest: u64, rows: u64) -> u64 {
    scaled(value, highest, rows).min(rows - 1)
}

fn scaled(value: u64, highest: u64, to: u64) -> u64 {
    let scaled = u128::from(value.min(highest)) * u128::from(to) / u128::from(highest.max(1));
    u64::try_from(scaled).unwrap_or(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Look, Theme};
    use ratatui::buffer::{Buffer, Cell};

    fn drawn(bars: &[Bar], limit: u64, (width, height): (u16, u16)) -> Vec<String> {
        let theme = Theme::load(&Look::plain()).unwrap();
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, &theme);
        let spark = Spark {
            bars: bars.to_vec(),
            limit,
            bad: Bad::High,
            top: Sanitized::from("top"),
            at_limit: Sanitized::from("limit"),
        };
        spark.draw(&mut canvas, area);
        let rows = buffer.content.chunks(usize::from(width.max(1)));
        let text = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
        text.map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn bars_a_limit_and_what_was_not_read() {
        let value = Bar::Value;
        let bars = [
            Bar::Blank,
            value(0),
            value(1),
            value(50),
            value(100),
            Bar::NoData,
            Bar::Fine,
            Bar::Firing,
        ];
        assert_eq!(
            drawn(&bars, 80, (20, 4)),
            [
                "  limit |- - # -",
                "        |    #",
                "        |   ##",
                "        | _.##?,!",
            ]
        );
        // Only the newest columns where there is little room, and nothing where there is none.
        assert_eq!(drawn(&bars, 80, (11, 1)), ["  limit |,!"]);
        assert_eq!(drawn(&bars, 80, (9, 2)), ["  limit |", "        |"]);
        assert_eq!(drawn(&bars, 80, (8, 1)), [""]);
        assert_eq!(drawn(&bars, 80, (20, 0)), Vec::<String>::new());
    }

    #[test]
    fn a_limit_far_above_or_at_zero_is_still_there() {
        let low = drawn(&[Bar::Value(1); 4], 1_000_000, (16, 3));
        assert!(low[0].contains("limit |- -"), "{low:?}");
        assert!(low[2].ends_with("|...."), "{low:?}");
        let zero = drawn(&[Bar::Value(0), Bar::Value(u64::MAX)], 0, (16, 2));
        assert_eq!(zero, ["    top | #", "  limit |_#"]);
    }
}
