//! What a mouse says, once somebody has turned it on: where it was clicked and which way its wheel
//! went. Most of what stands there is counted from the selection, so that whoever draws need not know what is
//! moved, nor the other way round.

use crate::tui::screen::BoardPane;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pointer {
    /// The left button, at a cell counted from the upper left one.
    Click {
        x: u16,
        y: u16,
    },
    WheelUp,
    WheelDown,
}

/// What stands where it was clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spot {
    /// So many rows below the selected one; above it when negative.
    Row(i32),
    /// The row of this number in the list of a board that waits for people, or of what happened.
    Listed(BoardPane, usize),
    /// So many columns to the right of the selected one; to its left when negative.
    Column(i32),
}

impl Pointer {
    /// What a sequence of a terminal in mode 1006 says, from behind its `<` to before its `M`. Other
    /// buttons, and those held with a key, mean nothing here.
    pub fn parse(sequence: &str) -> Option<Self> {
        let mut numbers = sequence.split(';').map(str::parse::<u16>);
        let (button, x, y) = (
            numbers.next()?.ok()?,
            numbers.next()?.ok()?,
            numbers.next()?.ok()?,
        );
        match (button, numbers.next()) {
            (0, None) => Some(Pointer::Click {
                x: x.checked_sub(1)?,
                y: y.checked_sub(1)?,
            }),
            (64, None) => Some(Pointer::WheelUp),
            (65, None) => Some(Pointer::WheelDown),
            _ => None,
        }
    }
}
