//! Yes and no to a release that waits for people. A verdict names the attempt and the evidence that
//! its giver saw; it never covers what changed since (DESIGN.md 5, rule 4; INVARIANTS.md I07 to I10).

use crate::engine::command::{instead, release, stage};
use crate::engine::draft::Draft;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Actor, Attempt, AttemptId, ChangeLine, Fact, Gate, GateProgress, GateState, Manual, Refusal,
    ReleaseId, StageName, Verdict, evidence, tally,
};

pub(super) fn approve(draft: &mut Draft<'_>, by: &Actor, verdict: &Verdict) -> Result<(), Refusal> {
    let (attempt, gate, manual) = asked(draft, verdict)?;
    check_group(draft, by, &manual)?;
    check_author(draft, by, &verdict.stage, verdict.release, &manual)?;
    check_first_time(draft, by, attempt)?;
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
    let not_asked = |more: &str| Refusal::NotAsked {
        stage: name.clone(),
        release: *id,
        instead: instead(newest) + more,
    };
    let forward = newest.filter(|attempt| !attempt.is_rollback());
    if let Some(newer) = forward.filter(|attempt| attempt.release > *id) {
        return Err(taken_over(draft, name, *id, newer.release));
    }
    let attempt = forward
        .filter(|attempt| attempt.release == *id)
        .ok_or_else(|| not_asked(""))?;
    let (index, gate) = attempt
        .asked()
        .ok_or_else(|| not_asked(asks_later(attempt)))?;
    let Gate::Manual(manual) = &gate.gate else {
        return Err(not_asked(""));
    };
    if attempt.id != *seen {
        return Err(Refusal::OtherAttempt {
            stage: name.clone(),
            seen: *seen,
            now: attempt.id,
        });
    }
    let seen = evidence(&draft.pipeline, attempt) == verdict.evidence;
    if !seen && !planted(Bug::EvidenceIgnored) {
        return Err(Refusal::EvidenceChanged {
            stage: name.clone(),
            release: *id,
        });
    }
    Ok((attempt.id, index, manual.clone()))
}

/// Whether and when an attempt that asks nobody now will.
fn asks_later(attempt: &Attempt) -> &'static str {
    let open = |gate: &&GateProgress| !matches!(gate.state, GateState::Passed { .. });
    let mut open = attempt.gates.iter().filter(open);
    let people = open.any(|gate| matches!(gate.gate, Gate::Manual(_)));
    match (attempt.is_active(), people) {
        (false, _) => "",
        (true, true) => "; people are asked after its deployment, tests and bakes",
        (true, false) => "; nothing in it asks people",
    }
}

/// Another release stands there now: whoever decides should know what it brings.
fn taken_over(
    draft: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
    newer: ReleaseId,
) -> Refusal {
    let brings = draft.pipeline.releases.changes_since(newer, Some(release));
    let named = brings.iter().take(CHANGES_NAMED);
    Refusal::TakenOver {
        stage: stage.clone(),
        release,
        newer,
        changes: named.map(|change| ChangeLine::of(change)).collect(),
        more: brings.len().saturating_sub(CHANGES_NAMED),
    }
}

/// More than a person reads in a refusal; the rest is on the screen of the release.
const CHANGES_NAMED: usize = 5;

fn check_group(draft: &Draft<'_>, by: &Actor, manual: &Manual) -> Result<(), Refusal> {
    let Some(group) = &manual.from else {
        return Ok(());
    };
    if draft.org.is_member(by, group) || planted(Bug::AnybodyApproves) {
        return Ok(());
    }
    let members = draft.org.groups.get(group).cloned().unwrap_or_default();
    Err(Refusal::NotInGroup {
        actor: by.clone(),
        group: group.clone(),
        members,
    })
}

/// Authors of what nobody has approved here do not count: the changes since the newest earlier
/// release whose approval stands. A release that was rolled back or whose approval expired is none.
fn check_author(
    draft: &Draft<'_>,
    by: &Actor,
    stage: &StageName,
    release: ReleaseId,
    manual: &Manual,
) -> Result<(), Refusal> {
    let pipeline = &draft.pipeline;
    let approved = pipeline.stage(stage).into_iter().flat_map(|s| &s.approved);
    let base = approved
        .filter(|earlier| **earlier < release && pipeline.quarantined(**earlier).is_none())
        .max();
    let new = pipeline.releases.changes_since(release, base.copied());
    let not_author = manual.not_author && !planted(Bug::AuthorApproves);
    if not_author && new.iter().any(|change| change.author.is(by)) {
        return Err(Refusal::AuthorCannotApprove {
            actor: by.clone(),
            release,
            others: manual.from.as_ref().map(|group| {
                let members = draft.org.groups.get(group).into_iter().flatten();
                let is_author = |who: &&Actor| new.iter().any(|change| change.author.is(who));
                members.filter(|who| !is_author(who)).cloned().collect()
            }),
        });
    }
    Ok(())
}

/// One person counts once. Who approved what the request showed before may approve what it shows
/// now.
fn check_first_time(draft: &Draft<'_>, by: &Actor, attempt: AttemptId) -> Result<(), Refusal> {
    let attempt = draft.pipeline.attempt(attempt);
    let open = attempt.and_then(|attempt| tally(&draft.pipeline, attempt));
    match open.filter(|open| open.has(by) && !planted(Bug::ApproverCountsTwice)) {
        None => Ok(()),
        Some(open) => Err(Refusal::AlreadyApproved {
            actor: by.clone(),
            more: open.missing(),
        }),
    }
}
