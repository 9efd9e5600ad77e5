//! Everything that stands between releases and stages, as the model lists it, and the
//! words for it.

use crate::model::{
    Blocker, BlockerKind, Candidate, Org, Passage, Pipeline, Progress, ReleaseId, StageName,
    Status, Time, blockers, target_blockers,
};

/// A blocker with the candidate that it stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub release: ReleaseId,
    pub blocker: Blocker,
}

/// The blockers of one stage, those that stand before the overridden ones.
pub fn obstacles(pipeline: &Pipeline, org: &Org, now: Time, stage: &StageName) -> Vec<Obstacle> {
    let Some((release, found)) = standing(pipeline, org, now, stage) else {
        return Vec::new();
    };
    let with_release = |blocker| Obstacle { release, blocker };
    found.into_iter().map(with_release).collect()
}

/// What keeps a stage from moving, and which release: the candidate that waits for it, else the
/// targets that an attempt under way has not started yet.
pub(super) fn standing(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    stage: &StageName,
) -> Option<(ReleaseId, Vec<Blocker>)> {
    let state = pipeline.stage(stage)?;
    let (release, mut found) = if let Some((release, _)) = state.waiting.last() {
        let candidate = Candidate {
            stage,
            release: *release,
        };
        (*release, blockers(pipeline, org, now, candidate))
    } else {
        let attempt = state
            .attempt
            .as_ref()
            .filter(|a| a.is_working() && !a.is_rollback())?;
        (attempt.release, rest_of(pipeline, org, now, attempt))
    };
    found.sort_by_key(|blocker| (!blocker.blocks(), blocker.kind));
    Some((release, found))
}

/// What stands against the targets that wait in an attempt, each reason once.
fn rest_of(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    attempt: &crate::model::Attempt,
) -> Vec<Blocker> {
    let stage = pipeline
        .definition
        .as_ref()
        .and_then(|d| d.stage(&attempt.stage));
    let mut found: Vec<Blocker> = Vec::new();
    for lane in &attempt.rollout.lanes {
        let mut targets = lane.batches.iter().flat_map(|batch| &batch.targets);
        let waits = targets.any(|t| matches!(attempt.progress.get(t), Some(Progress::Waiting)));
        let Some(region) = stage
            .and_then(|stage| stage.region(&lane.region))
            .filter(|_| waits)
        else {
            continue;
        };
        let candidate = Candidate {
            stage: &attempt.stage,
            release: attempt.release,
        };
        for blocker in target_blockers(pipeline, org, now, candidate, region) {
            if !found
                .iter()
                .any(|b| b.id == blocker.id && b.since == blocker.since)
            {
                found.push(blocker);
            }
        }
    }
    found
}

/// The word for a kind of blocker.
pub fn kind_word(kind: BlockerKind) -> &'static str {
    match kind {
        BlockerKind::Alarm => "alarm",
        BlockerKind::NoData => "no data",
        BlockerKind::Window => "window",
        BlockerKind::Hold => "hold",
        BlockerKind::Quarantine => "quarantine",
        BlockerKind::Rejected => "rejected",
        BlockerKind::Review => "review",
        BlockerKind::Busy => "busy",
        BlockerKind::NotApproved => "order",
    }
}

/// The status that a kind of blocker shows as.
pub fn kind_status(kind: BlockerKind) -> Status {
    match kind {
        BlockerKind::Alarm => Status::Alarm,
        BlockerKind::NoData => Status::NoData,
        BlockerKind::Hold => Status::Held,
        BlockerKind::Busy => Status::Run,
        BlockerKind::Window
        | BlockerKind::Quarantine
        | BlockerKind::Rejected
        | BlockerKind::Review
        | BlockerKind::NotApproved => Status::Blocked,
    }
}

/// What it takes to pass a blocker.
pub fn passage_word(passage: Passage) -> &'static str {
    match passage {
        Passage::Override => "override: reason, expiry",
        Passage::Lift => "lift it",
        Passage::Nobody => "nobody may",
    }
}
