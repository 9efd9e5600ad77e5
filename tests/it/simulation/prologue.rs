//! A good beginning: the first release goes through all stages before anything goes wrong. Half of
//! the seeds have one, since only where something has proven good can it be gone back to.

use super::machine::Machine;
use super::{calm, commits, operators};
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

/// More rounds than any rollout of the simulated definitions takes.
const ROUNDS_MAX: usize = 400;

pub(super) fn begin_well(machine: &mut Machine) {
    let on = machine.faults.cease();
    commits::push_well(machine);
    for round in 0..ROUNDS_MAX {
        if machine.book.report.through > 0 {
            break;
        }
        go_on(machine, round as u64);
    }
    machine.faults.resume(on);
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
