//! What people do with an open request for approval besides answering it: take their own approval
//! back before it takes effect, and let a newer candidate take its place (DESIGN.md 5, rule 3).

use crate::engine::command::{instead, release, stage};
use crate::engine::{draft::Draft, request};
use crate::model::{Actor, Attempt, Fact, Gate, GateState, Refusal, ReleaseId, StageName, tally};

pub(super) fn undo(
    draft: &mut Draft<'_>,
    by: &Actor,
    name: &StageName,
    id: ReleaseId,
) -> Result<(), Refusal> {
    release(draft, id)?;
    let newest = stage(draft, name)?.attempt.as_ref();
    let refuse = |instead: String| Refusal::NothingToUndo {
        actor: by.clone(),
        stage: name.clone(),
        release: id,
        instead,
    };
    let of_release = newest.filter(|attempt| attempt.release == id && !attempt.is_rollback());
    let attempt = of_release.ok_or_else(|| refuse(instead(newest)))?;
    let Some(open) = tally(&draft.pipeline, attempt) else {
        let why = if is_approved(attempt) {
            "it has taken effect: hold the next stage, or roll back".to_owned()
        } else {
            instead(newest)
        };
        return Err(refuse(why));
    };
    if !open.given().any(|approval| approval.by == *by) {
        return Err(refuse(open.words()));
    }
    let (attempt, gate, by) = (attempt.id, open.gate, by.clone());
    draft.record(Fact::ApprovalUndone { attempt, gate, by });
    Ok(())
}

/// Whether people have let the attempt pass a gate.
fn is_approved(attempt: &Attempt) -> bool {
    attempt.gates.iter().any(|gate| {
        matches!(gate.gate, Gate::Manual(_)) && matches!(gate.state, GateState::Passed { .. })
    })
}

pub(super) fn give_way(
    draft: &mut Draft<'_>,
    by: &Actor,
    name: &StageName,
    (id, reason): (ReleaseId, &str),
) -> Result<(), Refusal> {
    release(draft, id)?;
    let newest = stage(draft, name)?.attempt.as_ref();
    let refuse = |instead: String| Refusal::NothingToYield {
        stage: name.clone(),
        release: id,
        instead,
    };
    let attempt = newest.filter(|attempt| attempt.release == id && !attempt.is_rollback());
    let open = attempt.and_then(|attempt| Some((attempt, tally(&draft.pipeline, attempt)?)));
    let Some((attempt, open)) = open else {
        return Err(refuse(instead(newest)));
    };
    if open.takes_effect().is_some() {
        return Err(refuse(format!("{}; undo or reject it", open.words())));
    }
    let Some(newer) = request::newer(draft, attempt) else {
        return Err(refuse(
            "no newer release waits that could take its place".to_owned(),
        ));
    };
    let said = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    let why = format!("{newer} takes over, as {by} decided{said}");
    let attempt = attempt.id;
    draft.record(Fact::AttemptWithdrawn { attempt, why });
    Ok(())
}
