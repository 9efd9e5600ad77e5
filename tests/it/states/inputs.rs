//! The kinds of input that a stage can meet, each as a function that feeds one to a world. It does
//! not know what follows.

use super::Representative;
use crate::scenario::run;
use crate::world::{World, success};
use pilothouse::model::*;

/// Feeds an input; false where there is nothing that it could be about.
pub(super) type Feed = fn(&mut World, &Representative) -> bool;

pub(super) const INPUTS: &[(&str, Feed)] = &[
    ("step succeeds", |world, state| {
        step(world, state, 1, success)
    }),
    ("step fails", |world, state| {
        step(world, state, 1, |_| failed())
    }),
    ("infrastructure error", |world, state| {
        step(world, state, 1, |_| infrastructure())
    }),
    ("three infrastructure errors", |world, state| {
        step(world, state, 3, |_| infrastructure())
    }),
    ("step lost", |world, state| {
        step(world, state, 1, |_| lost())
    }),
    ("stale result", |world, state| {
        say(world, state, "late gone-1")
    }),
    ("alarm fires", |world, state| {
        say(world, state, "observe 10s firing 20")
    }),
    ("alarm has no data", |world, state| {
        say(world, state, "observe 10s nodata 0: no answer")
    }),
    ("alarm is ok for 1m", |world, state| {
        say(world, state, "observe 1m ok 100")
    }),
    ("10s pass", |world, state| say(world, state, "wait 10s")),
    ("3h pass", |world, state| say(world, state, "wait 3h")),
    ("24h pass", |world, state| say(world, state, "wait 24h")),
    ("clock steps by 2h", |world, state| {
        say(world, state, "clock 2h")
    }),
    ("new commit", |world, state| {
        say(world, state, "push li reviewed-by ana: next")
    }),
    ("new definition", |world, state| {
        say(world, state, "define gamma deploys ./deploy-2")
    }),
    ("definition without wave-1", |world, state| {
        say(world, state, "define wave-1 is gone")
    }),
    ("approve", |world, state| {
        say(world, state, "li approve STAGE RELEASE: fine")
    }),
    ("reject", |world, state| {
        say(world, state, "li reject STAGE RELEASE: odd numbers")
    }),
    ("undo", |world, state| {
        say(world, state, "ana undo STAGE RELEASE")
    }),
    ("yield", |world, state| {
        say(world, state, "li yield STAGE RELEASE: the newer one")
    }),
    ("override the first blocker", pass),
    ("rollback of the stage", |world, state| {
        say(world, state, "li rollback STAGE RELEASE: slow answers")
    }),
    ("rollback everywhere", |world, state| {
        say(world, state, "li rollback everywhere RELEASE: slow answers")
    }),
    ("hold of the stage", |world, state| {
        say(world, state, "li hold STAGE 1h: an audit")
    }),
    ("hold of the pipeline", |world, state| {
        say(world, state, "li hold pipeline: an audit")
    }),
    ("lift of the first hold", |world, state| {
        say(world, state, "li lift h1: go on")
    }),
    ("lift of the quarantine", |world, state| {
        let lift = "li lift quarantine RELEASE: it was the network, after all";
        say(world, state, lift)
    }),
    ("retry", |world, state| {
        say(world, state, "li retry STAGE RELEASE")
    }),
    ("acknowledge the first ticket", |world, state| {
        say(world, state, "li ticket t1 acknowledge")
    }),
    ("resolve the first ticket", |world, state| {
        say(world, state, "li ticket t1 resolve: mended")
    }),
];

fn say(world: &mut World, state: &Representative, command: &str) -> bool {
    let command = command.replace("STAGE", state.stage);
    run(world, &command.replace("RELEASE", state.release));
    true
}

/// What blocks the release here; a hold that is not there where nothing does.
fn pass(world: &mut World, state: &Representative) -> bool {
    let stage = state.stage();
    let candidate = Candidate {
        stage: &stage,
        release: state.release.parse().unwrap(),
    };
    let standing = blockers(&world.pipeline, &world.org, world.now, candidate);
    let first = standing.first().map_or("hold/h9", |found| &found.id.0);
    let command = format!("li override STAGE RELEASE {first} 1h: the fix for these very faults");
    say(world, state, &command)
}

/// Ends the first step that the stage owes, so many times over.
fn step(
    world: &mut World,
    state: &Representative,
    times: usize,
    result: fn(&Effect) -> StepResult,
) -> bool {
    let found = world.pipeline.stage(&state.stage()).unwrap();
    let Some(attempt) = found.attempt.as_ref().map(|attempt| attempt.id) else {
        return false;
    };
    let mut steps = world.pipeline.steps.values();
    let Some(owed) = steps.find(|owed| owed.attempt == attempt).cloned() else {
        return false;
    };
    for _ in 0..times {
        world.finish(&owed.id, result(&owed.effect));
    }
    true
}

fn failed() -> StepResult {
    StepResult::Failed {
        took: Span::seconds(1),
        why: "exit 1".to_owned(),
    }
}

fn infrastructure() -> StepResult {
    StepResult::Infrastructure {
        took: Span::seconds(1),
        why: "no answer".to_owned(),
    }
}

fn lost() -> StepResult {
    StepResult::Unknown {
        why: "the machine vanished".to_owned(),
    }
}
