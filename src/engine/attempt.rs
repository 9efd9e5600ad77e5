//! How an attempt ends other than by passing: it fails, it is paused for a person, or it is
//! withdrawn because its release may not deploy any more. Its steps are then not wanted any more.

use crate::engine::{draft::Draft, promote, ticket};
use crate::model::{AttemptId, EffectId, Fact, Phase, StageName};

/// Ends the active attempt of a stage on evidence against the change, without a rollback: in a test
/// stage the next candidate replaces it.
pub(super) fn fail(draft: &mut Draft<'_>, stage: &StageName, why: &str) {
    let Some(attempt) = draft.active(stage) else {
        return;
    };
    let (id, release) = (attempt.id, attempt.release);
    abandon_steps(draft, id, "its attempt failed");
    draft.record(Fact::AttemptFailed {
        attempt: id,
        why: why.to_owned(),
    });
    let title = format!("{release} failed in {stage}: {why}");
    ticket::open(
        draft,
        &format!("failed/{stage}/{release}"),
        title,
        (stage, release),
        None,
    );
}

/// Leaves the attempt as it is until a person tries again (rules 13 and 14). Steps under way go on.
pub(super) fn pause(draft: &mut Draft<'_>, stage: &StageName, why: &str) {
    let Some(attempt) = draft.active(stage).filter(|attempt| attempt.is_working()) else {
        return;
    };
    let (id, release) = (attempt.id, attempt.release);
    draft.record(Fact::AttemptPaused {
        attempt: id,
        why: why.to_owned(),
    });
    let title = format!("{stage} is paused with {release}: {why}");
    ticket::open(
        draft,
        &format!("paused/{stage}/{release}"),
        title,
        (stage, release),
        None,
    );
}

/// Stops the owed effects of an attempt; late results will be stale.
pub(super) fn abandon_steps(draft: &mut Draft<'_>, attempt: AttemptId, why: &str) {
    let steps: Vec<EffectId> = draft
        .pipeline
        .steps
        .values()
        .filter(|owed| owed.attempt == attempt)
        .map(|owed| owed.id.clone())
        .collect();
    for id in steps {
        draft.record(Fact::StepAbandoned {
            id,
            why: why.to_owned(),
        });
    }
}

/// Takes a quarantined release out of a lane it would only occupy: at once before production and
/// where it has touched nothing; in production, where it runs on some targets with its alarms
/// armed, when a release without the change has come to replace it.
pub(super) fn withdraw_quarantined(draft: &mut Draft<'_>, stage: &StageName) {
    let Some(attempt) = draft.active(stage).filter(|attempt| !attempt.is_rollback()) else {
        return;
    };
    let Some(quarantine) = draft.pipeline.quarantined(attempt.release) else {
        return;
    };
    let release = attempt.release;
    let reached = attempt.reached().next().is_some();
    let definition = draft.in_force(stage);
    let phase = definition
        .as_ref()
        .and_then(|d| d.stage(stage))
        .map(|stage| stage.phase);
    let replaced = promote::candidate(&draft.pipeline, stage)
        .is_some_and(|next| draft.pipeline.quarantined(next).is_none());
    if reached && phase == Some(Phase::Production) && !replaced {
        return;
    }
    let why = quarantine.in_release(release);
    withdraw(draft, stage, &why);
}

/// Ends the active attempt of a stage because its release is not wanted any more.
pub(super) fn withdraw(draft: &mut Draft<'_>, stage: &StageName, why: &str) {
    let Some(id) = draft.active(stage).map(|attempt| attempt.id) else {
        return;
    };
    abandon_steps(draft, id, "its release is not wanted any more");
    let why = why.to_owned();
    draft.record(Fact::AttemptWithdrawn { attempt: id, why });
}
