//! A reason why a candidate may not start, as it is shown and obeyed. Which ones stand at a moment
//! is the query in `blockers`.

use crate::model::{BlockerId, OverrideId, RegionName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocker {
    pub id: BlockerId,
    pub kind: BlockerKind,
    pub since: Time,
    /// Where it applies; none means everywhere in the stage.
    pub region: Option<RegionName>,
    /// What is in the way, in words.
    pub why: String,
    pub clears: Clears,
    pub passage: Passage,
    /// The override that lets the candidate past it.
    pub overridden: Option<OverrideId>,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum BlockerKind {
    Alarm,
    NoData,
    Window,
    /// A window has let as many attempts start as it may.
    Quota,
    Hold,
    /// The line goes on again, and it is not this pipeline's turn yet.
    Drain,
    /// The wall clock stepped and is not believed.
    Clock,
    Quarantine,
    Rejected,
    Review,
    Busy,
    NotApproved,
}

/// When a blocker is expected to go away by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clears {
    At(Time),
    When(String),
}

/// Who may let a candidate past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Passage {
    /// An operator, by a recorded override.
    Override,
    /// An operator, by lifting it for everything it stops.
    Lift,
    /// Nobody: it is the order of things (rule 1).
    Nobody,
}

impl Passage {
    /// Who may let a candidate past, in words.
    pub fn who(self) -> &'static str {
        match self {
            Passage::Override => "an operator may override it",
            Passage::Lift => "an operator may lift it",
            Passage::Nobody => "nobody may pass it",
        }
    }
}

impl Clears {
    pub fn words(&self) -> String {
        match self {
            Clears::At(at) => format!("at {at}"),
            Clears::When(what) => format!("when {what}"),
        }
    }
}

impl Blocker {
    /// What is in the way, since when, what clears it and who may pass it, in one sentence.
    pub fn told(&self) -> String {
        let (clears, who) = (self.clears.words(), self.passage.who());
        format!(
            "{}, since {}; it clears {clears}; {who}",
            self.why, self.since
        )
    }

    /// Whether it really stands in the way.
    pub fn blocks(&self) -> bool {
        self.overridden.is_none()
    }
}
