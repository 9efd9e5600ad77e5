//! Trying again what failed or is paused (DESIGN.md 5, rules 13 and 14): a paused attempt goes on
//! where it stood, or starts over when its definition was mended meanwhile; a failed one is
//! followed by a new attempt of the same release.

use crate::engine::command::{instead, release, stage};
use crate::engine::{attempt, draft::Draft, promote};
use crate::model::{
    Attempt, AttemptState, BlockerKind, Candidate, Fact, Refusal, ReleaseId, StageName, blockers,
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
            let candidate = Candidate {
                stage: name,
                release: id,
            };
            let standing = blockers(&draft.pipeline, draft.org, draft.now, candidate);
            // It was approved for this stage when it first entered.
            let in_the_way = standing
                .iter()
                .find(|blocker| blocker.blocks() && blocker.kind != BlockerKind::NotApproved);
            if let Some(blocker) = in_the_way {
                return Err(refuse(format!("{} ({})", blocker.why, blocker.id)));
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

/// A paused attempt ends under the definition it entered with; a person who has mended that one and
/// tries again means the new one, so the release enters the stage anew.
fn go_on(draft: &mut Draft<'_>, paused: &Attempt) {
    let newest = draft
        .definition()
        .map(|definition| definition.digest.clone());
    if paused.is_rollback() || newest.as_ref() == Some(&paused.definition) {
        draft.record(Fact::AttemptResumed { attempt: paused.id });
        return;
    }
    attempt::abandon_steps(draft, paused.id, "it starts over");
    draft.record(Fact::AttemptWithdrawn {
        attempt: paused.id,
        why: "it starts over under the definition of now".to_owned(),
    });
    promote::begin(draft, &paused.stage, paused.release);
}
