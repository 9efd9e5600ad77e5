//! Yes and no to a release that waits for people. A verdict names the attempt and the evidence that
//! its giver saw; it never covers what changed since (DESIGN.md 5, rule 4; INVARIANTS.md I07 to I10).

use crate::engine::command::{instead, release, stage};
use crate::engine::draft::Draft;
use crate::model::{
    Actor, AttemptId, Fact, Gate, GateState, Manual, Refusal, ReleaseId, StageName, Verdict,
    evidence,
};

pub(super) fn approve(draft: &mut Draft<'_>, by: &Actor, verdict: &Verdict) -> Result<(), Refusal> {
    let (attempt, gate, manual) = asked(draft, verdict)?;
    check_group(draft, by, &manual)?;
    check_author(draft, by, &verdict.stage, verdict.release, &manual)?;
    check_first_time(draft, by, attempt, gate, &manual)?;
    let evidence = verdict.evidence.clone();
    draft.record(Fact::Approved {
        attempt,
        gate,
        by: by.clone(),
        evidence,
    });
    Ok(())
}

pub(super) fn reject(draft: &mut Draft<'_>, by: &Actor, verdict: &Verdict) -> Result<(), Refusal> {
    let (attempt, gate, manual) = asked(draft, verdict)?;
    check_group(draft, by, &manual)?;
    let reason = verdict.reason.clone();
    draft.record(Fact::Rejected {
        attempt,
        gate,
        by: by.clone(),
        reason,
    });
    Ok(())
}

/// The open request that a verdict is about.
fn asked(draft: &Draft<'_>, verdict: &Verdict) -> Result<(AttemptId, usize, Manual), Refusal> {
    let Verdict {
        stage: name,
        release: id,
        attempt: seen,
        ..
    } = verdict;
    release(draft, *id)?;
    let newest = stage(draft, name)?.attempt.as_ref();
    let not_asked = || Refusal::NotAsked {
        stage: name.clone(),
        release: *id,
        instead: instead(newest),
    };
    let attempt = newest
        .filter(|a| a.release == *id && !a.is_rollback())
        .ok_or_else(not_asked)?;
    let (index, gate) = attempt.asked().ok_or_else(not_asked)?;
    let Gate::Manual(manual) = &gate.gate else {
        return Err(not_asked());
    };
    if attempt.id != *seen {
        return Err(Refusal::OtherAttempt {
            stage: name.clone(),
            seen: *seen,
            now: attempt.id,
        });
    }
    if evidence(&draft.pipeline, attempt) != verdict.evidence {
        return Err(Refusal::EvidenceChanged {
            stage: name.clone(),
            release: *id,
        });
    }
    Ok((attempt.id, index, manual.clone()))
}

fn check_group(draft: &Draft<'_>, by: &Actor, manual: &Manual) -> Result<(), Refusal> {
    let Some(group) = &manual.from else {
        return Ok(());
    };
    if draft.org.is_member(by, group) {
        return Ok(());
    }
    let members = draft.org.groups.get(group).cloned().unwrap_or_default();
    Err(Refusal::NotInGroup {
        actor: by.clone(),
        group: group.clone(),
        members,
    })
}

/// Authors of the changes that this stage has not approved before do not count.
fn check_author(
    draft: &Draft<'_>,
    by: &Actor,
    stage: &StageName,
    release: ReleaseId,
    manual: &Manual,
) -> Result<(), Refusal> {
    let passed = draft.pipeline.stage(stage).and_then(|state| state.passed);
    let new = draft
        .pipeline
        .releases
        .changes_since(release, passed.map(|(release, _)| release));
    if manual.not_author && new.iter().any(|change| change.author.is(by)) {
        return Err(Refusal::AuthorCannotApprove {
            actor: by.clone(),
            release,
        });
    }
    Ok(())
}

fn check_first_time(
    draft: &Draft<'_>,
    by: &Actor,
    attempt: AttemptId,
    gate: usize,
    manual: &Manual,
) -> Result<(), Refusal> {
    let gate = draft
        .pipeline
        .attempt(attempt)
        .and_then(|attempt| attempt.gates.get(gate));
    let Some(GateState::Asked { approvals, .. }) = gate.map(|gate| &gate.state) else {
        return Ok(());
    };
    if approvals.iter().any(|approval| approval.by == *by) {
        let given = u32::try_from(approvals.len()).unwrap_or(u32::MAX);
        let more = manual.count.saturating_sub(given);
        return Err(Refusal::AlreadyApproved {
            actor: by.clone(),
            more,
        });
    }
    Ok(())
}
