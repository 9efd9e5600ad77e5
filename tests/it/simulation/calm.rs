//! The second phase of every simulation: faults cease, the outside does what it is asked, time goes
//! on. Everything must come to an end or to a waiting state that says why and has a way out (L1 to
//! L4); and what could not be taken back is taken back once somebody tries again (I16).

use super::machine::Machine;
use super::operators;
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

/// More rounds than any rollout of the simulated definitions takes.
const ROUNDS_MAX: usize = 3_000;

/// L1 to L4, and I16.
pub(super) fn come_to_rest(machine: &mut Machine) {
    machine.come_up();
    let _on = machine.faults.cease();
    machine.wall = machine.now();
    rest(machine);
    if take_back_what_stuck(machine) {
        rest(machine);
        let stuck = paused_rollbacks(machine);
        assert!(stuck.is_empty(), "I16: never taken back: {stuck:?}");
    }
}

/// Somebody tries every rollback again that waits for a person; whether there was one.
fn take_back_what_stuck(machine: &mut Machine) -> bool {
    let stuck = paused_rollbacks(machine);
    let any = !stuck.is_empty();
    for (stage, release) in stuck {
        let key = format!("calm-{stage}");
        operators::press(machine, "ana", &key, Command::Retry { stage, release });
    }
    any
}

fn paused_rollbacks(machine: &Machine) -> Vec<(StageName, ReleaseId)> {
    let active = machine.pipeline.active();
    let stuck = active.filter(|attempt| attempt.is_rollback() && !attempt.is_working());
    let stuck = stuck.map(|attempt| (attempt.stage.clone(), attempt.release));
    stuck.collect()
}

/// L1: nothing goes on for ever.
fn rest(machine: &mut Machine) {
    for _ in 0..ROUNDS_MAX {
        if !machine.pipeline.steps.is_empty() || !machine.outside.is_idle() {
            finish_one(machine);
            continue;
        }
        let before = machine.pipeline.revision;
        machine.wall = machine.now() + Span::minutes(1);
        let round = machine.readings(Span::minutes(1), |_| (AlarmLevel::Ok, 100));
        machine.feed(Input::Outcome(Outcome::Observed(round)));
        if machine.pipeline.revision != before {
            continue;
        }
        // L1: whatever time alone can change is announced, so the service need not look.
        match engine::next_wake(&machine.pipeline, &machine.org, machine.now()) {
            Some(wake) if is_waited_for(machine) => {
                machine.wall = wake;
                machine.tick_org();
                machine.feed(Input::Tick);
            }
            _ => return at_rest(machine),
        }
    }
    let views = board(&machine.pipeline, &machine.org, machine.now());
    panic!("L1: never comes to rest: {views:#?}");
}

/// Whether a window or an expiry may still let something go on.
fn is_waited_for(machine: &Machine) -> bool {
    let pipeline = &machine.pipeline;
    let clears = |stage: &StageName, release| {
        let candidate = Candidate { stage, release };
        let standing = blockers(pipeline, &machine.org, machine.now(), candidate);
        let mut standing = standing.into_iter().filter(Blocker::blocks).peekable();
        standing.peek().is_some() && standing.all(|b| matches!(b.clears, Clears::At(_)))
    };
    let working = pipeline
        .active()
        .filter(|attempt| attempt.is_working() && attempt.asked().is_none());
    let mut under_way = working.map(|attempt| (attempt.stage.clone(), attempt.release));
    let mut waiting = pipeline.stages.iter().filter_map(|(stage, state)| {
        state
            .waiting
            .iter()
            .map(|(release, _)| *release)
            .max()
            .map(|r| (stage.clone(), r))
    });
    under_way.any(|(stage, release)| clears(&stage, release))
        || waiting.any(|(stage, release)| clears(&stage, release))
}

pub(super) fn finish_one(machine: &mut Machine) {
    let retry = machine
        .pipeline
        .steps
        .values()
        .filter_map(|owed| owed.not_before)
        .min();
    machine.wall = machine.wall.max(retry.unwrap_or(machine.wall)) + Span::seconds(1);
    let now = machine.now();
    machine.outside.match_up(&machine.pipeline.steps, now);
    let now = machine.now();
    machine
        .outside
        .work(now, &mut machine.faults, &mut machine.rng);
    if let Some((id, result)) = machine.outside.answer(&mut machine.rng) {
        machine.feed(Input::Outcome(Outcome::Step { id, result }));
    }
}

/// When nothing moves by itself any more, every stage says why and what a person can do.
fn at_rest(machine: &mut Machine) {
    assert!(machine.outside.is_idle(), "L1: somebody works for nobody");
    machine.audit();
    let pipeline = &machine.pipeline;
    for attempt in pipeline.active() {
        let candidate = Candidate {
            stage: &attempt.stage,
            release: attempt.release,
        };
        let standing = blockers(pipeline, &machine.org, machine.now(), candidate);
        let paused = matches!(attempt.state, AttemptState::Paused { .. });
        let named = attempt.asked().is_some() || paused || standing.iter().any(Blocker::blocks);
        assert!(
            named,
            "L2: {} of {} waits for nothing",
            attempt.id, attempt.stage
        );
        if paused {
            has_an_exit(machine, attempt);
        }
    }
    // What waited at a last stage that is gone has come to its end.
    let columns = pipeline.columns();
    let left = pipeline
        .stages
        .iter()
        .filter(|(stage, _)| columns.contains(stage));
    for (stage, state) in left {
        if let Some(release) = state.waiting.iter().map(|(release, _)| *release).max() {
            let candidate = Candidate { stage, release };
            let standing = blockers(pipeline, &machine.org, machine.now(), candidate);
            let blocked = standing.iter().any(Blocker::blocks);
            assert!(blocked, "L2: {release} waits at {stage} for nothing");
        }
    }
}

/// L2: a person can try a paused attempt again, or take it back.
fn has_an_exit(machine: &Machine, attempt: &Attempt) {
    let by = Actor::parse("ana").unwrap();
    let (stage, release) = (attempt.stage.clone(), attempt.release);
    let retry = Command::Retry { stage, release };
    let plan = engine::plan(&machine.pipeline, &machine.org, machine.now(), &by, &retry);
    assert!(plan.is_ok(), "L2: {} has no way out: {plan:?}", attempt.id);
}
