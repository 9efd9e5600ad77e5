//! Which columns of a board are seen. The view stays where it was put and moves only as far as the
//! cursor drags it, so that nothing on the screen moves unless somebody or the world moved.

use crate::{
    model::{Pipeline, StageName},
    tui::{
        app::Size,
        rows,
        screen::{BoardScreen, Cards},
    },
};
use std::ops::Range;

/// Below this a screen cannot be read; one line tells what matters instead.
pub const SMALLEST: (u16, u16) = (60, 16);
/// From this width on a board has room for lanes of the next day and for the chart of an alarm.
pub const CHART_FROM: u16 = 160;
/// Narrower than this, one stage takes the whole width.
const SEVERAL_FROM: u16 = 80;
/// Cells of a card with the gap after it.
const LARGE: u16 = 25;
const SMALL: u16 = 10;

/// The columns of a board: how many there are, the selected one, and those that are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewport {
    pub selected: usize,
    pub seen: Range<usize>,
}

/// Whether a terminal has room for one line at the most.
pub fn is_too_small(size: Size) -> bool {
    size.width < SMALLEST.0 || size.height < SMALLEST.1
}

/// What of a board of this width is seen.
pub fn viewport(pipeline: &Pipeline, screen: &BoardScreen, width: u16) -> Viewport {
    let stages = rows::stages(pipeline);
    let place = |wanted: &Option<StageName>| {
        let wanted = wanted.as_ref()?;
        stages.iter().position(|stage| stage == wanted)
    };
    let selected = place(&screen.selected).unwrap_or(0);
    let room = room(width, screen.cards).min(stages.len());
    // Where nobody has moved yet, the cursor is in the middle.
    let first = place(&screen.first).unwrap_or(selected.saturating_sub(room / 2));
    let dragged = first
        .min(selected)
        .max((selected + 1).saturating_sub(room.max(1)));
    let first = dragged.min(stages.len() - room);
    Viewport {
        selected,
        seen: first..first + room,
    }
}

/// How many cards stand side by side.
fn room(width: u16, cards: Cards) -> usize {
    let each = match cards {
        Cards::Large if width < SEVERAL_FROM => return 1,
        Cards::Large => LARGE,
        Cards::Small => SMALL,
    };
    usize::from((width + 1) / each).max(1)
}
