//! Rollback: redeploying the last good release. It ignores windows, alarms, holds, tests, approvals
//! and bake (DESIGN.md 5, rules 10 to 12); what it takes back is quarantined. It pre-empts a
//! running deployment, and is itself never rolled back automatically.

use crate::engine::{attempt, draft::Draft, rollout, ticket};
use crate::model::{
    AlarmLevel, AlarmName, Attempt, AttemptId, Cause, Fact, Fingerprint, Phase, Pipeline, Purpose,
    ReleaseId, Rollback, Sha, Stage, StageName, TargetName,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a rollback would do.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) release: ReleaseId,
    /// The changes that are taken back and go into quarantine.
    pub(super) changes: Vec<Sha>,
    /// The stages that have something to take back, in the order of the board.
    pub(super) stages: Vec<(StageName, Rollback)>,
}

/// Which stages a rollback looks at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    Stage(&'a StageName),
    Everywhere,
}

/// Works out, target by target, where a rollback of a release would go.
pub(super) fn intend(
    pipeline: &Pipeline,
    scope: Scope<'_>,
    release: ReleaseId,
    cause: &Cause,
) -> Intent {
    let columns = pipeline.columns().into_iter().filter(|column| match scope {
        Scope::Stage(only) => column == only,
        Scope::Everywhere => true,
    });
    let stages: Vec<&Stage> = columns
        .filter_map(|column| pipeline.in_force(&column)?.stage(&column))
        .collect();
    let changes = suspects(pipeline, &stages, release);
    let with_rollbacks = stages.iter().filter_map(|stage| {
        let held = holding(pipeline, stage, release, &changes, scope);
        let rollback = destinations(pipeline, held, release, &changes, cause);
        let empty = rollback.destinations.is_empty() && rollback.skipped.is_empty();
        (!empty).then(|| (stage.name.clone(), rollback))
    });
    let stages = with_rollbacks.collect();
    Intent {
        release,
        changes,
        stages,
    }
}

/// The changes that are new with a release where it is being rolled back: those not in the newest
/// release that has proven good there, production counting more than test stages.
fn suspects(pipeline: &Pipeline, stages: &[&Stage], release: ReleaseId) -> Vec<Sha> {
    let proven = |stage: &&&Stage| {
        let targets = stage
            .targets()
            .filter_map(|(_, _, target)| pipeline.targets.get(target));
        targets
            .filter_map(|target| {
                target
                    .good
                    .iter()
                    .map(|g| g.release)
                    .filter(|g| *g < release)
                    .max()
            })
            .max()
    };
    let production = stages
        .iter()
        .filter(|stage| stage.phase == Phase::Production);
    let base = production.filter_map(|stage| proven(&stage)).max();
    let base = base.or_else(|| stages.iter().filter_map(|stage| proven(&stage)).max());
    let base = base.or_else(|| pipeline.releases.get(release).and_then(|r| r.parent));
    pipeline
        .releases
        .changes_since(release, base)
        .into_iter()
        .map(|c| c.sha.clone())
        .collect()
}

/// The targets of a stage that run the release, or anything with its changes, or are being given it.
fn holding(
    pipeline: &Pipeline,
    stage: &Stage,
    release: ReleaseId,
    changes: &[Sha],
    scope: Scope<'_>,
) -> Vec<TargetName> {
    let bad = |candidate: ReleaseId| match scope {
        Scope::Stage(_) => candidate == release,
        Scope::Everywhere => changes
            .iter()
            .any(|change| pipeline.releases.carries(candidate, change)),
    };
    let attempt = pipeline
        .stage(&stage.name)
        .and_then(|state| state.attempt.as_ref());
    let touched: BTreeSet<&TargetName> = attempt
        .filter(|attempt| !attempt.is_rollback() && bad(attempt.release))
        .map(|attempt| attempt.touched().collect())
        .unwrap_or_default();
    stage
        .targets()
        .filter(
            |(_, _, target)| match pipeline.targets.get(*target).and_then(|t| t.running) {
                Some(running) => {
                    bad(running)
                        || (touched.contains(target) && running != release && {
                            pipeline
                                .targets
                                .get(*target)
                                .is_some_and(|t| t.step.is_some())
                        })
                }
                None => touched.contains(target),
            },
        )
        .map(|(_, _, target)| target.clone())
        .collect()
}

/// Where each target goes: the last release that finished its bake there, does not carry what is
/// taken back and is not in quarantine itself. Later edits of the definition play no part.
fn destinations(
    pipeline: &Pipeline,
    targets: Vec<TargetName>,
    release: ReleaseId,
    changes: &[Sha],
    cause: &Cause,
) -> Rollback {
    let fit = |candidate: ReleaseId| {
        candidate != release
            && pipeline.quarantined(candidate).is_none()
            && !changes
                .iter()
                .any(|change| pipeline.releases.carries(candidate, change))
            && pipeline
                .releases
                .get(candidate)
                .is_some_and(|r| r.artifact.is_some())
    };
    let mut rollback = Rollback {
        cause: cause.clone(),
        destinations: BTreeMap::new(),
        skipped: BTreeMap::new(),
    };
    for target in targets {
        let good = pipeline
            .targets
            .get(&target)
            .map(|t| t.good.iter().map(|good| good.release).collect::<Vec<_>>())
            .unwrap_or_default();
        if let Some(destination) = good.into_iter().rev().find(|candidate| fit(*candidate)) {
            rollback.destinations.insert(target, destination);
        } else {
            let why = "no earlier release has finished its bake here".to_owned();
            rollback.skipped.insert(target, why);
        }
    }
    rollback
}

/// Carries an intent out: quarantine first, then one rollback attempt per stage.
pub(super) fn carry_out(draft: &mut Draft<'_>, intent: Intent, cause: &Cause) {
    let why = cause.words();
    draft.record(Fact::Quarantined {
        release: intent.release,
        changes: intent.changes,
        why: why.clone(),
    });
    let mut first = None;
    for (name, rollback) in intent.stages {
        let definition = draft.in_force(&name);
        let Some(stage) = definition.as_ref().and_then(|d| d.stage(&name)) else {
            continue;
        };
        if rollback.destinations.is_empty() {
            attempt::fail(draft, &name, &format!("{why}; nowhere to roll back to"));
            continue;
        }
        first.get_or_insert_with(|| name.clone());
        let id = AttemptId(draft.pipeline.counters.attempts + 1);
        if let Some(running) = draft.active(&name).map(|attempt| attempt.id) {
            attempt::abandon_steps(draft, running, "a rollback takes over");
            draft.record(Fact::AttemptPreempted {
                attempt: running,
                by: id,
            });
        }
        draft.record(Fact::AttemptStarted {
            attempt: id,
            stage: name,
            release: intent.release,
            rollout: rollout::backward(stage, &rollback),
            purpose: Purpose::Rollback(rollback),
            gates: Vec::new(),
            baselined: BTreeSet::new(),
            evidence: Fingerprint::of(&why),
        });
    }
    if let Some(stage) = first {
        let title = format!("{} is rolled back: {why}", intent.release);
        let cause = format!("rollback/{}", intent.release);
        ticket::open(draft, &cause, title, &stage, intent.release);
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
    let scope = Scope::Stage(stage);
    let intent = intend(&draft.pipeline, scope, release, cause);
    if intent.stages.is_empty() {
        attempt::fail(draft, stage, &cause.words());
    } else {
        carry_out(draft, intent, cause);
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
    stage.alarms.iter().find_map(|alarm| {
        let state = draft.pipeline.alarms.get(alarm)?;
        // An alarm that cleared and fires again is news.
        let baselined = attempt.baselined.contains(alarm) && state.since <= attempt.started;
        let known = baselined || is_overridden(draft, attempt, alarm);
        let since = draft.now.since(attempt.started).short();
        let value = state
            .value
            .map(|value| format!(" at {value}"))
            .unwrap_or_default();
        let fires = state.level == AlarmLevel::Firing && !known;
        fires.then(|| {
            (
                alarm.clone(),
                format!("alarm {alarm} fires{value}, {since} into the attempt"),
            )
        })
    })
}

/// Whether the alarm's blocker was overridden for this attempt while it fired (rule 8).
fn is_overridden(draft: &Draft<'_>, attempt: &Attempt, alarm: &AlarmName) -> bool {
    let Some(state) = draft.pipeline.alarms.get(alarm) else {
        return false;
    };
    let blocker = crate::model::BlockerId(format!("alarm/{alarm}"));
    draft.pipeline.guards.overrides.values().any(|given| {
        let entry = (&attempt.stage, attempt.release);
        given.covers(entry, (&blocker, state.since), draft.now)
    })
}
