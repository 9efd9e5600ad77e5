//! A good beginning: the first release goes through all stages before anything goes wrong, and in
//! some seeds the second one into production. Half of the seeds have one, since only where something
//! has proven good can it be gone back to.

use super::machine::Machine;
use super::{calm, commits, operators};
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

/// More rounds than any rollout of the simulated definitions takes.
const ROUNDS_MAX: u64 = 400;

pub(super) fn begin_well(machine: &mut Machine) {
    let on = machine.faults.cease();
    commits::push_well(machine);
    go_on_until(machine, 0, |machine| machine.book.report.through > 0);
    if machine.rng.one_in(2) {
        commits::push_well(machine);
        go_on_until(machine, ROUNDS_MAX, is_in_production);
    }
    machine.faults.resume(on);
}

/// Whether production is being changed at this moment.
fn is_in_production(machine: &Machine) -> bool {
    let mut active = machine.pipeline.active();
    active.any(|attempt| attempt.stage.as_str() == "wave-1")
}

fn go_on_until(machine: &mut Machine, from: u64, there: impl Fn(&Machine) -> bool) {
    for round in from..from + ROUNDS_MAX {
        if there(machine) {
            return;
        }
        go_on(machine, round);
    }
}

fn go_on(machine: &mut Machine, round: u64) {
    if !machine.pipeline.steps.is_empty() {
        return calm::finish_one(machine);
    }
    let before = machine.pipeline.revision;
    for (nth, by) in ["ana", "li"].into_iter().enumerate() {
        operators::approve(machine, by, (round, nth as u64));
    }
    machine.wall = machine.now() + Span::minutes(1);
    let readings = machine.readings(Span::minutes(1), |_| (AlarmLevel::Ok, 100));
    machine.feed(Input::Outcome(Outcome::Observed(readings)));
    let wake = engine::next_wake(&machine.pipeline, &machine.org, machine.now());
    if let Some(wake) = wake.filter(|_| machine.pipeline.revision == before) {
        machine.wall = wake;
        machine.feed(Input::Tick);
    }
}
