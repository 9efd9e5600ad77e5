//! Rollback: redeploying the last good release. It ignores windows, alarms, holds, tests, approvals
//! and bake (DESIGN.md 5, rules 10 to 12); what it takes back is quarantined. It pre-empts a
//! running deployment, and is itself never rolled back automatically.

mod intent;

use crate::engine::{attempt, draft::Draft, rollout, ticket};
use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmLevel, AlarmName, Attempt, AttemptId, Cause, Fact, Fingerprint, Purpose, ReleaseId,
    RollbackScope, StageName,
};
use std::{collections::BTreeSet, sync::Arc};

pub(super) use intent::{Intent, Judge, intend};

/// Carries an intent out: quarantine first, then one rollback attempt per stage.
pub(super) fn carry_out(draft: &mut Draft<'_>, intent: &Intent, cause: &Cause) {
    let why = cause.words();
    if !planted(Bug::NoQuarantine) {
        draft.record(Fact::Quarantined {
            release: intent.release,
            changes: intent.changes.clone(),
            why: why.clone(),
        });
    }
    let mut first = None;
    for (name, rollback) in &intent.stages {
        let definition = draft.in_force(name);
        let Some(stage) = definition.as_ref().and_then(|d| d.stage(name)) else {
            continue;
        };
        if rollback.is_empty() {
            attempt::withdraw(draft, name, &why);
            continue;
        }
        if rollback.destinations.is_empty() {
            attempt::fail(draft, name, &format!("{why}; nowhere to roll back to"));
            continue;
        }
        first.get_or_insert_with(|| name.clone());
        let id = AttemptId(draft.pipeline.counters.attempts + 1);
        if let Some(running) = draft.active(name).map(|attempt| attempt.id) {
            attempt::abandon_steps(draft, running, "a rollback takes over");
            draft.record(Fact::AttemptPreempted {
                attempt: running,
                by: id,
            });
        }
        draft.record(Fact::AttemptStarted {
            attempt: id,
            stage: name.clone(),
            release: intent.release,
            rollout: Arc::new(rollout::backward(
                &draft.pipeline,
                draft.now,
                stage,
                rollback,
            )),
            purpose: Purpose::Rollback(rollback.clone()),
            gates: Vec::new(),
            baselined: BTreeSet::new(),
            evidence: Fingerprint::of(&why),
        });
    }
    if let Some(stage) = first {
        let title = format!("{} is rolled back: {why}", intent.release);
        let ticket = format!("rollback/{}", intent.release);
        let alarm = cause.alarm().cloned();
        ticket::open(draft, &ticket, title, (&stage, intent.release), alarm);
    }
}

/// Rolls one stage back without being asked (rule 11). Where there is nowhere to go it stops the
/// attempt and calls a person.
pub(super) fn automatic(
    draft: &mut Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
    cause: &Cause,
) {
    let scope = RollbackScope::Stage(stage.clone());
    let intent = intend(&draft.pipeline, &scope, release, cause);
    if intent
        .stages
        .iter()
        .all(|(_, rollback)| rollback.is_empty())
    {
        attempt::fail(draft, stage, &cause.words());
    } else {
        carry_out(draft, &intent, cause);
    }
}

/// Rolls a stage back when an alarm of its own fires while an attempt is armed.
pub(super) fn on_alarm(draft: &mut Draft<'_>, stage: &StageName) {
    let Some(attempt) = draft.active(stage).filter(|attempt| attempt.is_armed()) else {
        return;
    };
    let Some((alarm, evidence)) = firing(draft, attempt) else {
        return;
    };
    let release = attempt.release;
    automatic(draft, stage, release, &Cause::Alarm { alarm, evidence });
}

/// The first alarm of the stage that fires and was not known to when the attempt was let start.
fn firing(draft: &Draft<'_>, attempt: &Attempt) -> Option<(AlarmName, String)> {
    let definition = draft.pipeline.definition_of(attempt)?;
    let stage = definition.stage(&attempt.stage)?;
    let watching = definition.alarms_of(stage).into_iter();
    let mut causes = watching.filter(|alarm| alarm.rolls_back());
    causes.find_map(|alarm| {
        let alarm = &alarm.name;
        let state = draft.pipeline.alarms.get(alarm)?;
        let since = draft.now.since(attempt.started).short();
        let value = state
            .value
            .map(|value| format!(" at {value}"))
            .unwrap_or_default();
        let known = attempt.knows(alarm, state) || planted(Bug::AlarmDoesNotRollBack);
        let fires = state.level == AlarmLevel::Firing && !known;
        fires.then(|| {
            let mut evidence = format!("alarm {alarm} fires{value}, {since} into the attempt");
            if !state.why.is_empty() {
                evidence.push_str(": ");
                evidence.push_str(&state.why);
            }
            (alarm.clone(), evidence)
        })
    })
}
