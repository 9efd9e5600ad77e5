//! A rollback that a person asks for: of a target, a region, a stage, or every stage that holds the
//! change (DESIGN.md 5, rules 10 and 11). It is never refused for windows, alarms or holds.

use crate::engine::command::{release, stage};
use crate::engine::draft::Draft;
use crate::engine::rollback::{Intent, carry_out, intend};
use crate::model::{Actor, Cause, Refusal, ReleaseId, RollbackScope, Stage, StageName, few};

pub(super) fn roll_back(
    draft: &mut Draft<'_>,
    by: &Actor,
    scope: &RollbackScope,
    id: ReleaseId,
    reason: &str,
) -> Result<Intent, Refusal> {
    let cause = Cause::Operator {
        by: by.clone(),
        reason: reason.to_owned(),
    };
    let intent = intent_of(draft, scope, id, &cause)?;
    carry_out(draft, &intent, &cause);
    Ok(intent)
}

/// What the rollback would do, or why it cannot.
fn intent_of(
    draft: &Draft<'_>,
    scope: &RollbackScope,
    id: ReleaseId,
    cause: &Cause,
) -> Result<Intent, Refusal> {
    release(draft, id)?;
    if let Some(name) = scope.stage() {
        stage(draft, name)?;
        check_place(draft, name, scope)?;
        check_free(draft, name)?;
    }
    let mut intent = intend(&draft.pipeline, scope, id, cause);
    // A stage that is being rolled back already has what was asked for.
    intent
        .stages
        .retain(|(name, _)| check_free(draft, name).is_ok());
    let refuse = |why: &str| Refusal::NothingToRollBack {
        release: id,
        place: scope.to_string(),
        why: why.to_owned(),
    };
    if intent.stages.is_empty() {
        return Err(refuse("none of its targets run it"));
    }
    if intent
        .stages
        .iter()
        .all(|(_, rollback)| rollback.destinations.is_empty() && !rollback.is_empty())
    {
        return Err(refuse(
            "no earlier release has finished its bake there; a newer one with a fix or a revert brings it out",
        ));
    }
    Ok(intent)
}

/// Refuses a region or a target that the stage does not have.
fn check_place(draft: &Draft<'_>, name: &StageName, scope: &RollbackScope) -> Result<(), Refusal> {
    let definition = draft.in_force(name);
    let stage = definition.as_ref().and_then(|d| d.stage(name));
    match scope {
        RollbackScope::Region { region, .. } => {
            let known = stage.into_iter().flat_map(|stage| &stage.regions);
            let known: Vec<_> = known.map(|region| region.name.clone()).collect();
            if known.contains(region) {
                return Ok(());
            }
            Err(Refusal::UnknownRegion {
                stage: name.clone(),
                region: region.clone(),
                known,
            })
        }
        RollbackScope::Target { target, .. } => {
            let targets = stage.into_iter().flat_map(Stage::targets);
            let known: Vec<_> = targets.map(|(_, _, known)| known).collect();
            if known.contains(&target) {
                return Ok(());
            }
            Err(Refusal::UnknownTarget {
                stage: name.clone(),
                target: target.clone(),
                known: few(&known),
            })
        }
        RollbackScope::Stage(_) | RollbackScope::Everywhere => Ok(()),
    }
}

/// Refuses while the stage is being rolled back.
fn check_free(draft: &Draft<'_>, stage: &StageName) -> Result<(), Refusal> {
    match draft.active(stage).filter(|attempt| attempt.is_rollback()) {
        None => Ok(()),
        Some(attempt) => {
            let (done, total) = attempt.done();
            Err(Refusal::RollbackUnderWay {
                stage: stage.clone(),
                attempt: attempt.id,
                since: Some(attempt.started),
                done,
                total,
            })
        }
    }
}
