//! Definitions that a simulation runs under, and valid edits of them at any moment. Each seed draws
//! its own features: strategies, sources, gates, windows, alarms of every scope.

use super::rng::Rng;
use pilothouse::model::*;

/// The definition of the other tests, with what differs from seed to seed.
pub(super) fn first(rng: &mut Rng) -> Definition {
    let mut definition = crate::world::definition();
    draw_inbound(&mut definition, rng);
    draw_alarms(&mut definition, rng);
    draw_window(&mut definition.windows[0], rng);
    if rng.one_in(3) {
        let window = definition.windows[0].name.clone();
        let place = *rng.pick(&[0, 2]).unwrap();
        definition.stages[place].windows.push(window);
    }
    // Some seeds have one strategy only, so that their long runs are about it.
    let strategic = rng.one_in(2);
    for stage in &mut definition.stages {
        draw_gates(stage, rng);
        if rng.one_in(2) {
            stage.windows.clear();
        }
        draw_deploy(stage, strategic, rng);
    }
    if rng.one_in(4) {
        let wave = &mut definition.stages[2];
        let mut region = wave.regions[0].clone();
        region.name = RegionName::parse("eu-west-1").unwrap();
        region.zones.truncate(1);
        region.zones[0].targets = vec![target("k1"), target("k2")];
        wave.regions.push(region);
    }
    sealed(definition)
}

fn target(name: &str) -> TargetName {
    TargetName::parse(name).unwrap()
}

fn draw_inbound(definition: &mut Definition, rng: &mut Rng) {
    if rng.one_in(2) {
        definition.also.push(Also {
            name: SourceName::parse("config").unwrap(),
            source: definition.source.clone(),
        });
    }
    if rng.one_in(3) {
        definition.build.coverage = Some(Coverage {
            report: "lcov.info".to_owned(),
            lines: CountedLines::Changed,
            minimum: 80,
        });
    }
    if rng.one_in(2) {
        definition.blocked_ticket_after = Some(Span::minutes(30));
    }
}

/// Alarms of wider scope beside the one that stages name.
fn draw_alarms(definition: &mut Definition, rng: &mut Rng) {
    let scopes = [
        AlarmScope::Pipeline,
        AlarmScope::Service,
        AlarmScope::Organization,
    ];
    for scope in scopes {
        if rng.one_in(3) {
            let mut alarm = definition.alarms[0].clone();
            alarm.name = AlarmName::parse(&format!("{scope:?}").to_lowercase()).unwrap();
            alarm.scope = scope;
            definition.alarms.push(alarm);
        }
    }
}

fn draw_window(window: &mut Window, rng: &mut Rng) {
    if rng.one_in(3) {
        window.quota = Some(1 + u32::from(rng.one_in(4)));
    }
    if rng.one_in(3) {
        // Shorter than any opening, or this pipeline's turn would never come.
        window.stagger = Span::hours(1 + rng.below(3));
    }
    if rng.one_in(3) {
        window.deny = Some("Mon..Fri 12:00-13:30".parse().unwrap());
    }
}

fn draw_gates(stage: &mut Stage, rng: &mut Rng) {
    // A bake long enough for alarms to come and go in it.
    if rng.one_in(2)
        && !stage
            .approval
            .iter()
            .any(|gate| matches!(gate, Gate::Bake(_)))
    {
        let time = Span::minutes(2);
        let bake = BakeRule { time, points: 0 };
        stage.approval.insert(0, Gate::Bake(bake));
    }
    for gate in &mut stage.approval {
        if let Gate::Manual(manual) = gate {
            manual.count = 1 + u32::from(rng.one_in(3));
            manual.undo = *rng.pick(&[Span::ZERO, Span::seconds(30)]).unwrap();
            let expires = [None, Some(Span::hours(24)), Some(Span::hours(1))];
            manual.expires = *rng.pick(&expires).unwrap();
        }
    }
}

fn draw_deploy(stage: &mut Stage, strategic: bool, rng: &mut Rng) {
    let shares = [Share::Count(1), Share::Percent(50), Share::Percent(100)];
    let deploy = &mut stage.deploy;
    deploy.max_unavailable = *rng.pick(&shares).unwrap();
    deploy.rollback_max_unavailable = *rng.pick(&shares).unwrap();
    let command = || Run::Argv(vec!["./traffic".to_owned()]);
    deploy.strategy = match rng.below(if strategic { 3 } else { 9 }) {
        0 => Strategy::AllAtOnce,
        1 => Strategy::Canary(Canary {
            shift: command(),
            weights: vec![10, 100],
            bake: BakeRule {
                time: Span::seconds(rng.below(2) * 20),
                points: 0,
            },
        }),
        2 => Strategy::BlueGreen(BlueGreen {
            switch: command(),
            test: rng.one_in(2).then(command),
            keep: *rng.pick(&[Span::minutes(20), Span::hours(24)]).unwrap(),
        }),
        _ => Strategy::Rolling,
    };
}

/// A definition's identity is its content.
fn sealed(mut definition: Definition) -> Definition {
    definition.digest = Digest::of(&[]);
    let content = serde_json::to_vec(&definition).unwrap();
    definition.digest = Digest::of(&content);
    definition
}

/// One valid edit: targets, alarms, windows, gates, stages, strategies.
pub(super) fn edited(mut definition: Definition, rng: &mut Rng) -> Definition {
    let n = definition.stages.len() as u64;
    let place = rng.below(n) as usize;
    let last = definition.stages.last().map(|stage| stage.name.clone());
    let mut stages = definition.stages.iter();
    let has_zeta = stages.any(|stage| stage.name.as_str() == "zeta");
    let stage = &mut definition.stages[place];
    match rng.below(11) {
        0 => {
            let zone = &mut stage.regions[0].zones[0];
            let number = zone.targets.len() + 1;
            let added = target(&format!("{}-x{number}", stage.name));
            if !zone.targets.contains(&added) {
                zone.targets.push(added);
            }
        }
        1 => {
            let zone = &mut stage.regions[0].zones[0];
            if zone.targets.len() > 1 {
                zone.targets.pop();
            }
        }
        2 => {
            let alarm = definition.alarms[0].name.clone();
            if stage.alarms.is_empty() {
                stage.alarms.push(alarm);
            } else {
                stage.alarms.clear();
            }
        }
        3 => {
            let window = definition.windows[0].name.clone();
            if stage.windows.is_empty() {
                stage.windows.push(window);
            } else {
                stage.windows.clear();
            }
        }
        4 => {
            let rules = [
                "Mon..Fri 09:00-17:00",
                "daily 06:00-20:00",
                "Sat,Sun 10:00-16:00",
            ];
            definition.windows[0].allow = Some(rng.pick(&rules).unwrap().parse().unwrap());
        }
        5 if last.is_some_and(|last| last.as_str() == "wave-2") => drop(definition.stages.pop()),
        6 if !has_zeta => {
            let mut zeta = definition.stages[0].clone();
            zeta.name = StageName::parse("zeta").unwrap();
            zeta.regions[0].zones[0].targets = vec![target("z1")];
            definition.stages.insert(1, zeta);
        }
        7 => draw_deploy(stage, true, rng),
        8 => draw_gates(stage, rng),
        9 if definition.alarms.len() > 1 => drop(definition.alarms.pop()),
        _ => stage.bake.zone.time = Span::seconds(rng.below(3) * 20),
    }
    sealed(definition)
}
