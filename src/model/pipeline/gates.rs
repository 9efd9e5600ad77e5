//! The fold of bakes and gates: the watched waits of an attempt and the steps of its approval
//! workflow.

use crate::model::{
    Approval, Attempt, AttemptId, Bake, BakePlace, BakeState, Fact, GateProgress, GateState,
    Impossible, Pipeline, Span, Time,
};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
pub(super) fn fold(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    match fact {
        Fact::ApprovalRequested {
            attempt,
            gate: index,
        } => {
            let asked = GateState::Asked {
                since: at,
                approvals: Vec::new(),
            };
            gate(working(pipeline, *attempt)?, *index)?.state = asked;
        }
        Fact::Approved {
            attempt,
            gate: index,
            by,
            evidence,
        } => {
            let gate = gate(working(pipeline, *attempt)?, *index)?;
            let GateState::Asked { approvals, .. } = &mut gate.state else {
                return Err(Impossible::Missing("open request for approval"));
            };
            // A second yes of the same person is to what the request shows now.
            approvals.retain(|approval| approval.by != *by);
            approvals.push(Approval {
                by: by.clone(),
                at,
                evidence: evidence.clone(),
            });
        }
        Fact::ApprovalUndone {
            attempt,
            gate: index,
            by,
        }
        | Fact::ApprovalExpired {
            attempt,
            gate: index,
            by,
        } => {
            let gate = gate(working(pipeline, *attempt)?, *index)?;
            let GateState::Asked { approvals, .. } = &mut gate.state else {
                return Err(Impossible::Missing("open request for approval"));
            };
            let given = approvals.iter().position(|approval| approval.by == *by);
            approvals.remove(given.ok_or(Impossible::Missing("approval"))?);
        }
        Fact::GatePassed {
            attempt,
            gate: index,
        } => {
            gate(working(pipeline, *attempt)?, *index)?.state = GateState::Passed { at };
        }
        other => return fold_bake(pipeline, at, other),
    }
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
fn fold_bake(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    match fact {
        Fact::BakeStarted {
            attempt,
            place,
            rule,
        } => {
            let attempt = working(pipeline, *attempt)?;
            if let BakePlace::Gate(index) = place {
                gate(attempt, *index)?.state = GateState::Baking;
            }
            attempt.bakes.push(Bake {
                place: *place,
                rule: *rule,
                started: at,
                healthy: Span::ZERO,
                points: 0,
                state: BakeState::Counting,
            });
        }
        Fact::BakeCounted {
            attempt,
            place,
            healthy,
            points,
        } => {
            let bake = bake(pipeline, *attempt, *place)?;
            bake.healthy = bake.healthy + *healthy;
            bake.points += points;
        }
        Fact::BakePaused {
            attempt,
            place,
            why,
        } => {
            let paused = BakeState::Paused {
                since: at,
                why: why.clone(),
            };
            bake(pipeline, *attempt, *place)?.state = paused;
        }
        Fact::BakeResumed { attempt, place } => {
            bake(pipeline, *attempt, *place)?.state = BakeState::Counting;
        }
        Fact::BakeRestarted { attempt, place, .. } => {
            let bake = bake(pipeline, *attempt, *place)?;
            (bake.healthy, bake.points) = (Span::ZERO, 0);
            bake.state = BakeState::Counting;
        }
        Fact::BakeFinished { attempt, place } => {
            bake(pipeline, *attempt, *place)?.state = BakeState::Finished { at };
        }
        other => return Err(Impossible::stray(other)),
    }
    Ok(())
}

fn bake(pipeline: &mut Pipeline, id: AttemptId, place: BakePlace) -> Result<&mut Bake, Impossible> {
    let attempt = working(pipeline, id)?;
    let bake = attempt.bakes.iter_mut().find(|bake| bake.place == place);
    bake.filter(|bake| !bake.is_finished())
        .ok_or(Impossible::Missing("running bake"))
}

/// The attempt, if facts may still be added to it.
pub(super) fn working(pipeline: &mut Pipeline, id: AttemptId) -> Result<&mut Attempt, Impossible> {
    let attempt = pipeline.attempt_mut(id)?;
    if attempt.is_active() {
        Ok(attempt)
    } else {
        Err(Impossible::Terminal(format!(
            "{id} is {} already",
            attempt.state.word()
        )))
    }
}

pub(super) fn gate(attempt: &mut Attempt, index: usize) -> Result<&mut GateProgress, Impossible> {
    attempt
        .gates
        .get_mut(index)
        .ok_or(Impossible::Missing("gate"))
}
