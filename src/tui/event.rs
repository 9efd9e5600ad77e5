//! Everything that can happen to the terminal, as one closed enum. Answers carry what was asked for,
//! so a late one can be told from the one that is waited for. It is also what a recording is made of.

use crate::{
    api::{Alarms, LogPiece, Setting, Settled, Windows},
    client::{ClientError, FeedEvent},
    model::{
        Access, DeliveryReport, EffectId, Entry, Forecast, PipelineName, Plan, Refusal, RequestKey,
        Span, Time,
    },
    tui::{
        app::{Remembered, Size},
        chord::Key,
        pointer::{Pointer, Spot},
    },
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Serialize, Deserialize)]
pub enum Event {
    Key(Key),
    /// Text that was pasted, all of it (bracketed paste).
    Paste(String),
    Resize(Size),
    /// The terminal says whether the keys go to it.
    Focus(bool),
    /// The mouse, where it was turned on.
    Pointer(Pointer),
    /// The terminal says that it is there.
    Here,
    /// How long it took to say so.
    RoundTrip(Span),
    /// What stands where it was clicked.
    Pointed(Spot),
    Feed(FeedEvent),
    /// From the last time, before anything has come.
    Remembered(Box<Remembered>),
    /// Time went on, and nothing else.
    Tick,
    /// A request key that nobody else has, for the dialog that asked for one.
    NewKey(RequestKey),
    Planned {
        asked: u64,
        answer: PlanAnswer,
    },
    Committed {
        key: RequestKey,
        answer: CommitAnswer,
    },
    /// What became of a request whose answer was lost.
    SettledAnswer {
        key: RequestKey,
        answer: SettledAnswer,
    },
    /// Entries from before the snapshot, oldest first.
    Earlier {
        pipeline: PipelineName,
        entries: Vec<Entry>,
    },
    /// What a screen asked for about a pipeline.
    Answered {
        pipeline: PipelineName,
        answer: Answered,
    },
    Delivery(DeliveryAnswer),
    /// What the operator is granted now.
    Granted(Access),
    /// Something outside did not work, and the operator should know: copying, suspending, keys.
    Trouble(String),
    /// Something outside is done, and the operator waits to hear so.
    Done(String),
    /// The theme of this name is on the screen from now on.
    Worn(String),
    /// Frames are few and plain from now on, or no longer.
    Slow(bool),
    /// The system asks the program to stop until it is told to go on.
    Pause,
    /// The program was stopped and goes on; the terminal may be another's work by now.
    Resumed,
    /// The system asks the program to end.
    Stop(Stop),
}

/// The figures, or why they did not come.
pub type DeliveryAnswer = Result<Box<DeliveryReport>, String>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered {
    Forecast(Result<Box<Forecast>, String>),
    Settings(Result<Vec<Setting>, String>),
    Log {
        step: EffectId,
        answer: Result<LogPiece, String>,
    },
    Alarms(Result<Arc<Alarms>, String>),
    /// From a moment on.
    Windows {
        from: Time,
        answer: Result<Arc<Windows>, String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlanAnswer {
    Ready(Box<Plan>),
    Refused(Box<Refusal>),
    Failed(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommitAnswer {
    Settled(Settled),
    /// The server did not take it, or it never left: nothing was done.
    NotSent(String),
    /// Nothing was done: it takes another role.
    NotPermitted(String),
    /// Nobody knows.
    Unknown(String),
}

/// What was heard of a command that was sent.
impl From<Result<Settled, ClientError>> for CommitAnswer {
    fn from(heard: Result<Settled, ClientError>) -> Self {
        match heard {
            Ok(settled) => CommitAnswer::Settled(settled),
            Err(why @ ClientError::UnknownOutcome { .. }) => CommitAnswer::Unknown(why.to_string()),
            Err(why) => match why.not_permitted() {
                Some(detail) => CommitAnswer::NotPermitted(detail.to_owned()),
                None => CommitAnswer::NotSent(why.to_string()),
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SettledAnswer {
    Settled(Settled),
    /// The server has never seen the key: nothing was done.
    NeverArrived,
    Unreachable(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stop {
    Interrupt,
    Terminate,
    HangUp,
}
