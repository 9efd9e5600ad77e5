//! What on-call must deal with (DESIGN.md 5, rule 16). One per cause, not per event: what happens
//! again while a ticket is open adds to it, and after it is resolved opens another.

use crate::model::{Actor, AlarmName, ReleaseId, StageName, TicketId, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ticket {
    pub id: TicketId,
    pub cause: String,
    pub title: String,
    pub stage: StageName,
    pub release: ReleaseId,
    /// The alarm that it is about.
    #[serde(default)]
    pub alarm: Option<AlarmName>,
    pub opened: Time,
    pub resolved: Option<Time>,
    /// Who has seen it, and when.
    #[serde(default)]
    pub acknowledged: Option<(Actor, Time)>,
    #[serde(default)]
    pub assignee: Option<Actor>,
    /// What people wrote on it, oldest first, the newest [`NOTES_KEPT`].
    #[serde(default)]
    pub notes: Vec<Note>,
    /// How often the cause came again, and when last.
    #[serde(default)]
    pub again: Option<(u32, Time)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    pub by: Actor,
    pub at: Time,
    pub text: String,
}

pub const NOTES_KEPT: usize = 20;

/// What an operator does with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TicketAction {
    Acknowledge,
    Assign(Actor),
    Resolve,
    /// The reason is the note.
    Note,
}

/// What became of an open ticket, short of its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketChange {
    Acknowledged { by: Actor },
    Assigned { to: Actor, by: Actor },
    Noted { by: Actor, text: String },
    Recurred { title: String },
}

impl Ticket {
    pub fn is_open(&self) -> bool {
        self.resolved.is_none()
    }

    /// When its cause was last seen.
    pub fn last(&self) -> Time {
        self.again.map_or(self.opened, |(_, last)| last)
    }

    /// Who deals with it, in words; empty while nobody does.
    pub fn hands(&self) -> String {
        match (&self.assignee, &self.acknowledged) {
            (Some(to), _) => format!("assigned to {to}"),
            (None, Some((by, _))) => format!("acknowledged by {by}"),
            (None, None) => String::new(),
        }
    }

    pub(super) fn change(&mut self, at: Time, change: &TicketChange) {
        match change {
            TicketChange::Acknowledged { by } => self.acknowledged = Some((by.clone(), at)),
            TicketChange::Assigned { to, .. } => self.assignee = Some(to.clone()),
            TicketChange::Noted { by, text } => {
                let (by, text) = (by.clone(), text.clone());
                self.notes.push(Note { by, at, text });
                let extra = self.notes.len().saturating_sub(NOTES_KEPT);
                self.notes.drain(..extra);
            }
            TicketChange::Recurred { title } => {
                let times = self.again.map_or(0, |(times, _)| times);
                self.again = Some((times.saturating_add(1), at));
                self.title.clone_from(title);
            }
        }
    }
}

impl TicketChange {
    /// The person behind it, if there is one.
    pub fn by(&self) -> Option<&Actor> {
        match self {
            TicketChange::Acknowledged { by }
            | TicketChange::Assigned { by, .. }
            | TicketChange::Noted { by, .. } => Some(by),
            TicketChange::Recurred { .. } => None,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            TicketChange::Acknowledged { .. } => "acknowledged".to_owned(),
            TicketChange::Assigned { to, .. } => format!("assigned to {to}"),
            TicketChange::Noted { text, .. } => format!("note: {text}"),
            TicketChange::Recurred { title } => format!("again: {title}"),
        }
    }
}

impl TicketAction {
    /// Whether the reason is the point of it.
    pub fn needs_words(&self) -> bool {
        match self {
            TicketAction::Resolve | TicketAction::Note => true,
            TicketAction::Acknowledge | TicketAction::Assign(_) => false,
        }
    }

    /// The switch for it on the command line.
    pub fn switch(&self) -> String {
        match self {
            TicketAction::Acknowledge => "--acknowledge".to_owned(),
            TicketAction::Assign(to) => format!("--assign {to}"),
            TicketAction::Resolve => "--resolve".to_owned(),
            TicketAction::Note => "--note".to_owned(),
        }
    }
}
