//! Why an operator's command is not carried out: a value that the operator reads, with what is in
//! the way and what to do about it. Refusals change nothing but the audit.

mod class;

pub use class::RefusalClass;

use crate::model::{
    Actor, AttemptId, BlockerId, Change, GroupName, HoldId, OverrideId, Plan, RegionName,
    ReleaseId, Sha, Span, StageName, TargetName, TicketId, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "refused")]
pub enum Refusal {
    #[error("the pipeline has no definition yet; `pilothouse check` says what its file lacks")]
    Undefined,
    #[error("there is no stage {stage}; the stages are {}", listed(known))]
    UnknownStage {
        stage: StageName,
        known: Vec<StageName>,
    },
    #[error("{stage} has no region {region}; its regions are {}", listed(known))]
    UnknownRegion {
        stage: StageName,
        region: RegionName,
        known: Vec<RegionName>,
    },
    #[error("{stage} has no target {target}; its targets are {known}")]
    UnknownTarget {
        stage: StageName,
        target: TargetName,
        /// The first of those there are, in words; there may be very many.
        #[serde(default)]
        known: String,
    },
    #[error("there is no release {release}; {}", newest.map_or_else(|| "none has been cut yet".to_owned(), |newest| format!("the newest is {newest}")))]
    UnknownRelease {
        release: ReleaseId,
        #[serde(default)]
        newest: Option<ReleaseId>,
    },
    #[error(
        "there is no hold {hold}: it may have been lifted or have expired; {}",
        standing(known)
    )]
    UnknownHold {
        hold: HoldId,
        #[serde(default)]
        known: Vec<HoldId>,
    },
    #[error(
        "there is no override {id}: it may have been cancelled or have expired; {}",
        standing(known)
    )]
    UnknownOverride {
        id: OverrideId,
        #[serde(default)]
        known: Vec<OverrideId>,
    },
    #[error("the clock is not in doubt; it may have settled")]
    ClockTrusted,
    #[error("{release} left nothing in quarantine; {}", left_by(known))]
    NotQuarantined {
        release: ReleaseId,
        /// The releases that did.
        #[serde(default)]
        known: Vec<ReleaseId>,
    },
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
    #[error("{newer} has taken the place of {release} in {stage}, with {}: look at it before you decide", difference(changes, *more))]
    TakenOver {
        stage: StageName,
        release: ReleaseId,
        newer: ReleaseId,
        /// What the newer one brings that the other did not have, newest first.
        changes: Vec<ChangeLine>,
        /// How many changes are left out of the list.
        more: usize,
    },
    #[error("{actor} has no approval of {release} in {stage} to take back: {instead}")]
    NothingToUndo {
        actor: Actor,
        stage: StageName,
        release: ReleaseId,
        instead: String,
    },
    #[error("there is no ticket {ticket}; open are {}", if open.is_empty() { "none".to_owned() } else { listed(open) })]
    UnknownTicket {
        ticket: TicketId,
        open: Vec<TicketId>,
    },
    #[error("nothing to do about {ticket}: {instead}")]
    TicketStands { ticket: TicketId, instead: String },
    #[error("{release} cannot give way in {stage}: {instead}")]
    NothingToYield {
        stage: StageName,
        release: ReleaseId,
        instead: String,
    },
    #[error("what you saw of {release} in {stage} has changed since: look again before you decide")]
    EvidenceChanged {
        stage: StageName,
        release: ReleaseId,
    },
    #[error("{actor} is not in {group}, whose members are {}", listed(members))]
    NotInGroup {
        actor: Actor,
        group: GroupName,
        members: Vec<Actor>,
    },
    #[error("{actor} is an author in {release}, and this approval asks for somebody else{}", others.as_ref().map_or(String::new(), |others| who_else(others)))]
    AuthorCannotApprove {
        actor: Actor,
        release: ReleaseId,
        /// The members of the group that is asked who are no authors; none where anybody is.
        #[serde(default)]
        others: Option<Vec<Actor>>,
    },
    #[error("{actor} has approved this already; {}", if *more == 0 { "it takes effect by itself".to_owned() } else { format!("it needs {more} more from other people") })]
    AlreadyApproved { actor: Actor, more: u32 },
    #[error("{blocker} does not block {release} at {stage}; what does: {}", if present.is_empty() { "nothing".to_owned() } else { listed(present) })]
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
    #[error("a rollback of {stage} is under way already{} ({attempt}, {done} of {total} targets); what fails of it can be tried again", since.map_or_else(String::new, |since| format!(" since {since}")))]
    RollbackUnderWay {
        stage: StageName,
        attempt: AttemptId,
        #[serde(default)]
        since: Option<Time>,
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
    #[error("an override lasts at most {most}; {asked} is {}", if asked.is_zero() { "no time at all" } else { "too long" })]
    TooLong { asked: Span, most: Span },
    #[error("an override is for 1 to {most} attempts; {asked} is not")]
    TooMany { asked: u32, most: u32 },
    #[error(
        "a hold of a service or of the organization is not a command of one pipeline; ask for it without one"
    )]
    WrongStream,
    #[error("the world has changed since the plan you saw; here is the new one")]
    PlanChanged { plan: Box<Plan> },
    #[error(
        "request key was used before for another command or by another operator; ask again with a new one"
    )]
    KeyReused,
}

/// A change in one line of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeLine {
    pub sha: Sha,
    pub author: String,
    /// The title, cut where it is long.
    pub title: String,
}

impl ChangeLine {
    const TITLE_MOST: usize = 80;

    pub fn of(change: &Change) -> Self {
        Self {
            sha: change.sha.clone(),
            author: change.author.login().to_owned(),
            title: change.title.chars().take(Self::TITLE_MOST).collect(),
        }
    }
}

fn listed<T: ToString>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

fn standing<T: ToString>(known: &[T]) -> String {
    if known.is_empty() {
        return "none stands".to_owned();
    }
    format!("what stands is {}", listed(known))
}

fn left_by(known: &[ReleaseId]) -> String {
    if known.is_empty() {
        return "nothing is there".to_owned();
    }
    format!("what is there was left by {}", listed(known))
}

fn who_else(others: &[Actor]) -> String {
    if others.is_empty() {
        return ", and its group has nobody else".to_owned();
    }
    format!("; who may: {}", listed(others))
}

fn difference(changes: &[ChangeLine], more: usize) -> String {
    if changes.is_empty() {
        return "no change besides".to_owned();
    }
    let lines = changes
        .iter()
        .map(|line| format!("{} by {}: {}", line.sha.short(), line.author, line.title));
    let rest = (more > 0).then(|| format!("and {more} more"));
    lines.chain(rest).collect::<Vec<_>>().join("; ")
}
