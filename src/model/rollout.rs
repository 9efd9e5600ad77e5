//! The order in which an attempt touches targets: lanes (one per region, side by side) of batches
//! (one after the other), and what became of each target. Computed by `engine::rollout`, recorded
//! when the attempt starts, so that a later edit of the definition changes nothing under way.

use crate::model::planted::{Bug, planted};
use crate::model::{BakeRule, EffectId, Part, RegionName, Span, TargetName, Time, ZoneName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rollout {
    pub lanes: Vec<Lane>,
    /// The other lanes wait until the first batch of the first lane has baked, so that the first
    /// start of a release in production is exactly one target (INVARIANTS.md I04).
    pub lead: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lane {
    pub region: RegionName,
    pub batches: Vec<Batch>,
}

/// Part of a rollout: what is done with some targets side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Batch {
    pub zone: ZoneName,
    pub one_box: bool,
    #[serde(default)]
    pub part: Part,
    #[serde(default)]
    pub turn: Turn,
    /// Goes on with the batch before it, not after.
    #[serde(default)]
    pub together: bool,
    pub targets: Vec<TargetName>,
    /// Watched waiting after this batch, before the next one of the lane.
    pub bake: BakeRule,
}

/// Which of its targets' parts a batch is: `nth` from 0, of so many in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    pub nth: u32,
    pub of: u32,
}

/// The only one.
impl Default for Turn {
    fn default() -> Self {
        Self { nth: 0, of: 1 }
    }
}

/// Where a target stands in an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Progress {
    Waiting,
    Running {
        step: EffectId,
        since: Time,
    },
    Done {
        at: Time,
    },
    Failed {
        at: Time,
        why: String,
    },
    /// The process was lost: neither success nor failure, until probed (rule 14).
    Unknown {
        at: Time,
        why: String,
    },
    /// A rollback has nowhere to take it.
    Skipped {
        why: String,
    },
}

/// Where in an attempt something bakes. Indices are into the rollout and the workflow.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BakePlace {
    Batch { lane: usize, batch: usize },
    Gate(usize),
}

/// A bake under way or finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bake {
    pub place: BakePlace,
    pub rule: BakeRule,
    pub started: Time,
    /// Contiguous healthy time so far, never more than was watched.
    pub healthy: Span,
    pub points: u64,
    pub state: BakeState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BakeState {
    Counting,
    /// An alarm has no data: nothing counts until it has.
    Paused {
        since: Time,
        why: String,
    },
    Finished {
        at: Time,
    },
}

impl Bake {
    pub fn is_satisfied(&self) -> bool {
        let counted = self.points >= self.rule.points || planted(Bug::BakeWithoutPoints);
        self.healthy >= self.rule.time && counted
    }

    pub fn is_finished(&self) -> bool {
        matches!(self.state, BakeState::Finished { .. })
    }

    /// Healthy time still wanted.
    pub fn remaining(&self) -> Span {
        self.rule.time.saturating_sub(self.healthy)
    }
}

impl Rollout {
    /// Every target once, however many parts it has.
    pub fn targets(&self) -> impl Iterator<Item = &TargetName> {
        self.lanes.iter().flat_map(Lane::targets)
    }

    /// How many parts a target has finished before its traffic moves.
    pub(super) fn parts_before_traffic(&self) -> u32 {
        let mut batches = self.batches().map(|(_, batch)| batch);
        let first = batches.find(|batch| batch.part.moves_traffic());
        first.map_or(0, |batch| batch.turn.nth)
    }

    pub fn batches(&self) -> impl Iterator<Item = (&Lane, &Batch)> {
        self.lanes
            .iter()
            .flat_map(|lane| lane.batches.iter().map(move |batch| (lane, batch)))
    }
}

impl Lane {
    /// Every target once, however many parts it has.
    pub fn targets(&self) -> impl Iterator<Item = &TargetName> {
        let first = self.batches.iter().filter(|batch| batch.turn.nth == 0);
        first.flat_map(|batch| &batch.targets)
    }
}
