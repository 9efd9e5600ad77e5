//! What the terminal wants done outside, as data: `update` returns it, `driver` does it. Only
//! [`Request::Commit`] can change a deployment, and only `gate` makes one.

use crate::{
    api::CommitRequest,
    model::{Command, EffectId, PipelineName, RequestKey, Revision, Span, TeamName, Time},
};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    LoadPlan {
        asked: u64,
        pipeline: Option<PipelineName>,
        command: Command,
    },
    Commit(Box<CommitRequest>),
    AskSettled(RequestKey),
    /// A fresh request key, for the dialog that just opened.
    NewKey,
    /// Follow the facts of these pipelines, and of no others.
    Watch(BTreeSet<PipelineName>),
    /// Load the state of these pipelines anew, because it does not fit what came.
    Reload(BTreeSet<PipelineName>),
    /// The entries up to a revision, for the events screen.
    LoadEarlier {
        pipeline: PipelineName,
        until: Revision,
    },
    /// What a screen shows of a pipeline beyond its state.
    Ask {
        pipeline: PipelineName,
        question: Question,
    },
    /// What the operator is granted by now.
    AskAccess,
    /// The delivery figures of the last days.
    LoadDelivery {
        days: u32,
        owner: Option<TeamName>,
    },
    /// Write a list to a file beside the others that were exported.
    Save {
        file: String,
        text: String,
    },
    RetryLink,
    /// To the clipboard of the operator's terminal.
    Copy(String),
    /// Writes what is kept of what happened to a file.
    Record,
    /// Writes the screen to files, as text and with its colours.
    Snap,
    /// Put on the theme of this name.
    Theme(String),
    /// Spare the link, or no longer.
    Slow(bool),
    /// Have the terminal tell of its mouse, or no longer.
    Mouse(bool),
    /// See how long the terminal took to say that it is there.
    Time,
    /// Find out what is drawn at a cell.
    Locate {
        x: u16,
        y: u16,
    },
    Suspend,
    /// Take the terminal again and draw it whole.
    Retake,
    Redraw,
    Quit(Leave),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    Forecast,
    /// Every effective value, and where it was written.
    Settings,
    /// A piece of what a step printed, from a byte on; `wait` for more at the end of it.
    Log {
        step: EffectId,
        from: u64,
        wait: Span,
    },
    /// What the alarms say, and what there is to see of them.
    Alarms,
    /// When the stages let releases in, between two moments.
    Windows {
        bounds: (Time, Time),
    },
}

/// What stays on the terminal afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Nothing,
    /// The last frame, in the scrollback.
    Frame,
}
