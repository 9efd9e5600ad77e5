//! Trying again what failed or is paused (DESIGN.md 5, rules 13 and 14): a paused attempt goes on
//! where it stood, or starts over when its definition was mended meanwhile; a failed one is
//! followed by a new attempt of the same release.

use crate::engine::command::{instead, release, stage};
use crate::engine::{attempt, draft::Draft, promote};
use crate::model::{
    Attempt, AttemptState, Blocker, BlockerKind, Candidate, Fact, PastAttempt, Pipeline, Refusal,
    ReleaseId, StageName, blockers,
};

pub(super) fn retry(draft: &mut Draft<'_>, name: &StageName, id: ReleaseId) -> Result<(), Refusal> {
    release(draft, id)?;
    let newest = stage(draft, name)?.attempt.as_ref();
    let refuse = |instead: String| Refusal::NothingToRetry {
        stage: name.clone(),
        release: id,
        instead,
    };
    let attempt = newest.filter(|attempt| attempt.release == id);
    let Some(attempt) = attempt else {
        return Err(refuse(instead(newest)));
    };
    match &attempt.state {
        AttemptState::Paused { .. } => {
            let attempt = attempt.clone();
            go_on(draft, &attempt);
            Ok(())
        }
        AttemptState::Failed { .. } if !attempt.is_rollback() => {
            if !is_in_order(&draft.pipeline, name, id) {
                let why = "the stage that is before it now has not approved it";
                return Err(refuse(why.to_owned()));
            }
            let candidate = Candidate {
                stage: name,
                release: id,
            };
            if let Some(blocker) = in_the_way(draft, &draft.pipeline, candidate) {
                return Err(refuse(format!("{}: {}", blocker.id, blocker.told())));
            }
            promote::begin(draft, name, id);
            Ok(())
        }
        AttemptState::Failed { .. }
        | AttemptState::Deploying
        | AttemptState::Approving
        | AttemptState::Passed { .. }
        | AttemptState::RolledBack { .. }
        | AttemptState::Preempted { .. }
        | AttemptState::Withdrawn { .. } => Err(refuse(instead(newest))),
    }
}

/// A paused attempt ends under the definition it entered with. A person who has mended that one and
/// tries again means the new one, so the release enters the stage anew, if it may: otherwise it goes
/// on as it entered, so that there is always a way out.
fn go_on(draft: &mut Draft<'_>, paused: &Attempt) {
    let withdrawn = Fact::AttemptWithdrawn {
        attempt: paused.id,
        why: "it starts over under the definition of now".to_owned(),
    };
    if paused.is_rollback() || !may_start_over(draft, paused, &withdrawn) {
        draft.record(Fact::AttemptResumed { attempt: paused.id });
        return;
    }
    attempt::abandon_steps(draft, paused.id, "it starts over");
    draft.record(withdrawn);
    promote::begin(draft, &paused.stage, paused.release);
}

/// Whether there is another definition to start over under, and nothing that an entry is held to
/// stands against it.
fn may_start_over(draft: &Draft<'_>, paused: &Attempt, withdrawn: &Fact) -> bool {
    let newest = draft.pipeline.definition.as_ref().map(|d| &d.digest);
    let mended = newest != Some(&paused.definition);
    let candidate = Candidate {
        stage: &paused.stage,
        release: paused.release,
    };
    // What is in a stage does not wait for its entry, so the question is asked without it.
    let mut without = draft.pipeline.clone().into_owned();
    mended
        && is_in_order(&draft.pipeline, &paused.stage, paused.release)
        && without.fold(draft.now, withdrawn).is_ok()
        && in_the_way(draft, &without, candidate).is_none()
}

/// What keeps a release out of a stage that it was approved for when it first entered.
fn in_the_way(draft: &Draft<'_>, pipeline: &Pipeline, candidate: Candidate<'_>) -> Option<Blocker> {
    let standing = blockers(pipeline, draft.org, draft.now, candidate);
    standing
        .into_iter()
        .find(|blocker| blocker.blocks() && blocker.kind != BlockerKind::NotApproved)
}

/// Whether a release may enter a stage anew: the column before it, as the definition has it now,
/// has passed it. One that was put in between has not (rule 1); such a release can only finish
/// under the definition it entered with.
fn is_in_order(pipeline: &Pipeline, stage: &StageName, release: ReleaseId) -> bool {
    let Some(definition) = &pipeline.definition else {
        return false;
    };
    let columns: Vec<StageName> = definition.columns().collect();
    let Some(place) = columns.iter().position(|column| column == stage) else {
        return false;
    };
    let before = columns[..place].last();
    before.is_none_or(|before| {
        *before == StageName::source() || has_passed(pipeline, before, release)
    })
}

fn has_passed(pipeline: &Pipeline, stage: &StageName, release: ReleaseId) -> bool {
    pipeline.stage(stage).is_some_and(|state| {
        let newest = state.passed.is_some_and(|(passed, _)| passed == release);
        let before = |past: &PastAttempt| past.release == release && past.word == "passed";
        newest || state.past.iter().any(before)
    })
}
