//! The order of targets, computed from the definition when an attempt starts: lanes (one per region,
//! side by side) of batches. It does not know what has become of them.

use crate::model::{
    BakeRule, Batch, Definition, Lane, Pipeline, Region, Rollback, Rollout, Span, Stage,
    TargetName, Zone,
};

pub(super) const NO_BAKE: BakeRule = BakeRule {
    time: Span::ZERO,
    points: 0,
};

/// The rollout of a release into a stage: a one-box first where the definition says so, then each
/// zone in batches, a bake after the one-box and between zones.
pub(in crate::engine) fn forward(definition: &Definition, stage: &Stage) -> Rollout {
    let lanes = stage
        .regions
        .iter()
        .map(|region| forward_lane(stage, region))
        .collect();
    Rollout {
        lanes,
        lead: definition.is_first_production(&stage.name),
    }
}

fn forward_lane(stage: &Stage, region: &Region) -> Lane {
    let n_targets = region.zones.iter().map(|zone| zone.targets.len()).sum();
    let at_once = stage.deploy.max_unavailable.of(n_targets);
    let mut batches: Vec<Batch> = Vec::new();
    let mut one_box_wanted = stage.deploy.one_box;
    for zone in &region.zones {
        let mut targets = zone.targets.as_slice();
        if one_box_wanted && let Some((first, rest)) = targets.split_first() {
            let bake = bounded(stage, stage.bake.one_box);
            let targets_now = vec![first.clone()];
            batches.push(Batch {
                zone: zone.name.clone(),
                one_box: true,
                targets: targets_now,
                bake,
            });
            (targets, one_box_wanted) = (rest, false);
        }
        for chunk in targets.chunks(at_once) {
            let targets = chunk.to_vec();
            batches.push(Batch {
                zone: zone.name.clone(),
                one_box: false,
                targets,
                bake: NO_BAKE,
            });
        }
        if let Some(last) = batches.last_mut().filter(|last| !last.one_box) {
            last.bake = bounded(stage, stage.bake.zone);
        }
    }
    // After the last zone the bake of the whole stage follows, which is a gate.
    if let Some(last) = batches.last_mut().filter(|last| !last.one_box) {
        last.bake = NO_BAKE;
    }
    Lane {
        region: region.name.clone(),
        batches,
    }
}

/// Data points come from the stage's alarms; without any there is nothing to count.
fn bounded(stage: &Stage, rule: BakeRule) -> BakeRule {
    if stage.alarms.is_empty() {
        BakeRule { points: 0, ..rule }
    } else {
        rule
    }
}

/// The rollout of a rollback: the same lanes, only the targets that have somewhere to go, in
/// batches of their own size and without bakes. Targets that serve nothing certain go first: taking
/// them back costs no capacity (rule 10).
pub(in crate::engine) fn backward(
    pipeline: &Pipeline,
    stage: &Stage,
    rollback: &Rollback,
) -> Rollout {
    let healthy = |target: &TargetName| is_healthy(pipeline, target);
    let lanes = stage.regions.iter().map(|region| {
        let n_targets = region.zones.iter().map(|zone| zone.targets.len()).sum();
        let at_once = stage.deploy.rollback_max_unavailable.of(n_targets);
        let batches = [false, true].into_iter().flat_map(|wanted| {
            let of_zone = move |zone: &Zone| {
                let going = zone.targets.iter().filter(|target| {
                    rollback.destinations.contains_key(*target) && healthy(target) == wanted
                });
                let going: Vec<TargetName> = going.cloned().collect();
                let batch = |chunk: &[TargetName]| Batch {
                    zone: zone.name.clone(),
                    one_box: false,
                    targets: chunk.to_vec(),
                    bake: NO_BAKE,
                };
                going.chunks(at_once).map(batch).collect::<Vec<_>>()
            };
            region.zones.iter().flat_map(of_zone)
        });
        Lane {
            region: region.name.clone(),
            batches: batches.collect(),
        }
    });
    Rollout {
        lanes: lanes.filter(|lane| !lane.batches.is_empty()).collect(),
        lead: false,
    }
}

/// Whether a target is known to serve a release.
pub(super) fn is_healthy(pipeline: &Pipeline, target: &TargetName) -> bool {
    let state = pipeline.targets.get(target);
    state.is_some_and(|state| state.running.is_some())
}
