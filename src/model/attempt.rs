//! One try to get one release through one stage: a rollout, then the approval workflow, which only
//! starts when the deployment succeeded. This is the recorded state; what happens next is decided
//! in the engine.

use crate::model::planted::{Bug, planted};
use crate::model::{
    Actor, AlarmName, AlarmState, AttemptId, Bake, BakePlace, Batch, Digest, EffectId, Fingerprint,
    Gate, Measure, Part, Progress, ReleaseId, Rollout, StageName, TargetName, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    pub id: AttemptId,
    pub stage: StageName,
    /// The release that is deployed, or, in a rollback, the one that is taken back.
    pub release: ReleaseId,
    pub purpose: Purpose,
    /// The definition it entered with; it ends under it, whatever the files say meanwhile.
    pub definition: Digest,
    pub started: Time,
    /// When the traffic of a target was first moved.
    #[serde(default)]
    pub first_touch: Option<Time>,
    pub state: AttemptState,
    pub rollout: Arc<Rollout>,
    pub progress: BTreeMap<TargetName, Progress>,
    /// Parts that went well on targets of which more follow.
    #[serde(default)]
    pub finished: BTreeMap<TargetName, u32>,
    pub bakes: Vec<Bake>,
    /// The approval workflow; in the build stage, the checks.
    pub gates: Vec<GateProgress>,
    /// The build step, in the build stage.
    pub building: Option<EffectId>,
    /// Alarms that fired already when their blocker was overridden: they cannot cause a rollback
    /// of this attempt unless they worsen (rule 8). Each with its value then.
    pub baselined: BTreeMap<AlarmName, Option<Measure>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Forward,
    /// Asks again for an approval that has expired. It deploys nothing: the release runs there.
    Renewal,
    Rollback(Arc<Rollback>),
}

/// A rollback: where every target goes, fixed when it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rollback {
    pub cause: Cause,
    pub destinations: BTreeMap<TargetName, ReleaseId>,
    /// Targets without a destination, with the reason (said loudly in plan and board).
    pub skipped: BTreeMap<TargetName, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Alarm {
        alarm: AlarmName,
        evidence: String,
    },
    /// A deployment or a test in production failed.
    Deployment {
        target: Option<TargetName>,
        evidence: String,
    },
    Operator {
        by: Actor,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Building, in the build stage; deploying, in all others.
    Deploying,
    /// The approval workflow runs.
    Approving,
    /// Something outside did not work and the retries are used up: a person decides (rule 13).
    Paused {
        since: Time,
        why: String,
    },
    Passed {
        at: Time,
    },
    Failed {
        at: Time,
        why: String,
    },
    RolledBack {
        at: Time,
    },
    /// A rollback took the lane over.
    Preempted {
        at: Time,
        by: AttemptId,
    },
    /// A newer candidate took the place of a pending approval (rule 3), or it was rejected.
    Withdrawn {
        at: Time,
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GateProgress {
    pub gate: Gate,
    pub state: GateState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    Waiting,
    Running {
        step: EffectId,
        since: Time,
    },
    Baking,
    /// People were asked.
    Asked {
        since: Time,
        approvals: Vec<Approval>,
    },
    Passed {
        at: Time,
    },
    Failed {
        at: Time,
        why: String,
    },
}

/// One person's yes, with what they had seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    pub by: Actor,
    pub at: Time,
    pub evidence: Fingerprint,
}

impl Rollback {
    /// Nothing serves what is taken back: what brings it only has to stop.
    pub fn is_empty(&self) -> bool {
        self.destinations.is_empty() && self.skipped.is_empty()
    }
}

impl Attempt {
    /// Whether the stage's lane is taken by this attempt.
    pub fn is_active(&self) -> bool {
        self.is_working() || matches!(self.state, AttemptState::Paused { .. })
    }

    /// Whether the engine may move it on by itself.
    pub fn is_working(&self) -> bool {
        matches!(
            self.state,
            AttemptState::Deploying | AttemptState::Approving
        )
    }

    pub fn is_rollback(&self) -> bool {
        matches!(self.purpose, Purpose::Rollback(_))
    }

    /// Whether an alarm of the stage that fires rolls this attempt back: from the first touched
    /// target to the end of the bakes (DESIGN.md 5, rule 6). While people are asked, an alarm
    /// changes the evidence they see instead.
    pub fn is_armed(&self) -> bool {
        self.is_active()
            && (!self.is_rollback() || planted(Bug::RollbackRolledBack))
            && self.reached().next().is_some()
            && !self.is_up_to_people()
    }

    /// Whether tests and bakes are over and people decide, or have just decided.
    fn is_up_to_people(&self) -> bool {
        let current = self.current_gates();
        let gate = current
            .first()
            .map_or(self.gates.last(), |(_, gate)| Some(*gate));
        let manual = gate.is_some_and(|gate| matches!(gate.gate, Gate::Manual(_)));
        manual && self.state == AttemptState::Approving
    }

    /// Whether a firing alarm was known when the attempt was let pass, and has not worsened since.
    pub fn knows(&self, alarm: &AlarmName, state: &AlarmState) -> bool {
        let known = self.baselined.get(alarm);
        known.is_some_and(|then| !state.is_worse_than(*then))
    }

    /// The release a target gets from this attempt.
    pub fn destination(&self, target: &TargetName) -> Option<ReleaseId> {
        match &self.purpose {
            Purpose::Forward => self.progress.contains_key(target).then_some(self.release),
            Purpose::Renewal => None,
            Purpose::Rollback(rollback) => rollback.destinations.get(target).copied(),
        }
    }

    /// Targets whose traffic this attempt has begun to move. What was only installed beside serves
    /// nobody.
    pub fn reached(&self) -> impl Iterator<Item = &TargetName> {
        let before = self.rollout.parts_before_traffic();
        let targets = self.progress.keys();
        targets.filter(move |target| self.moved(target, before))
    }

    /// Whether the traffic of a target was moved, where so many parts come before.
    pub(super) fn moved(&self, target: &TargetName, before: u32) -> bool {
        match self.progress.get(target) {
            Some(Progress::Skipped { .. }) | None => false,
            Some(Progress::Done { .. }) => true,
            Some(Progress::Waiting) => self.finished(target) > before,
            Some(Progress::Running { .. } | Progress::Failed { .. } | Progress::Unknown { .. }) => {
                self.finished(target) >= before
            }
        }
    }

    /// Parts that went well on a target of which more follow.
    fn finished(&self, target: &TargetName) -> u32 {
        self.finished.get(target).copied().unwrap_or(0)
    }

    /// Whether a target waits for its part in a batch.
    pub fn is_due(&self, batch: &Batch, target: &TargetName) -> bool {
        let waits = self.progress.get(target) == Some(&Progress::Waiting);
        waits && self.finished(target) == batch.turn.nth
    }

    /// Whether the next part that was planned for a target is this one. A rollback may have to
    /// install again what it meant to switch back to; that is none of its planned parts.
    pub(super) fn is_planned(&self, target: &TargetName, part: Part) -> bool {
        let nth = self.finished(target);
        let mut batches = self.rollout.batches().map(|(_, batch)| batch);
        let next = batches.find(|batch| batch.turn.nth == nth && batch.targets.contains(target));
        next.is_none_or(|batch| batch.part == part)
    }

    /// Whether nothing of a batch is left to do.
    pub fn has_deployed(&self, batch: &Batch) -> bool {
        batch
            .targets
            .iter()
            .all(|target| match self.progress.get(target) {
                Some(Progress::Done { .. } | Progress::Skipped { .. }) => true,
                Some(
                    Progress::Waiting
                    | Progress::Running { .. }
                    | Progress::Failed { .. }
                    | Progress::Unknown { .. },
                )
                | None => self.finished(target) > batch.turn.nth,
            })
    }

    /// The share of the traffic that a bake watches.
    pub fn weight_at(&self, place: BakePlace) -> Option<u8> {
        let BakePlace::Batch { lane, batch } = place else {
            return None;
        };
        let batch = self.rollout.lanes.get(lane)?.batches.get(batch)?;
        match batch.part {
            Part::Shift(weight) => Some(weight),
            Part::Deploy | Part::Install | Part::Test | Part::Switch => None,
        }
    }

    /// The part that is under way or next; none when all is deployed.
    pub fn part(&self) -> Option<Part> {
        let mut batches = self.rollout.batches().map(|(_, batch)| batch);
        let batch = batches.find(|batch| !self.has_deployed(batch));
        batch.map(|batch| batch.part)
    }

    /// The last part that went well on each target of which more follow.
    pub fn standing(&self) -> BTreeMap<&TargetName, Part> {
        let batches = self.rollout.batches().map(|(_, batch)| batch);
        let pairs = batches.flat_map(|batch| batch.targets.iter().map(move |t| (t, batch)));
        pairs
            .filter(|(target, batch)| self.finished(target) == batch.turn.nth + 1)
            .map(|(target, batch)| (target, batch.part))
            .collect()
    }

    /// Whether nothing more happens to a target in this attempt by itself.
    pub fn is_settled(&self, target: &TargetName) -> bool {
        match self.progress.get(target) {
            Some(Progress::Waiting | Progress::Running { .. }) => false,
            Some(
                Progress::Done { .. }
                | Progress::Failed { .. }
                | Progress::Unknown { .. }
                | Progress::Skipped { .. },
            )
            | None => true,
        }
    }

    /// The targets that failed or are unknown, each with why.
    pub fn unsuccessful(&self) -> Vec<String> {
        let told = |(target, progress): (&TargetName, &Progress)| match progress {
            Progress::Failed { why, .. } | Progress::Unknown { why, .. } => {
                Some(format!("{target} ({why})"))
            }
            Progress::Waiting
            | Progress::Running { .. }
            | Progress::Done { .. }
            | Progress::Skipped { .. } => None,
        };
        self.progress.iter().filter_map(told).collect()
    }

    pub fn bake(&self, place: BakePlace) -> Option<&Bake> {
        self.bakes.iter().find(|bake| bake.place == place)
    }

    /// What the workflow is at: the first gate that has not passed and, where that is a parallel
    /// test, those of its neighbours that run beside it. Empty when all have passed.
    pub fn current_gates(&self) -> Vec<(usize, &GateProgress)> {
        let passed = |gate: &GateProgress| matches!(gate.state, GateState::Passed { .. });
        let open = self.gates.iter().enumerate();
        let mut open = open.skip_while(|(_, gate)| passed(gate));
        let Some(first) = open.next() else {
            return Vec::new();
        };
        let mut group = vec![first];
        if first.1.gate.is_parallel() {
            let beside = open.take_while(|(_, gate)| gate.gate.is_parallel());
            group.extend(beside.filter(|(_, gate)| !passed(gate)));
        }
        group
    }

    /// The manual gate that waits for people now, if any.
    pub fn asked(&self) -> Option<(usize, &GateProgress)> {
        let (index, gate) = self.current_gates().into_iter().next()?;
        let asked = self.is_working() && matches!(gate.state, GateState::Asked { .. });
        asked.then_some((index, gate))
    }

    /// How many targets are done, of how many.
    pub fn done(&self) -> (usize, usize) {
        let done = self
            .progress
            .values()
            .filter(|p| matches!(p, Progress::Done { .. }))
            .count();
        (done, self.progress.len())
    }

    /// When the attempt came to its end; none while it is active.
    pub fn ended(&self) -> Option<Time> {
        match &self.state {
            AttemptState::Deploying | AttemptState::Approving | AttemptState::Paused { .. } => None,
            AttemptState::Passed { at }
            | AttemptState::Failed { at, .. }
            | AttemptState::RolledBack { at }
            | AttemptState::Preempted { at, .. }
            | AttemptState::Withdrawn { at, .. } => Some(*at),
        }
    }
}

impl Cause {
    /// The alarm that fired, where one did.
    pub fn alarm(&self) -> Option<&AlarmName> {
        match self {
            Cause::Alarm { alarm, .. } => Some(alarm),
            Cause::Deployment { .. } | Cause::Operator { .. } => None,
        }
    }

    /// Why, for screens, tickets and the audit.
    pub fn words(&self) -> String {
        match self {
            Cause::Alarm { evidence, .. } | Cause::Deployment { evidence, .. } => evidence.clone(),
            Cause::Operator { by, reason } => format!("{by}: {reason}"),
        }
    }
}
