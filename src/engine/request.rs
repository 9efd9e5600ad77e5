//! An open request for approval, as time goes on: approvals take effect after the time to undo
//! them, expire, and an old request gives way to a newer candidate (DESIGN.md 5, rules 3 and 4).
//! Approvals also expire in the queue of the next stage; then their stage asks again.

use crate::engine::{draft::Draft, promote};
use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, AttemptId, AttemptState, Fact, Lapse, Pipeline, ReleaseId, StageName, Tally, Time,
    tally,
};

/// Moves the open request of an attempt on.
pub(super) fn drive(draft: &mut Draft<'_>, attempt: &Attempt) {
    let Some(request) = tally(&draft.pipeline, attempt) else {
        return;
    };
    let gate = request.gate;
    let expired: Vec<_> = request
        .expiries()
        .filter(|(_, at)| *at <= draft.now)
        .map(|(approval, _)| approval.by.clone())
        .collect();
    if !expired.is_empty() {
        for by in expired {
            let attempt = attempt.id;
            draft.record(Fact::ApprovalExpired { attempt, gate, by });
        }
    } else if let Some(at) = request.takes_effect() {
        if at <= draft.now && !planted(Bug::UndoAfterGrace) {
            let attempt = attempt.id;
            draft.record(Fact::GatePassed { attempt, gate });
        }
    } else if request.yields().is_some_and(|at| at <= draft.now)
        && let Some(newer) = newer(draft, attempt)
        && promote::may_start(draft, &attempt.stage, newer)
    {
        let waited = draft.now.since(request.since).short();
        let why = format!("{newer} takes over: nobody approved it in {waited}");
        let attempt = attempt.id;
        draft.record(Fact::AttemptWithdrawn { attempt, why });
    }
}

/// The newer candidate that could take the place of an attempt. One in quarantine or rejected here
/// could not.
pub(super) fn newer(draft: &Draft<'_>, attempt: &Attempt) -> Option<ReleaseId> {
    let candidate = promote::candidate(&draft.pipeline, &attempt.stage)?;
    let clean = promote::is_clean(&draft.pipeline, &attempt.stage, candidate);
    (candidate > attempt.release && clean).then_some(candidate)
}

/// Takes out of a queue what was approved too long ago, and asks for it again where it still runs.
pub(super) fn lapse(draft: &mut Draft<'_>, stage: &StageName) {
    let Some(state) = draft.pipeline.stage(stage) else {
        return;
    };
    let due = state
        .lapses
        .iter()
        .filter(|(_, lapse)| lapse.at <= draft.now);
    let due: Vec<(ReleaseId, Lapse)> = due.map(|(release, lapse)| (*release, *lapse)).collect();
    for (release, Lapse { attempt, .. }) in due {
        draft.record(Fact::PromotionLapsed {
            stage: stage.clone(),
            release,
            attempt,
        });
        if let Some(place) = asks_again(&draft.pipeline, attempt, release) {
            promote::ask_again(draft, &place, release);
        }
    }
}

/// The stage in which a release is asked about again: the one that approved it, while nothing has
/// come after it there and nothing newer waits to.
fn asks_again(pipeline: &Pipeline, approved: AttemptId, release: ReleaseId) -> Option<StageName> {
    let attempt = pipeline.attempt(approved)?;
    let passed = matches!(attempt.state, AttemptState::Passed { .. });
    let alone = pipeline
        .running(&attempt.stage)
        .keys()
        .all(|running| *running == Some(release));
    let defined = pipeline.columns().contains(&attempt.stage);
    let next = promote::candidate(pipeline, &attempt.stage);
    let clean = promote::is_clean(pipeline, &attempt.stage, release);
    (passed && alone && defined && next.is_none() && clean).then(|| attempt.stage.clone())
}

/// When time alone changes something about a request or a queue.
pub(super) fn changes(pipeline: &Pipeline) -> Vec<Time> {
    let requests = pipeline
        .active()
        .filter_map(|attempt| tally(pipeline, attempt));
    let lapses = pipeline.stages.values().flat_map(|state| &state.lapses);
    requests
        .flat_map(|request| times(&request))
        .chain(lapses.map(|(_, lapse)| lapse.at))
        .collect()
}

fn times(request: &Tally<'_>) -> Vec<Time> {
    let own = request.takes_effect().into_iter().chain(request.yields());
    own.chain(request.expiries().map(|(_, at)| at)).collect()
}
