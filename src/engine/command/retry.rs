//! Trying again what failed or is paused (DESIGN.md 5, rules 13 and 14): a paused attempt goes on
//! where it stood, a failed one is followed by a new attempt of the same release.

use crate::engine::command::{instead, release, stage};
use crate::engine::{draft::Draft, promote};
use crate::model::{
    AttemptState, BlockerKind, Candidate, Fact, Refusal, ReleaseId, StageName, blockers,
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
            let attempt = attempt.id;
            draft.record(Fact::AttemptResumed { attempt });
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
