//! Edits of the definition, as scenarios write them: `define wave-1 deploys ./deploy-2`. It changes
//! the checked definition; how one is written in files is tested with `definition`.

use super::{name, told, workflow};
use crate::world::World;
use pilothouse::{engine::Input, model::*};
use std::fmt::Write as _;

/// Takes in the newest definition with one edit.
pub(super) fn define(world: &mut World, edit: &[&str]) -> String {
    let newest = world.pipeline.definition.as_deref().unwrap();
    let mut definition = newest.clone();
    match edit {
        [stage, "deploys", run] => {
            stage_of(&mut definition, stage).deploy.run = Run::Argv(vec![(*run).to_owned()]);
        }
        [stage, "rollback_max_unavailable", count] => {
            let share = Share::Count(count.parse().unwrap());
            stage_of(&mut definition, stage)
                .deploy
                .rollback_max_unavailable = share;
        }
        [stage, "strategy", named] => {
            stage_of(&mut definition, stage).deploy.strategy = strategy(named);
        }
        [stage, "is", "one-way"] => stage_of(&mut definition, stage).deploy.one_way = true,
        [stage, "has", targets] => {
            let targets = targets.split(',').map(name).collect();
            stage_of(&mut definition, stage).regions[0].zones[0].targets = targets;
        }
        [stage, "tests", groups @ ..] => {
            workflow::tests(stage_of(&mut definition, stage), groups);
        }
        ["also", name_of_source] => {
            let name = name(name_of_source);
            let source = definition.source.clone();
            definition.also.push(Also { name, source });
        }
        ["without", source] => definition.also.retain(|also| also.name.as_str() != *source),
        ["coverage", minimum] => {
            definition.build.coverage = Some(Coverage {
                report: "lcov.info".to_owned(),
                lines: CountedLines::Changed,
                minimum: minimum.parse().unwrap(),
            });
        }
        ["blocked_ticket_after", span] => {
            definition.blocked_ticket_after = Some(span.parse().unwrap());
        }
        [stage, "asks", settings @ ..] => {
            workflow::asks(stage_of(&mut definition, stage), settings);
        }
        [stage, "watches", alarm] => {
            stage_of(&mut definition, stage).alarms = vec![name(alarm)];
        }
        [stage, "is", "gone"] => definition.stages.retain(|s| s.name.as_str() != *stage),
        [added, "before", stage] => {
            let place = definition
                .stages
                .iter()
                .position(|s| s.name.as_str() == *stage);
            let mut like = definition.stages[0].clone();
            like.name = name(added);
            like.regions[0].zones[0].targets = vec![name(&format!("{added}-1"))];
            definition.stages.insert(place.unwrap(), like);
        }
        other => panic!("not an edit of the scenarios: {other:?}"),
    }
    let words = edit.join(" ");
    definition.digest = Digest::of(format!("{}, {words}", definition.digest).as_bytes());
    told(&world.input(Input::Define(Box::new(definition))).unwrap())
}

fn strategy(named: &str) -> Strategy {
    let run = |command: &str| Run::Argv(vec![command.to_owned()]);
    match named {
        "all-at-once" => Strategy::AllAtOnce,
        "canary" => Strategy::Canary(Canary {
            shift: run("./shift"),
            weights: vec![5, 25, 50, 100],
            bake: BakeRule {
                time: Span::minutes(2),
                points: 150,
            },
        }),
        "blue-green" => Strategy::BlueGreen(BlueGreen {
            switch: run("./switch"),
            test: Some(run("./try-it")),
            keep: Span::minutes(30),
        }),
        other => panic!("not a strategy of the scenarios: {other}"),
    }
}

fn stage_of<'a>(definition: &'a mut Definition, stage: &str) -> &'a mut Stage {
    let found = definition
        .stages
        .iter_mut()
        .find(|s| s.name.as_str() == stage);
    found.unwrap()
}

/// What is owed, with the command that each deployment runs and what coverage is counted since.
pub(super) fn owed(world: &World) -> String {
    let mut text = String::new();
    for owed in world.pipeline.steps.values() {
        let run = match &owed.effect {
            Effect::Deploy(deployment) => format!(" with {:?}", deployment.run),
            Effect::Coverage { base, oldest, .. } => match base {
                Some(base) => format!(" since {}", base.short()),
                None => format!(" from {} on", oldest.short()),
            },
            Effect::Build { .. } | Effect::Check { .. } | Effect::Test { .. } => String::new(),
        };
        writeln!(text, "  {} {}{run}", owed.id, owed.effect.title()).unwrap();
    }
    text
}
