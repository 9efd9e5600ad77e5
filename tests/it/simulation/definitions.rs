//! Definitions that a simulation runs under, and valid edits of them at any moment.

use super::rng::Rng;
use pilothouse::model::*;

/// The definition of the other tests, with what differs from seed to seed.
pub(super) fn first(rng: &mut Rng) -> Definition {
    let mut definition = crate::world::definition();
    for stage in &mut definition.stages {
        for gate in &mut stage.approval {
            if let Gate::Manual(manual) = gate {
                manual.count = 1 + u32::from(rng.one_in(3));
            }
        }
        if rng.one_in(2) {
            stage.windows.clear();
        }
        let shares = [Share::Count(1), Share::Percent(50), Share::Percent(100)];
        stage.deploy.max_unavailable = *rng.pick(&shares).unwrap();
    }
    sealed(definition)
}

/// A definition's identity is its content.
fn sealed(mut definition: Definition) -> Definition {
    definition.digest = Digest::of(&[]);
    let content = serde_json::to_vec(&definition).unwrap();
    definition.digest = Digest::of(&content);
    definition
}

/// One valid edit: targets, alarms, windows, gates, stages.
pub(super) fn edited(mut definition: Definition, rng: &mut Rng) -> Definition {
    let n = definition.stages.len() as u64;
    let place = rng.below(n) as usize;
    let last = definition.stages.last().map(|stage| stage.name.clone());
    let has_zeta = definition
        .stages
        .iter()
        .any(|stage| stage.name.as_str() == "zeta");
    let stage = &mut definition.stages[place];
    match rng.below(8) {
        0 => {
            let zone = &mut stage.regions[0].zones[0];
            let number = zone.targets.len() + 1;
            let name = format!("{}-x{number}", stage.name);
            let target = TargetName::parse(&name).unwrap();
            if !zone.targets.contains(&target) {
                zone.targets.push(target);
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
            zeta.regions[0].zones[0].targets = vec![TargetName::parse("z1").unwrap()];
            definition.stages.insert(1, zeta);
        }
        _ => stage.bake.zone.time = Span::seconds(rng.below(3) * 20),
    }
    sealed(definition)
}
