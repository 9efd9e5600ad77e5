//! What happened: the journal and the wire. A fact carries no time of its own; the entry around it
//! does, and the fold computes deadlines from it. Facts are never changed, only added to.

use crate::model::{
    Actor, AlarmName, AlarmState, AttemptId, BakePlace, BakeRule, Change, Command, Definition,
    EffectId, Fingerprint, GateProgress, GroupName, Head, HoldCause, HoldId, HoldScope, Measure,
    OverrideId, Owed, PipelineName, Purpose, Refusal, ReleaseId, RequestKey, Revision, Rollout,
    Rota, Sha, SourceName, Span, StageName, StepResult, TeamName, TicketChange, TicketId, Time,
    TokenName, TokenTerms,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A stream of facts: one per pipeline and one for the organization.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    Organization,
    Pipeline(PipelineName),
}

/// A fact in its place: where, as the how-many-th, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    pub stream: Stream,
    /// Position in the stream, from 1.
    pub revision: Revision,
    /// Position in the whole journal; what a client resumes by.
    pub seq: u64,
    /// Engine time: never less than that of any entry before (INVARIANTS.md I39).
    pub at: Time,
    pub fact: Fact,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    Defined {
        definition: Box<Definition>,
    },
    GroupsDefined {
        groups: BTreeMap<GroupName, Vec<Actor>>,
    },
    /// Within how long after a stop of the whole line its pipelines begin again.
    DrainDefined {
        drain: Span,
    },
    /// Who is on call for the pipelines of each team.
    RotasDefined {
        rotas: BTreeMap<TeamName, Rota>,
    },
    /// The files of definitions were read again while the server ran.
    Reloaded {
        /// None for a signal.
        by: Option<Actor>,
        /// Those that are new or changed, and those whose file is gone.
        pipelines: Vec<PipelineName>,
        gone: Vec<PipelineName>,
    },
    /// A bearer token opens the door from here on. Its secret is nowhere.
    TokenMade {
        name: TokenName,
        terms: TokenTerms,
        by: Actor,
    },
    /// It opens nothing any more.
    TokenRevoked {
        name: TokenName,
        /// None when it was not there any more, or never came to be.
        by: Option<Actor>,
    },

    HeadMoved {
        head: Head,
    },
    SourceFailed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<SourceName>,
        why: String,
    },
    SourceRecovered {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<SourceName>,
    },
    ReleaseCut {
        release: ReleaseId,
        sha: Sha,
        /// The commits of the sources beside the main one.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        also: BTreeMap<SourceName, Sha>,
        parent: Option<ReleaseId>,
        changes: Vec<Change>,
    },
    Superseded {
        stage: StageName,
        release: ReleaseId,
        by: ReleaseId,
    },

    AttemptStarted {
        attempt: AttemptId,
        stage: StageName,
        release: ReleaseId,
        purpose: Purpose,
        rollout: Arc<Rollout>,
        gates: Vec<GateProgress>,
        baselined: BTreeSet<AlarmName>,
        /// The alarm data the start was decided on (INVARIANTS.md I13).
        evidence: Fingerprint,
    },
    StepStarted {
        owed: Arc<Owed>,
    },
    StepRetried {
        id: EffectId,
        why: String,
        after: Span,
    },
    StepFinished {
        id: EffectId,
        result: StepResult,
    },
    /// The step's work is not wanted any more; it is stopped and its late result will be stale.
    StepAbandoned {
        id: EffectId,
        why: String,
    },
    /// A result that nobody waits for. It changes nothing (INVARIANTS.md I02).
    StaleResult {
        id: EffectId,
        result: StepResult,
    },
    BakeStarted {
        attempt: AttemptId,
        place: BakePlace,
        rule: BakeRule,
    },
    BakeCounted {
        attempt: AttemptId,
        place: BakePlace,
        healthy: Span,
        points: u64,
    },
    BakePaused {
        attempt: AttemptId,
        place: BakePlace,
        why: String,
    },
    /// Counting again after a pause, with what had been counted.
    BakeResumed {
        attempt: AttemptId,
        place: BakePlace,
    },
    /// From zero again, after an alarm fired and cleared (rule 7).
    BakeRestarted {
        attempt: AttemptId,
        place: BakePlace,
        why: String,
    },
    BakeFinished {
        attempt: AttemptId,
        place: BakePlace,
    },
    DeploymentDone {
        attempt: AttemptId,
    },
    ApprovalRequested {
        attempt: AttemptId,
        gate: usize,
    },
    Approved {
        attempt: AttemptId,
        gate: usize,
        by: Actor,
        evidence: Fingerprint,
    },
    /// Taken back by its giver before it took effect.
    ApprovalUndone {
        attempt: AttemptId,
        gate: usize,
        by: Actor,
    },
    /// Too old to count; the request waits for another.
    ApprovalExpired {
        attempt: AttemptId,
        gate: usize,
        by: Actor,
    },
    /// A release leaves the queue of a stage because the approvals of `attempt` have expired.
    PromotionLapsed {
        stage: StageName,
        release: ReleaseId,
        attempt: AttemptId,
    },
    GatePassed {
        attempt: AttemptId,
        gate: usize,
    },
    Rejected {
        attempt: AttemptId,
        gate: usize,
        by: Actor,
        reason: String,
    },
    AttemptPaused {
        attempt: AttemptId,
        why: String,
    },
    AttemptResumed {
        attempt: AttemptId,
    },
    AttemptPassed {
        attempt: AttemptId,
    },
    AttemptFailed {
        attempt: AttemptId,
        why: String,
    },
    AttemptPreempted {
        attempt: AttemptId,
        by: AttemptId,
    },
    AttemptWithdrawn {
        attempt: AttemptId,
        why: String,
    },
    RolledBack {
        attempt: AttemptId,
    },

    AlarmChanged {
        alarm: AlarmName,
        state: AlarmState,
    },
    /// A firing alarm's value is half as high again as the one recorded before (rule 8).
    AlarmWorsened {
        alarm: AlarmName,
        value: Measure,
    },
    Quarantined {
        release: ReleaseId,
        changes: Vec<Sha>,
        why: String,
    },
    QuarantineLifted {
        release: ReleaseId,
        by: Actor,
        reason: String,
    },
    HoldPlaced {
        id: HoldId,
        scope: HoldScope,
        by: Actor,
        reason: String,
        lasts: Option<Span>,
        #[serde(default, skip_serializing_if = "HoldCause::is_wish")]
        cause: HoldCause,
    },
    /// `by` is none when it expired.
    HoldLifted {
        id: HoldId,
        by: Option<Actor>,
        reason: String,
    },
    Overridden {
        id: OverrideId,
        blockers: Vec<crate::model::BlockerId>,
        stage: StageName,
        release: ReleaseId,
        by: Actor,
        reason: String,
        lasts: Span,
        ticket: Option<String>,
        /// How many attempts may use it.
        #[serde(default = "crate::model::guard::once")]
        uses: u32,
    },
    /// An attempt has passed by it; later targets of the same attempt pass by the same use.
    OverrideUsed {
        id: OverrideId,
        attempt: AttemptId,
    },
    OverrideEnded {
        id: OverrideId,
        by: Option<Actor>,
    },
    /// The wall clock did not go on as time did (INVARIANTS.md I40).
    ClockStepped {
        from: Time,
        to: Time,
    },
    /// The clock is believed again: somebody said so, or it has settled.
    ClockTrusted {
        by: Option<Actor>,
    },
    TicketOpened {
        id: TicketId,
        cause: String,
        title: String,
        stage: StageName,
        release: ReleaseId,
        /// The alarm that it is about.
        #[serde(default)]
        alarm: Option<AlarmName>,
    },
    TicketChanged {
        id: TicketId,
        change: TicketChange,
    },
    /// `by` is none when what it was about went well.
    TicketResolved {
        id: TicketId,
        why: String,
        #[serde(default)]
        by: Option<Actor>,
    },

    /// An operator's request that was carried out; the facts that follow are its effect.
    CommandAccepted {
        key: RequestKey,
        by: Actor,
        command: Command,
        plan: Fingerprint,
    },
    /// An operator's request that was turned down; it changed nothing.
    CommandRefused {
        key: RequestKey,
        by: Actor,
        command: Command,
        refusal: Refusal,
    },
}

impl Fact {
    /// The effect that this fact makes owed.
    pub fn opens(&self) -> Option<&Owed> {
        if let Fact::StepStarted { owed } = self {
            Some(owed)
        } else {
            None
        }
    }

    /// The effect that this fact settles.
    pub fn closes(&self) -> Option<&EffectId> {
        if let Fact::StepFinished { id, .. } | Fact::StepAbandoned { id, .. } = self {
            Some(id)
        } else {
            None
        }
    }
}
