//! What came back from outside, taken in: the end of a step, a moved branch, a round of readings.
//! Infrastructure errors are retried with a limit and then pause for a person; only evidence about
//! the change fails or rolls back (DESIGN.md 5, rules 13 and 14).

use crate::engine::{attempt, bake, draft::Draft, rollback, source};
use crate::model::{
    AlarmLevel, AlarmState, Attempt, Cause, Effect, EffectId, Fact, Measure, Observation, Outcome,
    Owed, Phase, Reading, Span, StepResult,
};

/// How often a step is tried in all before a person is asked.
const TRIES_MAX: u32 = 3;

pub(super) fn take(draft: &mut Draft<'_>, outcome: Outcome) {
    // Before there is a definition nothing is watched or owed, so nothing can be meant.
    if draft.definition().is_none() {
        return;
    }
    match outcome {
        Outcome::Step { id, result } => step_ended(draft, id, result),
        Outcome::Head(head) => source::moved(draft, head),
        Outcome::SourceFailed { source, why } => source::failed(draft, source, why),
        Outcome::Observed(observation) => observed(draft, &observation),
        Outcome::ClockStepped { from, to } => draft.record(Fact::ClockStepped { from, to }),
    }
}

fn step_ended(draft: &mut Draft<'_>, id: EffectId, result: StepResult) {
    let Some(owed) = draft.pipeline.steps.get(&id).cloned() else {
        draft.record(Fact::StaleResult { id, result });
        return;
    };
    if let StepResult::Infrastructure { why, .. } = &result
        && owed.tries < TRIES_MAX
    {
        let after = Span::seconds(1 << owed.tries);
        draft.record(Fact::StepRetried {
            id,
            why: why.clone(),
            after,
        });
        return;
    }
    draft.record(Fact::StepFinished {
        id,
        result: result.clone(),
    });
    match &result {
        StepResult::Succeeded { artifact, .. } => built_something(draft, &owed, artifact.is_some()),
        StepResult::Failed { why, .. } => evidence(draft, &owed, why),
        StepResult::Infrastructure { why, .. } => {
            let why = format!(
                "{} did not work {TRIES_MAX} times: {why}",
                owed.effect.title()
            );
            pause(draft, &owed, &why);
        }
        StepResult::Unknown { why } => {
            let why = format!("nobody knows how {} ended: {why}", owed.effect.title());
            pause(draft, &owed, &why);
        }
    }
}

/// A build that succeeded without an artifact is no build.
fn built_something(draft: &mut Draft<'_>, owed: &Owed, artifact: bool) {
    if matches!(owed.effect, Effect::Build { .. }) && !artifact {
        evidence(draft, owed, "the build ended well but left no artifact");
    }
}

fn pause(draft: &mut Draft<'_>, owed: &Owed, why: &str) {
    let stage = draft
        .pipeline
        .attempt(owed.attempt)
        .filter(|attempt| !attempt.is_rollback())
        .map(|attempt| attempt.stage.clone());
    if let Some(stage) = stage {
        attempt::pause(draft, &stage, why);
    }
}

/// Evidence against the change: in production it rolls the stage back, before production it fails
/// the attempt. A rollback that fails waits for a person; it is never rolled back itself (rule 11).
fn evidence(draft: &mut Draft<'_>, owed: &Owed, why: &str) {
    let Some(found) = draft
        .pipeline
        .attempt(owed.attempt)
        .filter(|a| a.is_active())
    else {
        return;
    };
    let (stage, release, is_rollback) = (found.stage.clone(), found.release, found.is_rollback());
    let why = format!("{}: {why}", owed.effect.title());
    let definition = draft.in_force(&stage);
    let phase = definition
        .as_ref()
        .and_then(|d| d.stage(&stage))
        .map(|stage| stage.phase);
    if is_rollback {
        // The other targets go on; the attempt is paused when none is left (`rollout::drive`).
        return;
    }
    if phase == Some(Phase::Production) {
        let cause = match &owed.effect {
            Effect::Deploy(deployment) => Cause::Deployment {
                target: Some(deployment.target.clone()),
                evidence: why,
            },
            Effect::Build { .. }
            | Effect::Check { .. }
            | Effect::Coverage { .. }
            | Effect::Test { .. } => Cause::Deployment {
                target: None,
                evidence: why,
            },
        };
        rollback::automatic(draft, &stage, release, &cause);
    } else {
        attempt::fail(draft, &stage, &why);
    }
}

/// A value that rose by half while the alarm fires is recorded; anything less is not, so that a
/// long alarm costs a few facts.
fn worsened(draft: &mut Draft<'_>, reading: &Reading) {
    let (AlarmLevel::Firing, Some(value)) = (reading.level, reading.value) else {
        return;
    };
    let Some(before) = draft.pipeline.alarms.get(&reading.alarm) else {
        return;
    };
    let now = AlarmState {
        value: Some(value),
        ..before.clone()
    };
    let news = |known: &Option<Measure>| now.is_worse_than(*known) && !before.is_worse_than(*known);
    // What an attempt knew of it may be less than what is recorded.
    let is_news = news(&before.value) || {
        let knows = |attempt: &Attempt| attempt.baselined.get(&reading.alarm).is_some_and(news);
        draft.pipeline.active().any(knows)
    };
    if is_news {
        draft.record(Fact::AlarmWorsened {
            alarm: reading.alarm.clone(),
            value,
        });
    }
}

/// The shortest time between two reasons of an alarm without data: a source that fails each time in
/// another way must not fill the journal.
const REASON_LASTS: Span = Span::minutes(1);

/// An alarm that stays without data says why as it is, not as it was when that began.
fn reasoned(draft: &mut Draft<'_>, reading: &Reading, before: &AlarmState) {
    let changed = reading.level == AlarmLevel::NoData && reading.why != before.why;
    if changed && draft.now.since(before.why_since) >= REASON_LASTS {
        let state = AlarmState {
            why: reading.why.clone(),
            why_since: draft.now,
            ..before.clone()
        };
        draft.record(Fact::AlarmChanged {
            alarm: reading.alarm.clone(),
            state,
        });
    }
}

/// What there is to tell of a level that begins: why there is no data; of an alarm that fires, what its
/// source found and what that has to do with the deployments under way.
fn story(draft: &Draft<'_>, reading: &Reading) -> String {
    let pipeline = &draft.pipeline;
    let alarm = pipeline.watched().get(&reading.alarm).copied();
    let fires = reading.level == AlarmLevel::Firing;
    let attribution = alarm.filter(|_| fires);
    let attribution = attribution.map(|alarm| pipeline.attribution(alarm, reading, draft.now));
    let parts = [reading.why.clone(), attribution.unwrap_or_default()];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

fn observed(draft: &mut Draft<'_>, observation: &Observation) {
    for reading in &observation.readings {
        if !draft.pipeline.watched().contains_key(&reading.alarm) {
            continue;
        }
        let before = draft.pipeline.alarms.get(&reading.alarm).cloned();
        if let Some(before) = before.filter(|before| before.level == reading.level) {
            worsened(draft, reading);
            reasoned(draft, reading, &before);
            continue;
        }
        let state = AlarmState {
            level: reading.level,
            since: draft.now,
            value: reading.value,
            why: story(draft, reading),
            why_since: draft.now,
        };
        draft.record(Fact::AlarmChanged {
            alarm: reading.alarm.clone(),
            state,
        });
    }
    bake::observe(draft, observation);
}
