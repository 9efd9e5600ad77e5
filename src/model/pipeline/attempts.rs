//! The fold of attempts: how they start, end and leave releases good on targets. Terminal states
//! absorb: a fact that would leave one is impossible (INVARIANTS.md I29).

use crate::model::pipeline::gates::gate;
use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmName, Attempt, AttemptId, AttemptState, Fact, GOOD_KEPT, Gate, GateState, Good,
    Impossible, Lapse, PAST_KEPT, PastAttempt, Pipeline, Progress, Purpose, Rejection, ReleaseId,
    StageName, StageState, Time,
};
use std::{collections::BTreeMap, sync::Arc};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
pub(super) fn fold(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    match fact {
        Fact::AttemptStarted { .. } => start(pipeline, at, fact),
        Fact::AttemptResumed { attempt } => resume(pipeline, *attempt),
        Fact::AttemptPassed { attempt } => pass(pipeline, at, *attempt),
        Fact::Rejected {
            attempt,
            gate: index,
            by,
            reason,
        } => {
            let why = format!("rejected by {by}: {reason}");
            let turned = pipeline.attempt_mut(*attempt)?;
            gate(turned, *index)?.state = GateState::Failed {
                at,
                why: why.clone(),
            };
            let (stage, release) = (turned.stage.clone(), turned.release);
            let no = Rejection {
                at,
                why: why.clone(),
            };
            if !planted(Bug::RejectForgotten) {
                pipeline.stage_mut(&stage)?.rejected.insert(release, no);
            }
            enter(pipeline, *attempt, AttemptState::Withdrawn { at, why })
        }
        Fact::DeploymentDone { attempt } => enter(pipeline, *attempt, AttemptState::Approving),
        Fact::AttemptPaused { attempt, why } => enter(
            pipeline,
            *attempt,
            AttemptState::Paused {
                since: at,
                why: why.clone(),
            },
        ),
        Fact::AttemptFailed { attempt, why } => enter(
            pipeline,
            *attempt,
            AttemptState::Failed {
                at,
                why: why.clone(),
            },
        ),
        Fact::AttemptPreempted { attempt, by } => {
            enter(pipeline, *attempt, AttemptState::Preempted { at, by: *by })
        }
        Fact::AttemptWithdrawn { attempt, why } => enter(
            pipeline,
            *attempt,
            AttemptState::Withdrawn {
                at,
                why: why.clone(),
            },
        ),
        Fact::PromotionLapsed {
            stage,
            release,
            attempt,
        } => lapsed(pipeline, stage, *release, *attempt),
        Fact::RolledBack { attempt } => enter(pipeline, *attempt, AttemptState::RolledBack { at }),
        other => Err(Impossible::stray(other)),
    }
}

fn start(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    let Fact::AttemptStarted {
        attempt: id,
        stage,
        release,
        purpose,
        rollout,
        gates,
        baselined,
        ..
    } = fact
    else {
        return Err(Impossible::stray(fact));
    };
    let mut progress: BTreeMap<_, _> = rollout
        .targets()
        .map(|target| (target.clone(), Progress::Waiting))
        .collect();
    if let Purpose::Rollback(rollback) = purpose {
        let skipped = rollback.skipped.iter();
        progress.extend(
            skipped.map(|(target, why)| (target.clone(), Progress::Skipped { why: why.clone() })),
        );
    }
    let newest = pipeline.definition.as_ref();
    let definition = newest
        .ok_or(Impossible::Missing("definition"))?
        .digest
        .clone();
    let attempt = Attempt {
        id: *id,
        stage: stage.clone(),
        release: *release,
        purpose: purpose.clone(),
        definition,
        started: at,
        first_touch: None,
        state: AttemptState::Deploying,
        progress,
        finished: BTreeMap::new(),
        rollout: rollout.clone(),
        bakes: Vec::new(),
        gates: gates.clone(),
        building: None,
        baselined: baselined
            .iter()
            .map(|alarm| {
                let state = pipeline.alarms.get(alarm);
                (alarm.clone(), state.and_then(|state| state.value))
            })
            .collect(),
    };
    pipeline.counters.attempts = pipeline.counters.attempts.max(id.0);
    let state = pipeline.stage_mut(stage)?;
    if let Some(active) = state.attempt.as_ref().filter(|before| before.is_active()) {
        return Err(Impossible::Terminal(format!(
            "{id} starts while {} is active",
            active.id
        )));
    }
    if *purpose == Purpose::Forward {
        state.enters(*release);
    }
    remember(state);
    let is_rollback = attempt.is_rollback();
    state.attempt = Some(attempt);
    if is_rollback {
        withdraw_promotions(pipeline, stage);
    }
    Ok(())
}

/// What was rolled back in a stage has not passed it any more: it leaves the queues after it.
fn withdraw_promotions(pipeline: &mut Pipeline, stage: &StageName) {
    let Some(definition) = pipeline.definition.clone() else {
        return;
    };
    for later in definition
        .columns()
        .skip_while(|column| column != stage)
        .skip(1)
    {
        let waiting = pipeline.stage(&later).into_iter().flat_map(|s| &s.waiting);
        let bad: Vec<ReleaseId> = waiting
            .map(|(release, _)| *release)
            .filter(|release| pipeline.quarantined(*release).is_some())
            .collect();
        if let Ok(state) = pipeline.stage_mut(&later) {
            state.keep_waiting(|release| !bad.contains(&release));
        }
    }
}

/// After a quarantine was lifted, what had been in the first stage that was rolled back for it
/// enters there again: it need not be the named release, but one that carried its changes. Stages
/// put in between have not approved it and come first (DESIGN.md 5, rule 1).
pub(super) fn requeue(pipeline: &mut Pipeline, at: Time, release: ReleaseId) {
    let Some(definition) = pipeline.definition.clone() else {
        return;
    };
    let back = definition.columns().find(|column| {
        let attempt = pipeline
            .stage(column)
            .and_then(|state| state.attempt.as_ref());
        attempt.is_some_and(|attempt| attempt.is_rollback() && attempt.release == release)
    });
    let before = back.and_then(|stage| {
        let mut past = pipeline.stage(&stage)?.past.iter();
        let before = past.find(|past| !past.rollback)?.release;
        Some((stage, before))
    });
    let Some((stage, before)) = before else {
        return;
    };
    let earlier = definition.columns().take_while(|column| *column != stage);
    let earlier: Vec<StageName> = earlier.collect();
    let approved = |column: &StageName| {
        let state = pipeline.stage(column);
        state.is_some_and(|state| state.approved.contains(&before))
    };
    let next = earlier.iter().rposition(approved).map(|place| place + 1);
    let first = next.and_then(|place| earlier.get(place)).unwrap_or(&stage);
    if let Ok(state) = pipeline.stage_mut(first) {
        state.enqueue([(before, at)]);
    }
}

/// An alarm that has cleared is news when it fires again, whoever knew of it before.
pub(super) fn forget_baseline(pipeline: &mut Pipeline, alarm: &AlarmName) {
    let knows = |state: &&mut Arc<StageState>| {
        let attempt = state.attempt.as_ref();
        attempt.is_some_and(|attempt| attempt.baselined.contains_key(alarm))
    };
    for state in pipeline.stages.values_mut().filter(knows) {
        if let Some(attempt) = &mut Arc::make_mut(state).attempt {
            attempt.baselined.remove(alarm);
        }
    }
}

/// Moves the ended attempt of a stage to its past.
fn remember(state: &mut StageState) {
    let Some(attempt) = state.attempt.take() else {
        return;
    };
    let past = PastAttempt {
        id: attempt.id,
        release: attempt.release,
        rollback: attempt.is_rollback(),
        started: attempt.started,
        ended: attempt.ended().unwrap_or(attempt.started),
        word: attempt.state.word().to_owned(),
    };
    state.past.insert(0, past);
    state.past.truncate(PAST_KEPT);
}

fn pass(pipeline: &mut Pipeline, at: Time, id: AttemptId) -> Result<(), Impossible> {
    let stage = pipeline.attempt_mut(id)?.stage.clone();
    let mut next = pipeline.next_after(&stage);
    if planted(Bug::StageSkipped) {
        next = next.and_then(|next| pipeline.next_after(&next));
    }
    enter(pipeline, id, AttemptState::Passed { at })?;
    let attempt = pipeline.attempt_mut(id)?;
    let (release, definition) = (attempt.release, attempt.definition.clone());
    let lapse = lapse_of(attempt);
    let targets: Vec<_> = attempt.progress.keys().cloned().collect();
    for name in targets {
        let target = pipeline.target_mut(&name);
        target.good.retain(|good| good.release != release);
        target.good.push(Good {
            release,
            definition: definition.clone(),
        });
        let extra = target.good.len().saturating_sub(GOOD_KEPT);
        target.good.drain(..extra);
    }
    let state = pipeline.stage_mut(&stage)?;
    state.passed = Some((release, at));
    state.approved.retain(|approved| *approved != release);
    state.approved.push(release);
    let extra = state.approved.len().saturating_sub(GOOD_KEPT);
    state.approved.drain(..extra);
    if let Some(next) = next {
        let next = pipeline.stage_mut(&next)?;
        next.enqueue([(release, at)]);
        next.lapses.extend(lapse.map(|lapse| (release, lapse)));
    }
    Ok(())
}

/// When the first of the approvals in an attempt expires.
fn lapse_of(attempt: &Attempt) -> Option<Lapse> {
    let expiries = attempt.gates.iter().filter_map(|gate| {
        let (Gate::Manual(manual), GateState::Passed { at }) = (&gate.gate, &gate.state) else {
            return None;
        };
        Some(*at + manual.expires?)
    });
    let at = expiries
        .min()
        .filter(|_| !planted(Bug::PromotionNeverLapses))?;
    let attempt = attempt.id;
    Some(Lapse { attempt, at })
}

/// The approval of a release has run out: it waits no more, and what it brought is unapproved.
fn lapsed(
    pipeline: &mut Pipeline,
    stage: &StageName,
    release: ReleaseId,
    attempt: AttemptId,
) -> Result<(), Impossible> {
    let waits = |(waiting, _): &(ReleaseId, Time)| *waiting == release;
    let state = pipeline.stage_mut(stage)?;
    if !state.waiting.iter().any(waits) {
        return Err(Impossible::Missing("waiting release"));
    }
    state.keep_waiting(|waits| waits != release);
    let place = pipeline.place_of(attempt).map(|(place, _)| place.clone());
    if let Some(place) = place {
        let approved = &mut pipeline.stage_mut(&place)?.approved;
        approved.retain(|approved| *approved != release);
    }
    Ok(())
}

/// Leaves a pause: what failed for want of infrastructure waits again.
fn resume(pipeline: &mut Pipeline, id: AttemptId) -> Result<(), Impossible> {
    let attempt = pipeline.attempt_mut(id)?;
    if !matches!(attempt.state, AttemptState::Paused { .. }) {
        return Err(Impossible::Terminal(format!("{id} was not paused")));
    }
    let deployed = attempt
        .progress
        .values()
        .all(|p| matches!(p, Progress::Done { .. } | Progress::Skipped { .. }));
    for progress in attempt.progress.values_mut() {
        if matches!(progress, Progress::Failed { .. } | Progress::Unknown { .. }) {
            *progress = Progress::Waiting;
        }
    }
    let approving = deployed && !attempt.progress.is_empty();
    attempt.state = if approving {
        AttemptState::Approving
    } else {
        AttemptState::Deploying
    };
    Ok(())
}

fn enter(pipeline: &mut Pipeline, id: AttemptId, state: AttemptState) -> Result<(), Impossible> {
    let attempt = pipeline.attempt_mut(id)?;
    if !attempt.is_active() {
        return Err(Impossible::Terminal(format!(
            "{id} is {} already",
            attempt.state.word()
        )));
    }
    attempt.state = state;
    Ok(())
}

impl AttemptState {
    /// One word for histories.
    pub fn word(&self) -> &'static str {
        match self {
            AttemptState::Deploying => "deploying",
            AttemptState::Approving => "approving",
            AttemptState::Paused { .. } => "paused",
            AttemptState::Passed { .. } => "passed",
            AttemptState::Failed { .. } => "failed",
            AttemptState::RolledBack { .. } => "rolled back",
            AttemptState::Preempted { .. } => "preempted",
            AttemptState::Withdrawn { .. } => "withdrawn",
        }
    }
}
