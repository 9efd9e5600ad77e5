//! A rollback that a person asks for, of one stage or of every stage that holds the change
//! (DESIGN.md 5, rules 10 and 11). It is never refused for windows, alarms or holds.

use crate::engine::command::{release, stage};
use crate::engine::draft::Draft;
use crate::engine::rollback::{Intent, Scope, carry_out, intend};
use crate::model::{Actor, Cause, Refusal, ReleaseId, RollbackScope, StageName};

pub(super) fn roll_back(
    draft: &mut Draft<'_>,
    by: &Actor,
    scope: &RollbackScope,
    id: ReleaseId,
    reason: &str,
) -> Result<(), Refusal> {
    let intent = intent_of(draft, by, scope, id, reason)?;
    let cause = Cause::Operator {
        by: by.clone(),
        reason: reason.to_owned(),
    };
    carry_out(draft, intent, &cause);
    Ok(())
}

/// What the rollback would do, or why it cannot.
pub(in crate::engine) fn intent_of(
    draft: &Draft<'_>,
    by: &Actor,
    scope: &RollbackScope,
    id: ReleaseId,
    reason: &str,
) -> Result<Intent, Refusal> {
    release(draft, id)?;
    if let RollbackScope::Stage(name) = scope {
        stage(draft, name)?;
        check_free(draft, name)?;
    }
    let cause = Cause::Operator {
        by: by.clone(),
        reason: reason.to_owned(),
    };
    let mut intent = intend(&draft.pipeline, scope_of(scope), id, &cause);
    // A stage that is being rolled back already has what was asked for.
    intent
        .stages
        .retain(|(name, _)| check_free(draft, name).is_ok());
    let place = match scope {
        RollbackScope::Stage(stage) => stage.to_string(),
        RollbackScope::Everywhere => "any stage".to_owned(),
    };
    let refuse = |why: &str| Refusal::NothingToRollBack {
        release: id,
        place: place.clone(),
        why: why.to_owned(),
    };
    if intent.stages.is_empty() {
        return Err(refuse("none of its targets run it"));
    }
    if intent
        .stages
        .iter()
        .all(|(_, rollback)| rollback.destinations.is_empty())
    {
        return Err(refuse("no earlier release has finished its bake there"));
    }
    Ok(intent)
}

fn scope_of(scope: &RollbackScope) -> Scope<'_> {
    match scope {
        RollbackScope::Stage(stage) => Scope::Stage(stage),
        RollbackScope::Everywhere => Scope::Everywhere,
    }
}

/// Refuses while the stage is being rolled back.
fn check_free(draft: &Draft<'_>, stage: &StageName) -> Result<(), Refusal> {
    match draft.active(stage).filter(|attempt| attempt.is_rollback()) {
        None => Ok(()),
        Some(attempt) => {
            let (done, total) = attempt.done();
            let (stage, attempt) = (stage.clone(), attempt.id);
            Err(Refusal::RollbackUnderWay {
                stage,
                attempt,
                done,
                total,
            })
        }
    }
}
