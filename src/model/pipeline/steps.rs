//! The fold of steps: what is owed, what a step is at work on, and what its end leaves on gates and
//! targets. It knows no attempt's lifecycle beyond whether it still counts.

use crate::model::pipeline::gates::{gate, working};
use crate::model::planted::{Bug, planted};
use crate::model::{
    AttemptId, Deployment, Effect, EffectId, Fact, GateState, Impossible, Pipeline, Progress,
    ReleaseId, StepResult, Time,
};
use std::sync::Arc;

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
pub(super) fn fold(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    match fact {
        Fact::StepStarted { owed } => {
            pipeline.counters.effects += 1;
            pipeline.steps.insert(owed.id.clone(), owed.clone());
            begin(pipeline, at, owed.attempt, &owed.id, &owed.effect)
        }
        Fact::StepRetried { id, after, .. } => {
            let owed = pipeline
                .steps
                .get_mut(id)
                .ok_or(Impossible::Missing("step"))?;
            if planted(Bug::RetryForgotten) {
                pipeline.steps.remove(id);
                return Ok(());
            }
            let owed = Arc::make_mut(owed);
            owed.tries += 1;
            owed.not_before = Some(at + *after);
            Ok(())
        }
        Fact::StepFinished { id, result } => finish(pipeline, at, id, result),
        Fact::StepAbandoned { id, .. } => abandon(pipeline, at, id),
        Fact::StaleResult { .. } => {
            if planted(Bug::StaleResultCounts) {
                let targets = pipeline.targets.values_mut();
                targets.for_each(|target| Arc::make_mut(target).since = Some(at));
            }
            Ok(())
        }
        other => Err(Impossible::stray(other)),
    }
}

/// Marks what a step that starts is at work on.
fn begin(
    pipeline: &mut Pipeline,
    at: Time,
    attempt: AttemptId,
    id: &EffectId,
    effect: &Effect,
) -> Result<(), Impossible> {
    let step = id.clone();
    match effect {
        Effect::Build { .. } => working(pipeline, attempt)?.building = Some(step),
        Effect::Check { gate: index, .. }
        | Effect::Coverage { gate: index, .. }
        | Effect::Test { gate: index, .. } => {
            let attempt = working(pipeline, attempt)?;
            gate(attempt, *index)?.state = GateState::Running { step, since: at };
        }
        Effect::Deploy(deployment) => {
            let attempt = working(pipeline, attempt)?;
            let running = Progress::Running {
                step: step.clone(),
                since: at,
            };
            attempt.progress.insert(deployment.target.clone(), running);
            attempt.touch(&deployment.target, at);
            let target = pipeline.target_mut(&deployment.target);
            target.epoch = target.epoch.max(deployment.epoch);
            target.begun(deployment.part);
            target.step = Some(step);
        }
    }
    Ok(())
}

fn finish(
    pipeline: &mut Pipeline,
    at: Time,
    id: &EffectId,
    result: &StepResult,
) -> Result<(), Impossible> {
    let owed = pipeline
        .steps
        .remove(id)
        .ok_or(Impossible::Missing("step"))?;
    if let (StepResult::Succeeded { took, .. }, Some(name)) = (result, owed.effect.name()) {
        let stage = pipeline.attempt_mut(owed.attempt)?.stage.clone();
        pipeline
            .stage_mut(&stage)?
            .took
            .insert(name.to_owned(), *took);
    }
    match &owed.effect {
        Effect::Build { release, .. } => {
            built(pipeline, *release, result)?;
            pipeline.attempt_mut(owed.attempt)?.building = None;
        }
        Effect::Check { gate: index, .. }
        | Effect::Coverage { gate: index, .. }
        | Effect::Test { gate: index, .. } => {
            let state = match result {
                StepResult::Succeeded { .. } => GateState::Passed { at },
                StepResult::Failed { why, .. } => GateState::Failed {
                    at,
                    why: why.clone(),
                },
                StepResult::Infrastructure { .. } | StepResult::Unknown { .. } => {
                    GateState::Waiting
                }
            };
            gate(pipeline.attempt_mut(owed.attempt)?, *index)?.state = state;
        }
        Effect::Deploy(deployment) => deployed(pipeline, at, (owed.attempt, deployment), result)?,
    }
    Ok(())
}

/// What the end of a deployment leaves on its target.
fn deployed(
    pipeline: &mut Pipeline,
    at: Time,
    (attempt, deployment): (AttemptId, &Deployment),
    result: &StepResult,
) -> Result<(), Impossible> {
    let progress = match result {
        StepResult::Succeeded { .. } if deployment.more => Progress::Waiting,
        StepResult::Succeeded { .. } => Progress::Done { at },
        StepResult::Unknown { .. } if planted(Bug::UnknownIsSuccess) => Progress::Done { at },
        StepResult::Failed { why, .. } | StepResult::Infrastructure { why, .. } => {
            Progress::Failed {
                at,
                why: why.clone(),
            }
        }
        StepResult::Unknown { why } => Progress::Unknown {
            at,
            why: why.clone(),
        },
    };
    let attempt = pipeline.attempt_mut(attempt)?;
    if progress == Progress::Waiting && attempt.is_planned(&deployment.target, deployment.part) {
        *attempt
            .finished
            .entry(deployment.target.clone())
            .or_default() += 1;
    }
    attempt.progress.insert(deployment.target.clone(), progress);
    let target = pipeline.target_mut(&deployment.target);
    target.step = None;
    if let StepResult::Succeeded { took, .. } = result {
        target.measured(deployment.part, *took);
        target.reached(deployment, at);
    } else {
        target.lost(deployment, at);
        target.since = Some(at);
    }
    Ok(())
}

/// A release is what it was built as, once (INVARIANTS.md I06, I24).
fn built(pipeline: &mut Pipeline, id: ReleaseId, result: &StepResult) -> Result<(), Impossible> {
    let StepResult::Succeeded {
        artifact: Some(artifact),
        ..
    } = result
    else {
        return Ok(());
    };
    let release = pipeline.releases.get_mut(id);
    let release = release.ok_or(Impossible::Missing("release"))?;
    let before = release.artifact.as_ref();
    if before.is_some_and(|before| before.digest != artifact.digest) {
        return Err(Impossible::Terminal(format!("{id} was built already")));
    }
    release.artifact = Some(artifact.clone());
    Ok(())
}

/// A step stops being owed without a result; what it did to its target is not known.
fn abandon(pipeline: &mut Pipeline, at: Time, id: &EffectId) -> Result<(), Impossible> {
    let owed = pipeline
        .steps
        .remove(id)
        .ok_or(Impossible::Missing("step"))?;
    match &owed.effect {
        Effect::Build { .. } => {}
        Effect::Check { gate: index, .. }
        | Effect::Coverage { gate: index, .. }
        | Effect::Test { gate: index, .. } => {
            // No attempt ends with a test that still seems to run.
            gate(pipeline.attempt_mut(owed.attempt)?, *index)?.state = GateState::Waiting;
        }
        Effect::Deploy(deployment) => {
            let target = pipeline.target_mut(&deployment.target);
            target.step = None;
            target.lost(deployment, at);
        }
    }
    Ok(())
}
