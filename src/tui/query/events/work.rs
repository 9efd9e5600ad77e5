//! Attempts, their steps, bakes and gates as lines of the event log.

use super::{Told, place};
use crate::model::{
    AttemptId, BakePlace, Cause, Effect, Fact, Pipeline, Purpose, StageName, StepResult,
};

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller routes by kind")]
pub(super) fn attempt(pipeline: &Pipeline, fact: &Fact) -> Told {
    let told = |kind, id: AttemptId, text: String| at(pipeline, kind, id, &text);
    match fact {
        Fact::AttemptStarted {
            stage,
            release,
            purpose,
            rollout,
            ..
        } => {
            let targets = rollout.targets().count();
            let (kind, text) = match purpose {
                Purpose::Forward if targets == 0 => ("BUILD", format!("{release} starts")),
                Purpose::Forward => ("DEPLOY", format!("{release} starts, {targets} targets")),
                Purpose::Rollback(rollback) => (
                    "ROLLBACK",
                    format!(
                        "of {release}, {targets} targets: {}",
                        cause(&rollback.cause)
                    ),
                ),
            };
            Told::by_pipeline(kind, Some(stage.clone()), text)
        }
        Fact::StepStarted { owed } => {
            let stage = match &owed.effect {
                Effect::Build { .. } | Effect::Check { .. } => StageName::build(),
                Effect::Deploy(deployment) => deployment.stage.clone(),
                Effect::Test { stage, .. } => stage.clone(),
            };
            Told::by_pipeline(
                "STEP",
                Some(stage),
                format!("{} ({})", owed.effect.title(), owed.id),
            )
        }
        Fact::StepRetried { id, why, after } => Told::by_pipeline(
            "RETRY",
            None,
            format!("{id} again in {}: {why}", after.short()),
        ),
        Fact::StepFinished { id, result } => {
            Told::by_pipeline("STEP", None, format!("{id} {}", result_text(result)))
        }
        Fact::StepAbandoned { id, why } => {
            Told::by_pipeline("STEP", None, format!("{id} abandoned: {why}"))
        }
        Fact::StaleResult { id, result } => Told::by_pipeline(
            "LATE",
            None,
            format!("{id} {}; it changes nothing", result_text(result)),
        ),
        Fact::DeploymentDone { attempt } => told("DEPLOY", *attempt, "deployed".to_owned()),
        Fact::AttemptPaused { attempt, why } => told("PAUSE", *attempt, format!("paused: {why}")),
        Fact::AttemptResumed { attempt } => told("RESUME", *attempt, "goes on".to_owned()),
        Fact::AttemptPassed { attempt } => told("PASS", *attempt, "passed".to_owned()),
        Fact::AttemptFailed { attempt, why } => told("FAIL", *attempt, format!("failed: {why}")),
        Fact::AttemptPreempted { attempt, by } => {
            told("ROLLBACK", *attempt, format!("gives way to {by}"))
        }
        Fact::AttemptWithdrawn { attempt, why } => {
            told("SKIP", *attempt, format!("withdrawn: {why}"))
        }
        Fact::RolledBack { attempt } => told("ROLLBACK", *attempt, "is rolled back".to_owned()),
        other => Told::by_pipeline("OTHER", None, format!("{other:?}")),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller routes by kind")]
pub(super) fn bake(pipeline: &Pipeline, fact: &Fact) -> Told {
    let told = |id: AttemptId, text: String| at(pipeline, "BAKE", id, &text);
    match fact {
        Fact::BakeStarted {
            attempt,
            place,
            rule,
        } => {
            let points = match rule.points {
                0 => String::new(),
                points => format!(" and {points} points"),
            };
            told(
                *attempt,
                format!("{} starts: {}{points}", words(*place), rule.time.short()),
            )
        }
        Fact::BakeCounted {
            attempt,
            place,
            healthy,
            points,
        } => {
            let text = format!(
                "{} +{} healthy, +{points} points",
                words(*place),
                healthy.short()
            );
            told(*attempt, text)
        }
        Fact::BakePaused {
            attempt,
            place,
            why,
        } => told(*attempt, format!("{} paused: {why}", words(*place))),
        Fact::BakeResumed { attempt, place } => {
            told(*attempt, format!("{} goes on", words(*place)))
        }
        Fact::BakeRestarted {
            attempt,
            place,
            why,
        } => told(*attempt, format!("{} from zero: {why}", words(*place))),
        Fact::BakeFinished { attempt, place } => told(*attempt, format!("{} done", words(*place))),
        other => Told::by_pipeline("OTHER", None, format!("{other:?}")),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller routes by kind")]
pub(super) fn gate(pipeline: &Pipeline, fact: &Fact) -> Told {
    let title = |id: AttemptId, index: usize| {
        let gate = pipeline
            .attempt(id)
            .and_then(|attempt| attempt.gates.get(index));
        gate.map_or_else(|| format!("gate {}", index + 1), |gate| gate.gate.title())
    };
    match fact {
        Fact::ApprovalRequested { attempt, gate } => {
            let text = format!("{} requested", title(*attempt, *gate));
            at(pipeline, "WAIT", *attempt, &text)
        }
        Fact::Approved {
            attempt, gate, by, ..
        } => {
            let text = format!("{} given", title(*attempt, *gate));
            Told {
                actor: by.to_string(),
                ..at(pipeline, "APPROVE", *attempt, &text)
            }
        }
        Fact::GatePassed { attempt, gate } => at(
            pipeline,
            "GATE",
            *attempt,
            &format!("{} passed", title(*attempt, *gate)),
        ),
        Fact::Rejected {
            attempt,
            by,
            reason,
            ..
        } => {
            let text = format!("rejected: {reason}");
            Told {
                actor: by.to_string(),
                ..at(pipeline, "REJECT", *attempt, &text)
            }
        }
        other => Told::by_pipeline("OTHER", None, format!("{other:?}")),
    }
}

/// A line about an attempt: its stage in its place, its release before the text.
fn at(pipeline: &Pipeline, kind: &'static str, id: AttemptId, text: &str) -> Told {
    match place(pipeline, id) {
        Some((stage, release)) => Told::by_pipeline(kind, Some(stage), format!("{release} {text}")),
        None => Told::by_pipeline(kind, None, format!("attempt {id} {text}")),
    }
}

fn words(place: BakePlace) -> String {
    match place {
        BakePlace::Batch { lane, batch } => {
            format!("bake of batch {} in lane {}", batch + 1, lane + 1)
        }
        BakePlace::Gate(_) => "bake".to_owned(),
    }
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Alarm { alarm, evidence } => format!("alarm {alarm}, {evidence}"),
        Cause::Deployment { target, evidence } => format!("{target}: {evidence}"),
        Cause::Operator { by, reason } => format!("{by}: {reason}"),
    }
}

fn result_text(result: &StepResult) -> String {
    match result {
        StepResult::Succeeded { took, .. } => format!("succeeded in {}", took.short()),
        StepResult::Failed { took, why } => format!("FAILED after {}: {why}", took.short()),
        StepResult::Infrastructure { why, .. } => format!("infrastructure error: {why}"),
        StepResult::Unknown { why } => format!("outcome UNKNOWN: {why}"),
    }
}
