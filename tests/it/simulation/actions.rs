//! What may happen next: work comes to its end, alarms are read, commits come, clocks go wrong,
//! people press something.

use super::faults::Fault;
use super::machine::Machine;
use super::{commits, definitions, operators, oracle};
use pilothouse::engine::Input;
use pilothouse::model::*;

/// One step of a simulation.
pub(super) fn act(machine: &mut Machine, step: u64) {
    pass_time(machine);
    machine.come_up();
    if machine.strikes(Fault::Retention, 12) {
        machine.outside.tidy(&machine.pipeline);
    }
    match machine.rng.below(24) {
        0..15 => something(machine),
        15 | 16 => commits::push(machine),
        17 => wait(machine),
        18 => edit(machine),
        _ => operators::operate(machine, step),
    }
    machine.come_up();
    oracle::compare(machine);
    oracle::is_kept(machine);
    machine.audit_targets();
}

/// Something that nobody asks for.
pub(super) fn something(machine: &mut Machine) {
    match machine.rng.below(8) {
        0..3 => work(machine),
        3..5 => answer(machine),
        5 => stray(machine),
        _ => observe(machine),
    }
}

/// Clocks: a second or a minute passes; or the clock steps, stands still, or the machine sleeps.
fn pass_time(machine: &mut Machine) {
    let passed = Span::seconds(machine.rng.below(40));
    if machine.strikes(Fault::ClockSteps, 40) {
        let steps = [1, 59, 3_600, 86_400, 34_560_000, 315_360_000];
        let seconds = *machine.rng.pick(&steps).unwrap();
        let sign = if machine.rng.one_in(2) { 1 } else { -1 };
        let from = machine.now();
        machine.wall = Time(machine.wall.0 + sign * seconds * 1_000);
        let to = machine.wall;
        machine.say(|| format!("! the clock says {to}"));
        // As the service does: it looks at the clock before it decides anything.
        if seconds > 600 {
            machine.feed(Input::Outcome(Outcome::ClockStepped { from, to }));
        }
    }
    if machine.strikes(Fault::Suspend, 60) {
        // The machine sleeps: the wall goes on, nothing is watched.
        machine.wall = machine.wall + Span::minutes(machine.rng.below(600));
        return;
    }
    machine.elapsed = machine.elapsed + passed;
    machine.simulated = machine.simulated + passed;
    if !machine.strikes(Fault::ClockFreezes, 3) {
        machine.wall = machine.wall + passed;
    }
}

/// Runs what was sent until something comes back.
fn work(machine: &mut Machine) {
    for _ in 0..3 {
        let now = machine.now();
        machine
            .outside
            .work(now, &mut machine.faults, &mut machine.rng);
    }
    answer(machine);
}

fn answer(machine: &mut Machine) {
    let now = machine.now();
    machine.outside.match_up(&machine.pipeline.steps, now);
    for _ in 0..2 {
        let now = machine.now();
        machine
            .outside
            .work(now, &mut machine.faults, &mut machine.rng);
    }
    let Some((id, result)) = machine.outside.answer(&mut machine.rng) else {
        return;
    };
    if machine.strikes(Fault::CrashBeforeResult, 30) {
        return machine.go_down(0);
    }
    machine.feed(Input::Outcome(Outcome::Step { id, result }));
}

/// I02: what nobody waits for changes nothing but the log.
fn stray(machine: &mut Machine) {
    let Some((id, result)) = machine.outside.stray(&mut machine.rng) else {
        return;
    };
    if machine.pipeline.steps.contains_key(&id) {
        return;
    }
    // What the time alone changes has happened by then.
    machine.feed(Input::Tick);
    let before = machine.pipeline.clone();
    if !machine.is_up() {
        return;
    }
    machine.feed(Input::Outcome(Outcome::Step {
        id: id.clone(),
        result,
    }));
    if machine.is_up() {
        let now = &machine.pipeline;
        assert_eq!(before.targets, now.targets, "I02: {id} changed a target");
        assert_eq!(before.releases, now.releases, "I02: {id} changed a release");
    }
}

pub(super) fn observe(machine: &mut Machine) {
    let storm = machine.strikes(Fault::AlarmStorm, 6);
    let rounds = if storm { 6 } else { 1 };
    for _ in 0..rounds {
        let flaps = machine.strikes(Fault::AlarmFlaps, 6);
        let silent = machine.strikes(Fault::NoData, 8);
        let level = if storm || flaps || machine.strikes(Fault::BadSample, 12) {
            AlarmLevel::Firing
        } else if silent {
            AlarmLevel::NoData
        } else {
            AlarmLevel::Ok
        };
        // None, some, or a burst.
        let points = match machine.rng.below(3) {
            0 => 0,
            1 => machine.rng.below(200),
            _ => 5_000,
        };
        let names: Vec<AlarmName> = machine.pipeline.watched().into_keys().cloned().collect();
        let one_in_two = machine.rng.one_in(2);
        let only = machine.rng.pick(&names).filter(|_| one_in_two).cloned();
        let round = machine.readings(machine.elapsed, |alarm| {
            let meant = only.as_ref().is_none_or(|only| only == alarm);
            (if meant { level } else { AlarmLevel::Ok }, points)
        });
        machine.elapsed = Span::ZERO;
        machine.feed(Input::Outcome(Outcome::Observed(round.clone())));
        told_twice(machine, round);
        if flaps && machine.is_up() {
            let clear = machine.readings(Span::seconds(10), |_| (AlarmLevel::Ok, 50));
            machine.feed(Input::Outcome(Outcome::Observed(clear)));
        }
        if !machine.is_up() {
            return;
        }
    }
}

/// I43: the same news once more is no news, whatever came between.
fn told_twice(machine: &mut Machine, mut round: Observation) {
    if !machine.is_up() || !machine.rng.one_in(6) {
        return;
    }
    let before = machine.pipeline.alarms.clone();
    round.elapsed = Span::ZERO;
    round.readings.reverse();
    machine.feed(Input::Outcome(Outcome::Observed(round)));
    if machine.is_up() {
        assert_eq!(before, machine.pipeline.alarms, "I43: told twice");
    }
}

fn wait(machine: &mut Machine) {
    let most = *machine.rng.pick(&[20, 90, 600]).unwrap();
    let span = Span::minutes(machine.rng.below(most));
    machine.simulated = machine.simulated + span;
    machine.wall = machine.wall + span;
    machine.tick_org();
    machine.come_up();
    machine.feed(Input::Tick);
}

fn edit(machine: &mut Machine) {
    if machine.strikes(Fault::NewDefinition, 2) {
        machine.definition = definitions::edited(machine.definition.clone(), &mut machine.rng);
        let definition = Box::new(machine.definition.clone());
        machine.feed(Input::Define(definition));
    }
}
