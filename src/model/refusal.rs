//! Why an operator's command is not carried out: a value that the operator reads, with what is in
//! the way and what to do about it. Refusals change nothing but the audit.

use crate::model::{
    Actor, AttemptId, BlockerId, GroupName, HoldId, OverrideId, Plan, RegionName, ReleaseId,
    StageName, TargetName,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "refused")]
pub enum Refusal {
    #[error("the pipeline has no definition yet")]
    Undefined,
    #[error("there is no stage {stage}; the stages are {}", known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    UnknownStage {
        stage: StageName,
        known: Vec<StageName>,
    },
    #[error("{stage} has no region {region}; its regions are {}", known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    UnknownRegion {
        stage: StageName,
        region: RegionName,
        known: Vec<RegionName>,
    },
    #[error("{stage} has no target {target}")]
    UnknownTarget {
        stage: StageName,
        target: TargetName,
    },
    #[error("there is no release {release}")]
    UnknownRelease { release: ReleaseId },
    #[error("there is no hold {hold}; it may have been lifted or have expired")]
    UnknownHold { hold: HoldId },
    #[error("there is no override {id}; it may have been cancelled or have expired")]
    UnknownOverride { id: OverrideId },
    #[error("the clock is not in doubt; it may have settled")]
    ClockTrusted,
    #[error("{release} left nothing in quarantine")]
    NotQuarantined { release: ReleaseId },
    #[error("{stage} does not wait for an approval of {release}: {instead}")]
    NotAsked {
        stage: StageName,
        release: ReleaseId,
        instead: String,
    },
    #[error("attempt {seen} is over; {stage} is at attempt {now}: look again before you decide")]
    OtherAttempt {
        stage: StageName,
        seen: AttemptId,
        now: AttemptId,
    },
    #[error("what you saw of {release} in {stage} has changed since: look again before you decide")]
    EvidenceChanged {
        stage: StageName,
        release: ReleaseId,
    },
    #[error("{actor} is not in {group}, whose members are {}", members.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    NotInGroup {
        actor: Actor,
        group: GroupName,
        members: Vec<Actor>,
    },
    #[error("{actor} is an author in {release}, and this approval asks for somebody else")]
    AuthorCannotApprove { actor: Actor, release: ReleaseId },
    #[error("{actor} has approved this already; it needs {more} more from other people")]
    AlreadyApproved { actor: Actor, more: u32 },
    #[error("{blocker} does not block {release} at {stage}; what does: {}", if present.is_empty() { "nothing".to_owned() } else { present.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ") })]
    NoSuchBlocker {
        blocker: BlockerId,
        stage: StageName,
        release: ReleaseId,
        present: Vec<BlockerId>,
    },
    #[error("{blocker} cannot be overridden: {why}")]
    NotOverridable { blocker: BlockerId, why: String },
    #[error("nothing of {release} is there to roll back in {place}: {why}")]
    NothingToRollBack {
        release: ReleaseId,
        place: String,
        why: String,
    },
    #[error("a rollback of {stage} is under way already ({attempt}, {done} of {total} targets)")]
    RollbackUnderWay {
        stage: StageName,
        attempt: AttemptId,
        done: usize,
        total: usize,
    },
    #[error("{stage} has nothing to try again for {release}: {instead}")]
    NothingToRetry {
        stage: StageName,
        release: ReleaseId,
        instead: String,
    },
    #[error("say why: a reason of at least {least} visible character{} goes into the audit", if *least == 1 { "" } else { "s" })]
    NeedsReason { least: usize },
    #[error("an override lasts at most {most}; {asked} is too long")]
    TooLong {
        asked: crate::model::Span,
        most: crate::model::Span,
    },
    #[error("an override is for 1 to {most} attempts; {asked} is not")]
    TooMany { asked: u32, most: u32 },
    #[error("a hold of a service or of the organization is not a command of one pipeline")]
    WrongStream,
    #[error("the world has changed since the plan you saw; here is the new one")]
    PlanChanged { plan: Box<Plan> },
    #[error("request key was used before for another command or by another operator")]
    KeyReused,
}
