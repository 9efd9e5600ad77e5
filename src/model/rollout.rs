//! The order in which an attempt touches targets: lanes (one per region, side by side) of batches
//! (one after the other), and what became of each target. Computed by `engine::rollout`, recorded
//! when the attempt starts, so that a later edit of the definition changes nothing under way.

use crate::model::{BakeRule, EffectId, RegionName, Span, TargetName, Time, ZoneName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    pub lanes: Vec<Lane>,
    /// The other lanes wait until the first batch of the first lane has baked, so that the first
    /// start of a release in production is exactly one target (INVARIANTS.md I04).
    pub lead: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub region: RegionName,
    pub batches: Vec<Batch>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub zone: ZoneName,
    pub one_box: bool,
    pub targets: Vec<TargetName>,
    /// Watched waiting after this batch, before the next one of the lane.
    pub bake: BakeRule,
}

/// Where a target stands in an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BakePlace {
    Batch { lane: usize, batch: usize },
    Gate(usize),
}

/// A bake under way or finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bake {
    pub place: BakePlace,
    pub rule: BakeRule,
    pub started: Time,
    /// Contiguous healthy time so far, never more than was watched.
    pub healthy: Span,
    pub points: u64,
    pub state: BakeState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        self.healthy >= self.rule.time && self.points >= self.rule.points
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
    pub fn targets(&self) -> impl Iterator<Item = &TargetName> {
        self.batches().flat_map(|(_, batch)| &batch.targets)
    }

    pub fn batches(&self) -> impl Iterator<Item = (&Lane, &Batch)> {
        self.lanes
            .iter()
            .flat_map(|lane| lane.batches.iter().map(move |batch| (lane, batch)))
    }

    /// Where a target is.
    pub fn place_of(&self, target: &TargetName) -> Option<(&RegionName, &ZoneName)> {
        self.batches()
            .find(|(_, batch)| batch.targets.contains(target))
            .map(|(lane, batch)| (&lane.region, &batch.zone))
    }
}

impl Batch {
    /// Whether nothing of the batch is left to do.
    pub fn is_deployed(&self, progress: &BTreeMap<TargetName, Progress>) -> bool {
        self.targets.iter().all(|target| {
            matches!(
                progress.get(target),
                Some(Progress::Done { .. } | Progress::Skipped { .. })
            )
        })
    }
}
