//! The order of targets: lanes (one per region, side by side) of batches. It computes them from the
//! definition when an attempt starts and drives them while it deploys, each target tested against
//! the blockers at its own start (DESIGN.md 5, rules 2 and 5; INVARIANTS.md I03, I04, I11, I14).

use crate::engine::draft::Draft;
use crate::model::{
    Attempt, AttemptId, Bake, BakePlace, BakeRule, Batch, Blocker, Candidate, Definition,
    Deployment, Effect, Fact, Lane, Progress, Purpose, Region, ReleaseId, Rollback, Rollout, Span,
    Stage, StageName, TargetName, target_blockers,
};

const NO_BAKE: BakeRule = BakeRule {
    time: Span::ZERO,
    points: 0,
};

/// The rollout of a release into a stage: a one-box first where the definition says so, then each
/// zone in batches, a bake after the one-box and between zones.
pub(super) fn forward(definition: &Definition, stage: &Stage) -> Rollout {
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
/// batches of their own size and without bakes (rule 10).
pub(super) fn backward(stage: &Stage, rollback: &Rollback) -> Rollout {
    let lanes = stage.regions.iter().map(|region| {
        let n_targets = region.zones.iter().map(|zone| zone.targets.len()).sum();
        let at_once = stage.deploy.rollback_max_unavailable.of(n_targets);
        let batches = region.zones.iter().flat_map(|zone| {
            let going = zone
                .targets
                .iter()
                .filter(|t| rollback.destinations.contains_key(*t));
            let going: Vec<TargetName> = going.cloned().collect();
            let chunks: Vec<Batch> = going
                .chunks(at_once)
                .map(|chunk| Batch {
                    zone: zone.name.clone(),
                    one_box: false,
                    targets: chunk.to_vec(),
                    bake: NO_BAKE,
                })
                .collect();
            chunks
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

/// Whether a region that could go first has no blocker of its own.
pub(super) fn some_region_is_open(
    draft: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
) -> bool {
    let Some(definition) = draft.definition() else {
        return false;
    };
    let Some(stage) = definition.stage(stage) else {
        return false;
    };
    let first_only = definition.is_first_production(&stage.name);
    let could_go = if first_only { 1 } else { stage.regions.len() };
    stage.regions.iter().take(could_go).any(|region| {
        let candidate = Candidate {
            stage: &stage.name,
            release,
        };
        let standing = target_blockers(&draft.pipeline, draft.org, draft.now, candidate, region);
        !standing.iter().any(Blocker::blocks)
    })
}

/// Starts what may start now, and ends the deployment when every lane is through.
pub(super) fn drive(draft: &mut Draft<'_>, stage: &StageName) {
    let Some(attempt) = draft.active(stage).cloned() else {
        return;
    };
    let mut all_through = true;
    for lane in 0..attempt.rollout.lanes.len() {
        let through = !waits_for_lead(&attempt, lane) && drive_lane(draft, &attempt, lane);
        all_through = all_through && through;
    }
    if !all_through {
        return;
    }
    let unsettled = attempt.unsuccessful();
    match (&attempt.purpose, unsettled.is_empty()) {
        (Purpose::Forward, _) => draft.record(Fact::DeploymentDone {
            attempt: attempt.id,
        }),
        (Purpose::Rollback(_), true) => draft.record(Fact::RolledBack {
            attempt: attempt.id,
        }),
        (Purpose::Rollback(_), false) => {
            let why = format!("not rolled back: {}", unsettled.join("; "));
            crate::engine::attempt::pause(draft, stage, &why);
        }
    }
}

/// The other lanes of the first production wave wait for the first target to have baked.
fn waits_for_lead(attempt: &Attempt, lane: usize) -> bool {
    attempt.rollout.lead && lane > 0 && !is_batch_through(attempt, 0, 0)
}

fn is_batch_through(attempt: &Attempt, lane: usize, batch: usize) -> bool {
    let Some(entry) = attempt
        .rollout
        .lanes
        .get(lane)
        .and_then(|lane| lane.batches.get(batch))
    else {
        return true;
    };
    if attempt.is_rollback() {
        // A target that could not be taken back does not keep the others from it.
        return entry
            .targets
            .iter()
            .all(|target| attempt.is_settled(target));
    }
    let place = BakePlace::Batch { lane, batch };
    let baked = entry.bake == NO_BAKE || attempt.bake(place).is_some_and(Bake::is_finished);
    entry.is_deployed(&attempt.progress) && baked
}

/// Moves one lane on; says whether it is through.
fn drive_lane(draft: &mut Draft<'_>, attempt: &Attempt, lane: usize) -> bool {
    let batches = &attempt.rollout.lanes[lane].batches;
    let Some(batch) = (0..batches.len()).find(|&batch| !is_batch_through(attempt, lane, batch))
    else {
        return true;
    };
    let entry = &batches[batch];
    let place = BakePlace::Batch { lane, batch };
    if entry.is_deployed(&attempt.progress) {
        if attempt.bake(place).is_none() {
            draft.record(Fact::BakeStarted {
                attempt: attempt.id,
                place,
                rule: entry.bake,
            });
        }
        return false;
    }
    for target in &entry.targets {
        if attempt.progress.get(target) == Some(&Progress::Waiting) {
            start_target(draft, attempt.id, target);
        }
    }
    false
}

/// Starts one target, unless something stands against it at this moment. A rollback is stopped by
/// nothing but the target itself being at work.
fn start_target(draft: &mut Draft<'_>, attempt: AttemptId, target: &TargetName) {
    let Some(attempt) = draft.pipeline.attempt(attempt).cloned() else {
        return;
    };
    let Some(definition) = draft.in_force(&attempt.stage) else {
        return;
    };
    let Some((region, zone)) = attempt.rollout.place_of(target) else {
        return;
    };
    let state = draft.pipeline.targets.get(target);
    if state.is_some_and(|state| state.step.is_some()) {
        return;
    }
    if !attempt.is_rollback() {
        let spec = definition.stage(&attempt.stage);
        let Some(region) = spec.and_then(|stage| stage.region(region)) else {
            return;
        };
        let candidate = Candidate {
            stage: &attempt.stage,
            release: attempt.release,
        };
        let standing = target_blockers(&draft.pipeline, draft.org, draft.now, candidate, region);
        if standing.iter().any(Blocker::blocks) {
            return;
        }
    }
    let Some(release) = attempt.destination(target) else {
        return;
    };
    let Some(built) = draft.pipeline.releases.get(release) else {
        return;
    };
    let Some(artifact) = built.artifact.clone() else {
        return;
    };
    let proven = draft.pipeline.proven_by(target, release).cloned();
    let definition = proven
        .filter(|proven| attempt.is_rollback() && proven.stage(&attempt.stage).is_some())
        .unwrap_or(definition);
    let Some(stage) = definition.stage(&attempt.stage) else {
        return;
    };
    let deployment = Deployment {
        stage: stage.name.clone(),
        region: region.clone(),
        zone: zone.clone(),
        target: target.clone(),
        release,
        artifact: artifact.digest,
        commit: Some(built.sha.clone()),
        signature: artifact.signature,
        epoch: state.map_or(1, |state| state.epoch + 1),
        rollback: attempt.is_rollback(),
        run: stage.deploy.run.clone(),
        check: stage.deploy.check.clone(),
        directory: definition.directory.clone(),
        timeout: stage.deploy.timeout,
    };
    draft.start_step(attempt.id, Effect::Deploy(deployment));
}
