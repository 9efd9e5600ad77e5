//! A pipeline with a past, for the benches: releases that went through it as well as they can.

use crate::world::{World, success};
use pilothouse::{engine::Input, model::*};

/// A pipeline that has taken this many releases through wave-1.
pub(crate) fn grown(releases: usize) -> World {
    let mut world = World::new();
    for _ in 0..releases {
        push(&mut world);
        settle(&mut world);
    }
    world
}

pub(crate) fn push(world: &mut World) {
    let n = world.commits.len();
    world.push("mori", &["li"], &format!("change {n}"), &[]);
}

/// Ends every step well, lets bakes pass and approves, until nothing moves.
pub(crate) fn settle(world: &mut World) {
    let gamma = StageName::parse("gamma").unwrap();
    loop {
        while let Some(owed) = world.pipeline.steps.values().next().cloned() {
            world.finish(&owed.id, success(&owed.effect));
        }
        let before = world.entries.len();
        let asked = world
            .pipeline
            .stage(&gamma)
            .and_then(|s| s.attempt.as_ref());
        let asked = asked.filter(|a| a.asked().is_some()).map(|a| a.release);
        if let Some(release) = asked {
            let verdict = world.verdict(&gamma, release, "");
            // Refused when it is approved already and only its time has to pass.
            drop(world.command("ana", Command::Approve(verdict)));
        }
        world.now = world.now + Span::minutes(2);
        let reading = Reading {
            alarm: AlarmName::parse("faults").unwrap(),
            level: AlarmLevel::Ok,
            value: Some(Measure::share(Ppm(1_000))),
            why: String::new(),
            points: 1_000,
            targets: std::collections::BTreeMap::new(),
        };
        let observation = Observation {
            elapsed: Span::minutes(2),
            readings: vec![reading],
        };
        let outcome = Outcome::Observed(observation);
        world.input(Input::Outcome(outcome)).unwrap();
        if world.entries.len() == before && world.pipeline.steps.is_empty() {
            return;
        }
    }
}

/// A pipeline of so many stages: its last wave again and again, with targets of its own.
pub(crate) fn long(stages: usize) -> World {
    let mut world = World::new();
    let mut definition = world.pipeline.definition.as_deref().unwrap().clone();
    let last = definition.stages.last().unwrap().clone();
    // Source and build are stages on the board, too.
    for n in definition.stages.len() + 2..stages {
        let mut wave = last.clone();
        wave.name = StageName::parse(&format!("wave-{n}")).unwrap();
        let zones = wave.regions.iter_mut().flat_map(|region| &mut region.zones);
        for (at, target) in zones.flat_map(|zone| &mut zone.targets).enumerate() {
            *target = TargetName::parse(&format!("w{n}-{at}")).unwrap();
        }
        definition.stages.push(wave);
    }
    world.input(Input::Define(Box::new(definition))).unwrap();
    world
}
