//! The approval workflow: gate after gate, each passed before the next begins, and only after the
//! deployment succeeded. Tests that are declared parallel begin together. The build stage is a
//! workflow too: the build, then its checks.

use crate::engine::{coverage, draft::Draft, request, source};
use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, BakePlace, BakeRule, Effect, Fact, Gate, GateProgress, GateState, StageName, Test,
};

/// Builds the release once; one that has its artifact already goes on to the checks
/// (INVARIANTS.md I06).
pub(super) fn build(draft: &mut Draft<'_>, stage: &StageName) {
    let seen = draft.seen(stage);
    let Some(attempt) = seen.as_ref().and_then(|seen| seen.active()) else {
        return;
    };
    let Some(definition) = draft.in_force(stage) else {
        return;
    };
    let Some(release) = draft.pipeline.releases.get(attempt.release) else {
        return;
    };
    if release.artifact.is_some() && !planted(Bug::BuiltAgain) {
        draft.record(Fact::DeploymentDone {
            attempt: attempt.id,
        });
    } else if attempt.building.is_none() {
        let effect = Effect::Build {
            release: release.id,
            repository: definition.source.repository.clone(),
            sha: release.sha.clone(),
            also: source::pinned(&definition, release),
            run: definition.build.run.clone(),
            artifact: definition.build.artifact.clone(),
            timeout: definition.build.timeout,
        };
        draft.start_step(attempt.id, effect);
    }
}

/// Moves the current gates on, or passes the attempt when none is left.
pub(super) fn drive(draft: &mut Draft<'_>, stage: &StageName) {
    let seen = draft.seen(stage);
    let Some(attempt) = seen.as_ref().and_then(|seen| seen.active()) else {
        return;
    };
    let current = attempt.current_gates();
    if current.is_empty() {
        draft.record(Fact::AttemptPassed {
            attempt: attempt.id,
        });
        crate::engine::ticket::resolve(draft, stage, attempt.release);
    }
    for (index, progress) in current {
        drive_gate(draft, attempt, index, progress);
    }
}

fn drive_gate(draft: &mut Draft<'_>, attempt: &Attempt, index: usize, progress: &GateProgress) {
    let place = BakePlace::Gate(index);
    match (&progress.state, &progress.gate) {
        (GateState::Waiting, Gate::Test(test)) => start_test(draft, attempt, index, test),
        (GateState::Waiting, Gate::Bake(rule)) => {
            let rule = countable(draft, &attempt.stage, *rule);
            draft.record(Fact::BakeStarted {
                attempt: attempt.id,
                place,
                rule,
            });
        }
        (GateState::Waiting, Gate::Coverage(rule)) => coverage::start(draft, attempt, index, rule),
        (GateState::Waiting, Gate::Manual(_)) => {
            draft.record(Fact::ApprovalRequested {
                attempt: attempt.id,
                gate: index,
            });
        }
        (GateState::Baking, _) => {
            if attempt
                .bake(place)
                .is_some_and(crate::model::Bake::is_finished)
            {
                draft.record(Fact::GatePassed {
                    attempt: attempt.id,
                    gate: index,
                });
            }
        }
        (GateState::Asked { .. }, _) => request::drive(draft, attempt),
        (GateState::Running { .. } | GateState::Passed { .. } | GateState::Failed { .. }, _) => {}
    }
}

/// Data points come from the stage's alarms; without any there is nothing to count.
fn countable(draft: &Draft<'_>, stage: &StageName, rule: BakeRule) -> BakeRule {
    let definition = draft.in_force(stage);
    let alarms = definition
        .as_ref()
        .and_then(|d| d.stage(stage))
        .map_or(0, |s| s.alarms.len());
    if alarms == 0 {
        BakeRule { points: 0, ..rule }
    } else {
        rule
    }
}

fn start_test(draft: &mut Draft<'_>, attempt: &Attempt, gate: usize, test: &Test) {
    let Some(definition) = draft.in_force(&attempt.stage) else {
        return;
    };
    let Some(release) = draft.pipeline.releases.get(attempt.release) else {
        return;
    };
    let Some(artifact) = &release.artifact else {
        return;
    };
    let (name, run, timeout) = (test.name.clone(), test.run.clone(), test.timeout);
    let effect = if attempt.stage == StageName::build() {
        Effect::Check {
            release: release.id,
            sha: release.sha.clone(),
            also: source::pinned(&definition, release),
            gate,
            name,
            run,
            timeout,
        }
    } else {
        Effect::Test {
            stage: attempt.stage.clone(),
            release: release.id,
            artifact: artifact.digest.clone(),
            gate,
            name,
            run,
            directory: definition.directory.clone(),
            timeout,
        }
    };
    draft.start_step(attempt.id, effect);
}
