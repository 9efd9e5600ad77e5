//! Drives a rollout while its attempt deploys, each target tested against the blockers at its own
//! start (DESIGN.md 5, rules 2 and 5; INVARIANTS.md I03, I04, I11, I14).

mod back;
mod order;

use crate::engine::{draft::Draft, promote};
use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, Bake, BakePlace, Batch, Blocker, Candidate, Definition, Deployment, Effect, Fact,
    Lane, Part, Pipeline, Purpose, ReleaseId, Stage, StageName, TargetName, target_blockers,
};
use std::sync::Arc;

pub(super) use back::backward;
pub(super) use order::forward;

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
    let seen = draft.seen(stage);
    let Some(attempt) = seen.as_ref().and_then(|seen| seen.active()) else {
        return;
    };
    let mut all_through = true;
    for lane in 0..attempt.rollout.lanes.len() {
        let through = !waits_for_lead(attempt, lane) && drive_lane(draft, attempt, lane);
        all_through = all_through && through;
    }
    if !all_through {
        return;
    }
    let unsettled = attempt.unsuccessful();
    match (&attempt.purpose, unsettled.is_empty()) {
        (Purpose::Forward | Purpose::Renewal, _) => draft.record(Fact::DeploymentDone {
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

/// The other lanes of the first production wave wait for the first targets that serve the release
/// to have baked.
fn waits_for_lead(attempt: &Attempt, lane: usize) -> bool {
    let Some(lead) = attempt.rollout.lanes.first().filter(|_| lane > 0) else {
        return false;
    };
    let serving = lead.batches.iter().position(|b| b.part.moves_traffic());
    let Some(first) = serving.filter(|_| attempt.rollout.lead) else {
        return false;
    };
    let more = lead
        .batches
        .iter()
        .skip(first + 1)
        .take_while(|b| b.together);
    (first..=first + more.count()).any(|batch| !is_batch_through(attempt, 0, batch))
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
    let baked = entry.bake == order::NO_BAKE || attempt.bake(place).is_some_and(Bake::is_finished);
    attempt.has_deployed(entry) && baked
}

/// Moves one lane on; says whether it is through.
fn drive_lane(draft: &mut Draft<'_>, attempt: &Attempt, lane: usize) -> bool {
    let batches = &attempt.rollout.lanes[lane].batches;
    let Some(batch) = (0..batches.len()).find(|&batch| !is_batch_through(attempt, lane, batch))
    else {
        return true;
    };
    if attempt.is_rollback() && !planted(Bug::RollbackWaitsForGuards) {
        take_back(draft, attempt, &attempt.rollout.lanes[lane]);
        return false;
    }
    let group = batches.iter().enumerate().skip(batch);
    let group = group.take_while(|(at, entry)| *at == batch || entry.together);
    for (at, entry) in group {
        let place = BakePlace::Batch { lane, batch: at };
        if !attempt.has_deployed(entry) {
            start_batch(draft, attempt, &attempt.rollout.lanes[lane], entry);
        } else if at == batch && attempt.bake(place).is_none() {
            draft.record(Fact::BakeStarted {
                attempt: attempt.id,
                place,
                rule: entry.bake,
            });
        }
    }
    false
}

/// Starts the waiting targets of a batch, unless something stands against them at this moment: the
/// rules are tested at every start (rule 5), and they are the same for all targets of a region.
fn start_batch(draft: &mut Draft<'_>, attempt: &Attempt, lane: &Lane, batch: &Batch) {
    let Some(definition) = draft.in_force(&attempt.stage) else {
        return;
    };
    let stage = definition.stage(&attempt.stage);
    let Some((stage, region)) = stage.and_then(|s| Some((s, s.region(&lane.region)?))) else {
        return;
    };
    let candidate = Candidate {
        stage: &stage.name,
        release: attempt.release,
    };
    let standing = target_blockers(&draft.pipeline, draft.org, draft.now, candidate, region);
    if standing.iter().any(Blocker::blocks) {
        return;
    }
    for target in &batch.targets {
        if may_begin(&draft.pipeline, attempt, (batch, target)) {
            promote::use_overrides(draft, attempt.id, &standing);
            start_target(draft, attempt, &definition, (lane, batch, target));
        }
    }
}

/// Takes back what there is room for, batch by batch but without a pause between them: a rollback is
/// stopped by nothing but the target itself being at work and the capacity of its region. What was
/// to be switched back to and is not kept any more when its turn comes is installed again first.
fn take_back(draft: &mut Draft<'_>, attempt: &Attempt, lane: &Lane) {
    let Some(definition) = draft.in_force(&attempt.stage) else {
        return;
    };
    let mut room = Room::of(&draft.pipeline, definition.stage(&attempt.stage), lane);
    for planned in &lane.batches {
        for target in &planned.targets {
            let again = back::again(&draft.pipeline, draft.now, attempt, (planned, target));
            let batch = again.as_ref().unwrap_or(planned);
            let taken_out = batch.part.moves_traffic() && back::serves(&draft.pipeline, target);
            if may_begin(&draft.pipeline, attempt, (batch, target)) && room.take(taken_out) {
                start_target(draft, attempt, &definition, (lane, batch, target));
            }
        }
    }
}

/// Whether it is the target's turn, and nothing is at work on it.
fn may_begin(
    pipeline: &Pipeline,
    attempt: &Attempt,
    (batch, target): (&Batch, &TargetName),
) -> bool {
    let state = pipeline.targets.get(target);
    let at_work = state.is_some_and(|state| state.step.is_some());
    attempt.is_due(batch, target) && !at_work
}

/// The room that a rollback has in a region (rule 10): so many targets at work at once, and so many
/// out in all, which are those and the ones that serve nothing certain. One is always at work, so
/// that a rollback never waits for health that only it can bring back (INVARIANTS.md I15).
#[derive(Debug)]
struct Room {
    allowed: usize,
    at_work: usize,
    out: usize,
}

impl Room {
    /// A stage that the definition no longer has is as wide as the lane.
    fn of(pipeline: &Pipeline, stage: Option<&Stage>, lane: &Lane) -> Self {
        let region = stage.and_then(|stage| stage.region(&lane.region));
        let targets: Vec<&TargetName> = match region {
            Some(region) => region.zones.iter().flat_map(|zone| &zone.targets).collect(),
            None => lane.targets().collect(),
        };
        let (mut at_work, mut out) = (0, 0);
        for target in &targets {
            let Some(state) = pipeline.targets.get(*target) else {
                continue;
            };
            // A target that no deployment has reached has never carried anything.
            let lost = state.running.is_none() && state.epoch > 0;
            at_work += usize::from(state.step.is_some());
            out += usize::from(lost || pipeline.is_changing(target));
        }
        let share = stage.map(|stage| stage.deploy.rollback_max_unavailable);
        Room {
            allowed: share.map_or(1, |share| share.of(targets.len())),
            at_work,
            out,
        }
    }

    /// Takes one more target to work if there is room for it, whether that takes it out or it is out
    /// already.
    fn take(&mut self, out: bool) -> bool {
        let fits = self.at_work < self.allowed && (!out || self.out < self.allowed);
        let taken = fits || self.at_work == 0 || planted(Bug::RollbackWithoutRoom);
        self.at_work += usize::from(taken);
        self.out += usize::from(taken && out);
        taken
    }
}

/// Starts what is to be done to one target, when its release can be had. A rollback repeats what was
/// done when its destination proved good there, whatever the definition says since.
fn start_target(
    draft: &mut Draft<'_>,
    attempt: &Attempt,
    definition: &Arc<Definition>,
    (lane, batch, target): (&Lane, &Batch, &TargetName),
) {
    let release = attempt.destination(target);
    let built = release.and_then(|release| draft.pipeline.releases.get(release));
    let Some((built, artifact)) = built.and_then(|b| Some((b, b.artifact.as_ref()?))) else {
        return;
    };
    let other = draft.pipeline.releases.0.values();
    let mut other = other.filter_map(|r| {
        r.artifact
            .as_ref()
            .filter(|_| planted(Bug::DigestUnchecked))
    });
    let artifact = other.next().unwrap_or(artifact);
    let release = built.id;
    let proven = draft.pipeline.proven_by(target, release);
    let definition = proven
        .filter(|proven| attempt.is_rollback() && proven.stage(&attempt.stage).is_some())
        .unwrap_or(definition);
    let Some(stage) = definition.stage(&attempt.stage) else {
        return;
    };
    let Some(run) = stage.deploy.command(batch.part).cloned() else {
        return;
    };
    let colours = stage.deploy.strategy.blue_green();
    let keep = colours.filter(|_| batch.part == Part::Switch);
    let state = draft.pipeline.targets.get(target);
    let deployment = Deployment {
        stage: stage.name.clone(),
        region: lane.region.clone(),
        zone: batch.zone.clone(),
        target: target.clone(),
        release,
        artifact: artifact.digest.clone(),
        commit: Some(built.sha.clone()),
        signature: artifact.signature.clone(),
        part: batch.part,
        more: batch.turn.nth + 1 < batch.turn.of,
        keep: keep.map(|colours| colours.keep),
        epoch: state.map_or(1, |state| state.epoch + u64::from(!planted(Bug::EpochKept))),
        rollback: attempt.is_rollback(),
        run,
        check: stage
            .deploy
            .check
            .clone()
            .filter(|_| batch.part != Part::Test),
        directory: definition.directory.clone(),
        timeout: stage.deploy.timeout,
    };
    draft.start_step(attempt.id, Effect::Deploy(deployment));
}
