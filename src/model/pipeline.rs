//! A pipeline as the fold of its facts. `apply` is the only way its state comes about: recovery,
//! the server, the terminal's replica, drafts, previews and tests all use it. An impossible fact is
//! a hard error, because it was either decided wrongly or read back wrongly.

mod attempts;
mod definitions;
mod gates;
mod guards;
mod queue;
mod slots;
mod sources;
mod steps;

use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmLevel, AlarmName, AlarmState, Attempt, AttemptId, Change, ClockHold, Culprit, Definition,
    Digest, EffectId, Entry, Fact, Hold, HoldId, Lapse, Override, OverrideId, Owed, Pass,
    PipelineName, Quarantine, Rejection, ReleaseId, Releases, Revision, Sha, SourceName, Span,
    StageName, TargetName, Ticket, TicketId, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

pub use slots::{Beside, TargetState};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pipeline {
    pub name: PipelineName,
    pub revision: Revision,
    /// Engine time of the last fact.
    pub at: Time,
    /// None until the first `Defined`.
    pub definition: Option<Arc<Definition>>,
    /// Those before it that an active attempt or a rollback destination still needs.
    pub earlier: BTreeMap<Digest, Arc<Definition>>,
    /// The main source.
    pub source: SourceState,
    /// Those beside it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also: BTreeMap<SourceName, SourceState>,
    pub releases: Releases,
    pub stages: BTreeMap<StageName, Arc<StageState>>,
    pub targets: BTreeMap<TargetName, Arc<TargetState>>,
    /// Effects that are owed.
    pub steps: BTreeMap<EffectId, Arc<Owed>>,
    pub alarms: BTreeMap<AlarmName, AlarmState>,
    pub guards: Guards,
    pub counters: Counters,
}

/// The branch, as it was last seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceState {
    pub head: Option<Sha>,
    pub moved: Option<Time>,
    /// Since when and why the repository does not answer.
    pub trouble: Option<(Time, String)>,
    /// Changes of a source beside the main one that are in no release yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreleased: Vec<Change>,
}

/// A column: the queue before it, the attempt in it, what became of the ones before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageState {
    /// Releases approved by the stage before that have not entered, oldest first, with since when.
    pub waiting: Vec<(ReleaseId, Time)>,
    /// Since when something has waited and nothing entered; none while nothing waits.
    #[serde(default)]
    pub queued: Option<Time>,
    /// When the approvals of those that wait expire, where people had approved them.
    #[serde(default)]
    pub lapses: BTreeMap<ReleaseId, Lapse>,
    /// The newest attempt, active or ended.
    pub attempt: Option<Attempt>,
    /// Ended attempts before it, newest first, at most [`PAST_KEPT`].
    pub past: Vec<PastAttempt>,
    /// The newest release that passed, and when.
    pub passed: Option<(ReleaseId, Time)>,
    /// Releases whose approval here stands, newest last, at most [`GOOD_KEPT`]: whoever approves a
    /// later one approves what came after them.
    #[serde(default)]
    pub approved: Vec<ReleaseId>,
    /// Releases turned down by a person here; final (rule 4).
    pub rejected: BTreeMap<ReleaseId, Rejection>,
    /// How long the build and each test took when they last went well, by name.
    pub took: BTreeMap<String, Span>,
}

/// What is kept of an attempt once another has followed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PastAttempt {
    pub id: AttemptId,
    pub release: ReleaseId,
    pub rollback: bool,
    pub started: Time,
    pub ended: Time,
    pub word: String,
}

pub const PAST_KEPT: usize = 20;

/// A release that proved good on a target, and the definition it was deployed under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Good {
    pub release: ReleaseId,
    pub definition: Digest,
}

pub const GOOD_KEPT: usize = 10;

/// What people and rollbacks put in the way, and the permissions to pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guards {
    pub holds: BTreeMap<HoldId, Hold>,
    pub overrides: BTreeMap<OverrideId, Override>,
    pub quarantine: BTreeMap<Sha, Quarantine>,
    /// Releases in quarantine though none of their changes is.
    #[serde(default)]
    pub quarantined_wholes: BTreeMap<ReleaseId, Quarantine>,
    /// Why the clock is not believed.
    #[serde(default)]
    pub clock: Option<ClockHold>,
    /// Open tickets, and the newest resolved ones up to [`TICKETS_KEPT`] in all.
    pub tickets: BTreeMap<TicketId, Ticket>,
}

pub const TICKETS_KEPT: usize = 50;

/// The highest number given out of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counters {
    pub releases: u32,
    pub attempts: u64,
    pub effects: u64,
    pub holds: u32,
    pub overrides: u32,
    pub tickets: u32,
}

/// A fact that cannot follow the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    #[error("revision {got} does not follow {have}")]
    Gap { have: Revision, got: Revision },
    #[error("there is no such {0}")]
    Missing(&'static str),
    #[error("a terminal state was left: {0}")]
    Terminal(String),
    #[error("the fact belongs to another stream: {0}")]
    Stray(String),
}

impl Impossible {
    /// A fact of another kind of stream, named by its first words.
    pub fn stray(fact: &Fact) -> Self {
        Impossible::Stray(format!("{fact:?}").chars().take(60).collect())
    }
}

impl Guards {
    /// Everything in quarantine.
    pub fn quarantines(&self) -> impl Iterator<Item = &Quarantine> {
        let wholes = self.quarantined_wholes.values();
        self.quarantine.values().chain(wholes)
    }
}

impl Pipeline {
    /// A pipeline of which nothing is known yet.
    pub fn new(name: PipelineName) -> Self {
        Self {
            name,
            revision: Revision(0),
            at: Time(0),
            definition: None,
            earlier: BTreeMap::new(),
            source: SourceState::default(),
            also: BTreeMap::new(),
            releases: Releases::default(),
            stages: BTreeMap::new(),
            targets: BTreeMap::new(),
            steps: BTreeMap::new(),
            alarms: BTreeMap::new(),
            guards: Guards::default(),
            counters: Counters::default(),
        }
    }

    /// Adds the next entry of the stream. An error leaves the state unusable for deciding.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Impossible> {
        if entry.revision != self.revision.next() {
            return Err(Impossible::Gap {
                have: self.revision,
                got: entry.revision,
            });
        }
        self.fold(entry.at, &entry.fact)?;
        self.revision = entry.revision;
        Ok(())
    }

    /// Adds one fact without an entry around it: for drafts, which have no revision yet.
    pub fn fold(&mut self, at: Time, fact: &Fact) -> Result<(), Impossible> {
        self.at = self.at.max(at);
        match fact {
            Fact::HeadMoved { .. }
            | Fact::SourceFailed { .. }
            | Fact::SourceRecovered { .. }
            | Fact::ReleaseCut { .. } => sources::fold(self, at, fact),
            Fact::Defined { .. }
            | Fact::Superseded { .. }
            | Fact::AlarmChanged { .. }
            | Fact::AlarmWorsened { .. } => self.fold_inbound(at, fact),
            Fact::CommandAccepted { .. } | Fact::CommandRefused { .. } => Ok(()),
            Fact::GroupsDefined { .. }
            | Fact::DrainDefined { .. }
            | Fact::RotasDefined { .. }
            | Fact::TokenMade { .. }
            | Fact::TokenRevoked { .. }
            | Fact::Reloaded { .. } => Err(Impossible::stray(fact)),
            Fact::OverrideUsed { id, attempt } => guards::use_override(self, *id, *attempt),
            Fact::QuarantineLifted { release, .. } => {
                guards::fold(&mut self.guards, &mut self.counters, at, fact)?;
                attempts::requeue(self, at, *release);
                Ok(())
            }
            Fact::Quarantined { .. }
            | Fact::HoldPlaced { .. }
            | Fact::HoldLifted { .. }
            | Fact::Overridden { .. }
            | Fact::OverrideEnded { .. }
            | Fact::ClockStepped { .. }
            | Fact::ClockTrusted { .. }
            | Fact::TicketOpened { .. }
            | Fact::TicketChanged { .. }
            | Fact::TicketResolved { .. } => {
                guards::fold(&mut self.guards, &mut self.counters, at, fact)
            }
            Fact::StepStarted { .. }
            | Fact::StepRetried { .. }
            | Fact::StepFinished { .. }
            | Fact::StepAbandoned { .. }
            | Fact::StaleResult { .. } => steps::fold(self, at, fact),
            Fact::BakeStarted { .. }
            | Fact::BakeCounted { .. }
            | Fact::BakePaused { .. }
            | Fact::BakeResumed { .. }
            | Fact::BakeRestarted { .. }
            | Fact::BakeFinished { .. }
            | Fact::ApprovalRequested { .. }
            | Fact::Approved { .. }
            | Fact::ApprovalUndone { .. }
            | Fact::ApprovalExpired { .. }
            | Fact::GatePassed { .. } => gates::fold(self, at, fact),
            Fact::AttemptStarted { .. }
            | Fact::DeploymentDone { .. }
            | Fact::Rejected { .. }
            | Fact::AttemptPaused { .. }
            | Fact::AttemptResumed { .. }
            | Fact::AttemptPassed { .. }
            | Fact::AttemptFailed { .. }
            | Fact::AttemptPreempted { .. }
            | Fact::AttemptWithdrawn { .. }
            | Fact::PromotionLapsed { .. }
            | Fact::RolledBack { .. } => attempts::fold(self, at, fact),
        }
    }

    /// What comes in from outside: definitions, commits, alarms, and the queue they form.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the caller routes by kind; the rest is stray"
    )]
    fn fold_inbound(&mut self, at: Time, fact: &Fact) -> Result<(), Impossible> {
        match fact {
            Fact::Defined { definition } => self.define(at, definition),
            Fact::Superseded { stage, release, .. } => {
                self.stage_mut(stage)?
                    .keep_waiting(|waits| waits != *release);
            }
            Fact::AlarmChanged { alarm, state } => {
                if state.level == AlarmLevel::Ok {
                    attempts::forget_baseline(self, alarm);
                }
                self.alarms.insert(alarm.clone(), state.clone());
            }
            Fact::AlarmWorsened { alarm, value } => {
                let state = self.alarms.get_mut(alarm);
                state.ok_or(Impossible::Missing("alarm"))?.value = Some(*value);
            }
            other => return Err(Impossible::stray(other)),
        }
        Ok(())
    }

    /// What is to be done outside and has not come back yet.
    pub fn owed(&self) -> impl Iterator<Item = &Owed> {
        self.steps.values().map(Arc::as_ref)
    }

    pub fn stage(&self, stage: &StageName) -> Option<&StageState> {
        self.stages.get(stage).map(Arc::as_ref)
    }

    fn stage_mut(&mut self, stage: &StageName) -> Result<&mut StageState, Impossible> {
        self.stages
            .get_mut(stage)
            .map(Arc::make_mut)
            .ok_or(Impossible::Missing("stage"))
    }

    /// A target's state, to be changed; the states of all others stay shared.
    fn target_mut(&mut self, target: &TargetName) -> &mut TargetState {
        Arc::make_mut(self.targets.entry(target.clone()).or_default())
    }

    /// The attempt with this id, if it is still the newest of its stage.
    pub fn attempt(&self, id: AttemptId) -> Option<&Attempt> {
        self.stages
            .values()
            .filter_map(|stage| stage.attempt.as_ref())
            .find(|a| a.id == id)
    }

    /// The stage and the release of an attempt, as long as it or its memory is kept.
    pub fn place_of(&self, id: AttemptId) -> Option<(&StageName, ReleaseId)> {
        self.stages.iter().find_map(|(stage, state)| {
            let newest = state.attempt.as_ref().filter(|attempt| attempt.id == id);
            let past = state.past.iter().find(|attempt| attempt.id == id);
            let release = newest
                .map(|attempt| attempt.release)
                .or(past.map(|attempt| attempt.release))?;
            Some((stage, release))
        })
    }

    fn attempt_mut(&mut self, id: AttemptId) -> Result<&mut Attempt, Impossible> {
        let has = |stage: &&mut Arc<StageState>| stage.attempt.as_ref().is_some_and(|a| a.id == id);
        self.stages
            .values_mut()
            .find(has)
            .and_then(|stage| Arc::make_mut(stage).attempt.as_mut())
            .ok_or(Impossible::Missing("attempt"))
    }

    /// Every active attempt, in the order of the stages' names.
    pub fn active(&self) -> impl Iterator<Item = &Attempt> {
        self.stages
            .values()
            .filter_map(|stage| stage.attempt.as_ref())
            .filter(|a| a.is_active())
    }

    /// Releases that run on the targets of a stage, with how many targets each; `None` counts the
    /// targets on which nothing certain runs.
    pub fn running(&self, stage: &StageName) -> BTreeMap<Option<ReleaseId>, usize> {
        let mut counts = BTreeMap::new();
        for target in self
            .targets
            .values()
            .filter(|t| t.stage.as_ref() == Some(stage))
        {
            *counts.entry(target.running).or_insert(0) += 1;
        }
        counts
    }

    /// A release at a stage as overrides see it: with its attempt, if one is under way there.
    pub fn pass<'a>(&self, stage: &'a StageName, release: ReleaseId) -> Pass<'a> {
        let newest = self.stage(stage).and_then(|state| state.attempt.as_ref());
        let own = newest.filter(|attempt| attempt.is_active() && attempt.release == release);
        Pass {
            stage,
            release,
            attempt: own.map(|attempt| attempt.id),
        }
    }

    /// What of a release is in quarantine, if anything is: it may not deploy.
    pub fn quarantined(&self, release: ReleaseId) -> Option<&Quarantine> {
        self.guards.quarantines().find(|q| {
            if planted(Bug::QuarantineByNumber) {
                return q.release == release;
            }
            match &q.culprit {
                Culprit::Change(change) => self.releases.carries(release, change),
                Culprit::Whole(whole) => self.is_same(*whole, release),
            }
        })
    }

    /// Whether two releases are the same thing: by what was built, not by the number.
    fn is_same(&self, one: ReleaseId, other: ReleaseId) -> bool {
        let built = |id| self.releases.get(id).and_then(|r| r.artifact.as_ref());
        let built = built(one).zip(built(other));
        one == other || built.is_some_and(|(one, other)| one.digest == other.digest)
    }
}
