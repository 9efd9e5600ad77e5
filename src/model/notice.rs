//! What people outside are told: a fact that somebody should hear of becomes a [`Notice`], derived
//! from the fact and the state after it alone, so that after a restart the same fact is the same
//! notice with the same key. Who hears of it, when and how is `route` and the service.

mod derive;
mod digest;
mod severity;
mod template;

pub use derive::notice;
pub use digest::digest;
pub use template::{BadTemplate, TEMPLATE_WORDS, Template};

use crate::model::{Actor, PipelineName, ReleaseId, Severity, StageName, TeamName, TicketId, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing to tell people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    /// The same for every try to deliver it, on every route and after every restart: a receiver that
    /// has seen it need not look again.
    pub key: String,
    /// The entry of the journal it comes from; of a digest, the newest of them.
    pub seq: u64,
    pub at: Time,
    pub kind: NoticeKind,
    pub action: NoticeAction,
    pub severity: Severity,
    /// What notices that belong together are about, such as one ticket from its opening to its end.
    pub about: String,
    /// None for what is about more than one pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<PipelineName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TeamName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// The person behind it, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// One plain line.
    pub title: String,
    /// More lines, for who reads on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// What a notice is of. Routes choose among them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A ticket from its opening to its end.
    Ticket,
    /// A rollback that is through.
    Rollback,
    /// Somebody is asked to approve, until that is settled.
    Approval,
    /// A release passed a stage.
    Passed,
    /// Somebody was let pass a blocker.
    Override,
    /// Somebody stopped something, or let it go on.
    Hold,
    /// Several notices that waited, in one.
    Digest,
    /// An operator tries a route out.
    Test,
}

/// What a notice does to what it is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeAction {
    /// It needs somebody.
    Trigger,
    /// Somebody has it.
    Acknowledge,
    /// It is over.
    Resolve,
    /// Good to know, no more.
    Tell,
}

impl Notice {
    /// Whether it goes on with something and is only worth telling where the beginning was told.
    pub fn follows(&self) -> bool {
        let has_a_beginning = match self.kind {
            NoticeKind::Ticket | NoticeKind::Approval => true,
            NoticeKind::Rollback
            | NoticeKind::Passed
            | NoticeKind::Override
            | NoticeKind::Hold
            | NoticeKind::Digest
            | NoticeKind::Test => false,
        };
        has_a_beginning && self.action != NoticeAction::Trigger
    }

    /// The place that `pilothouse open` takes: `checkout/wave-1/r42`.
    pub fn place(&self) -> Option<String> {
        let mut place = self.pipeline.as_ref()?.to_string();
        let parts = [
            self.stage.as_ref().map(ToString::to_string),
            self.release.map(|release| release.to_string()),
        ];
        for part in parts.into_iter().flatten() {
            place = format!("{place}/{part}");
        }
        Some(place)
    }

    /// Tries a route out; `key` is nobody else's.
    pub fn test(route: &str, key: String, at: Time, by: Actor) -> Self {
        Self {
            about: key.clone(),
            key,
            seq: 0,
            at,
            kind: NoticeKind::Test,
            action: NoticeAction::Trigger,
            severity: Severity::Low,
            pipeline: None,
            owner: None,
            stage: None,
            release: None,
            ticket: None,
            title: format!("{by} tries the route {route} out: nothing needs to be done"),
            by: Some(by),
            details: Vec::new(),
            runbook: None,
        }
    }
}

impl NoticeKind {
    pub fn word(self) -> &'static str {
        match self {
            NoticeKind::Ticket => "ticket",
            NoticeKind::Rollback => "rollback",
            NoticeKind::Approval => "approval",
            NoticeKind::Passed => "passed",
            NoticeKind::Override => "override",
            NoticeKind::Hold => "hold",
            NoticeKind::Digest => "digest",
            NoticeKind::Test => "test",
        }
    }
}

impl NoticeAction {
    pub fn word(self) -> &'static str {
        match self {
            NoticeAction::Trigger => "trigger",
            NoticeAction::Acknowledge => "acknowledge",
            NoticeAction::Resolve => "resolve",
            NoticeAction::Tell => "tell",
        }
    }
}
