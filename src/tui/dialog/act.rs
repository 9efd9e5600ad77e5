//! What a dialog would do, with every id captured when it opened: nothing that happens on the screen
//! later can change what it is about (UX.md, S8). The fields add the rest.

use crate::model::{
    Actor, Lift, PipelineName, ReleaseId, RollbackScope, ServiceName, StageName, TicketAction,
    TicketId, Verdict,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The verdict's reason is empty: it comes from the field.
    Approve(Verdict),
    Reject(Verdict),
    Override {
        stage: StageName,
        release: ReleaseId,
    },
    Rollback {
        stage: StageName,
        release: ReleaseId,
        /// Narrower and wider than the stage, in the order of the field's options after it.
        scopes: Vec<RollbackScope>,
        /// Alarms that fire there now: likely reasons, so that nobody has to type one.
        alarms: Vec<String>,
    },
    Hold {
        stage: Option<StageName>,
        service: ServiceName,
    },
    Lift {
        /// What can be lifted, in the order of the field's options: at least one.
        first: Liftable,
        others: Vec<Liftable>,
    },
    Retry {
        stage: StageName,
        release: ReleaseId,
    },
    Undo {
        stage: StageName,
        release: ReleaseId,
    },
    Yield {
        stage: StageName,
        release: ReleaseId,
    },
    Ticket {
        deed: Deed,
        first: OpenTicket,
        others: Vec<OpenTicket>,
        /// Who it is given to unless somebody else is named.
        me: Actor,
    },
}

/// Something that can be taken away; `pipeline` is none for a hold of the organization's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Liftable {
    pub pipeline: Option<PipelineName>,
    pub what: Lift,
}

/// What is done about a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    Acknowledge,
    Assign,
    Note,
    Resolve,
}

/// A ticket that could be meant, with its title as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTicket {
    pub id: TicketId,
    pub stage: StageName,
    pub title: String,
}

impl Act {
    pub fn verb(&self) -> &'static str {
        match self {
            Act::Approve(_) => "approve",
            Act::Reject(_) => "reject",
            Act::Override { .. } => "override",
            Act::Rollback { .. } => "rollback",
            Act::Hold { .. } => "hold",
            Act::Lift { .. } => "lift",
            Act::Retry { .. } => "retry",
            Act::Undo { .. } => "undo",
            Act::Yield { .. } => "yield",
            Act::Ticket { deed, .. } => deed.word(),
        }
    }

    /// What the commit button says.
    pub fn button(&self) -> &'static str {
        match self {
            Act::Approve(_) => "Approve",
            Act::Reject(_) => "Reject",
            Act::Override { .. } => "Override",
            Act::Rollback { .. } => "Roll back",
            Act::Hold { .. } => "Hold",
            Act::Lift { .. } => "Lift",
            Act::Retry { .. } => "Try again",
            Act::Undo { .. } => "Undo",
            Act::Yield { .. } => "Give way",
            Act::Ticket { deed, .. } => match deed {
                Deed::Acknowledge => "Acknowledge",
                Deed::Assign => "Assign",
                Deed::Note => "Write note",
                Deed::Resolve => "Resolve",
            },
        }
    }

    /// The release it was opened on.
    pub fn release(&self) -> Option<ReleaseId> {
        match self {
            Act::Approve(verdict) | Act::Reject(verdict) => Some(verdict.release),
            Act::Override { release, .. }
            | Act::Rollback { release, .. }
            | Act::Undo { release, .. }
            | Act::Yield { release, .. }
            | Act::Retry { release, .. } => Some(*release),
            Act::Hold { .. } | Act::Lift { .. } | Act::Ticket { .. } => None,
        }
    }

    /// The stage it was opened on.
    pub fn stage(&self) -> Option<&StageName> {
        match self {
            Act::Approve(verdict) | Act::Reject(verdict) => Some(&verdict.stage),
            Act::Override { stage, .. }
            | Act::Rollback { stage, .. }
            | Act::Undo { stage, .. }
            | Act::Yield { stage, .. }
            | Act::Retry { stage, .. } => Some(stage),
            Act::Hold { stage, .. } => stage.as_ref(),
            Act::Lift { .. } | Act::Ticket { .. } => None,
        }
    }
}

impl Deed {
    pub fn word(self) -> &'static str {
        match self {
            Deed::Acknowledge => "acknowledge",
            Deed::Assign => "assign",
            Deed::Note => "note",
            Deed::Resolve => "resolve",
        }
    }

    /// The model's word for it; `to` is only asked for by an assignment.
    pub(super) fn action(self, to: Actor) -> TicketAction {
        match self {
            Deed::Acknowledge => TicketAction::Acknowledge,
            Deed::Assign => TicketAction::Assign(to),
            Deed::Note => TicketAction::Note,
            Deed::Resolve => TicketAction::Resolve,
        }
    }
}
