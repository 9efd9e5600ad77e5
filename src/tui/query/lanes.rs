//! How a stage's rollout stands: region by region, and target by target.

use crate::model::{
    Attempt, Bake, BakePlace, Batch, Part, Pipeline, Progress, RegionName, ReleaseId, StageName,
    Status, TargetName, Time, ZoneName,
};
use std::collections::BTreeSet;

/// One region of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneRow {
    pub region: RegionName,
    pub status: Status,
    pub done: usize,
    pub total: usize,
    /// Which batch is under way, of how many, counted from one; none when nothing is.
    pub batch: Option<(usize, usize)>,
    /// The zone of that batch.
    pub zone: Option<ZoneName>,
    /// Whether that batch is the one-box.
    pub one_box: bool,
    /// The bake under way in the lane: healthy and wanted time.
    pub bake: Option<super::Baking>,
}

/// One target of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRow {
    pub target: TargetName,
    pub region: RegionName,
    pub zone: ZoneName,
    pub status: Status,
    /// What runs there, as the engine believes.
    pub running: Option<ReleaseId>,
    /// The percentage of the traffic that it has, while two releases divide it.
    pub weight: Option<u8>,
    /// What is in the other slot of a target that has two.
    pub beside: Option<ReleaseId>,
    pub since: Option<Time>,
    /// Whether it is the first of its lane.
    pub one_box: bool,
    /// What is being done, or why nothing is.
    pub note: String,
}

/// The regions of a stage. Without an attempt, what runs on their targets.
pub fn lane_rows(pipeline: &Pipeline, stage: &StageName) -> Vec<LaneRow> {
    let attempt = pipeline
        .stage(stage)
        .and_then(|state| state.attempt.as_ref());
    let Some(attempt) = attempt.filter(|attempt| !attempt.rollout.lanes.is_empty()) else {
        return Vec::new();
    };
    let lanes = attempt.rollout.lanes.iter().enumerate();
    lanes
        .map(|(index, lane)| {
            let targets: Vec<&TargetName> = lane.targets().collect();
            let state = |target: &&&TargetName| attempt.progress.get(**target);
            let done = targets
                .iter()
                .filter(|t| matches!(state(t), Some(Progress::Done { .. })))
                .count();
            let current = lane
                .batches
                .iter()
                .position(|batch| !is_over(attempt, index, lane, batch));
            let current = current.filter(|_| attempt.is_active());
            let batch = current.and_then(|at| lane.batches.get(at));
            let worst = targets
                .iter()
                .filter_map(|t| attempt.progress.get(*t))
                .map(progress_status);
            LaneRow {
                region: lane.region.clone(),
                status: worst.min().unwrap_or(Status::NotYet),
                done,
                total: targets.len(),
                batch: current.map(|at| (at + 1, lane.batches.len())),
                zone: batch.map(|batch| batch.zone.clone()),
                one_box: batch.is_some_and(|batch| batch.one_box),
                bake: lane_bake(attempt, index),
            }
        })
        .collect()
}

/// Whether a batch has been deployed and its bake, if it has one, is over.
fn is_over(attempt: &Attempt, lane: usize, of: &crate::model::Lane, batch: &Batch) -> bool {
    let index = of
        .batches
        .iter()
        .position(|known| std::ptr::eq(known, batch));
    let place = index.map(|batch| BakePlace::Batch { lane, batch });
    let baking = place
        .and_then(|place| attempt.bake(place))
        .is_some_and(|b| !b.is_finished());
    attempt.has_deployed(batch) && !baking
}

fn lane_bake(attempt: &Attempt, lane: usize) -> Option<super::Baking> {
    let under_way = |bake: &&Bake| match bake.place {
        BakePlace::Batch { lane: its, .. } => its == lane && !bake.is_finished(),
        BakePlace::Gate(_) => false,
    };
    attempt
        .bakes
        .iter()
        .find(under_way)
        .map(super::card::baking)
}

/// Every target of a stage, in rollout order.
pub fn target_rows(pipeline: &Pipeline, stage: &StageName) -> Vec<TargetRow> {
    let Some(definition) = pipeline.definition.as_ref().and_then(|d| d.stage(stage)) else {
        return Vec::new();
    };
    let attempt = pipeline
        .stage(stage)
        .and_then(|state| state.attempt.as_ref());
    let batches = attempt
        .into_iter()
        .flat_map(|attempt| attempt.rollout.batches());
    let first = batches.filter(|(_, batch)| batch.one_box);
    let one_boxes: BTreeSet<&TargetName> = first.flat_map(|(_, batch)| &batch.targets).collect();
    let standing = attempt.map(Attempt::standing).unwrap_or_default();
    let rows = definition.targets().map(|(region, zone, target)| {
        let state = pipeline.targets.get(target);
        let progress = attempt.and_then(|attempt| attempt.progress.get(target));
        let active = attempt.is_some_and(Attempt::is_active);
        let running = state.and_then(|state| state.running);
        let idle = if running.is_some() {
            Status::Ok
        } else {
            Status::NotYet
        };
        let shown = progress.filter(|progress| active || !matches!(progress, Progress::Waiting));
        TargetRow {
            target: target.clone(),
            region: region.name.clone(),
            zone: zone.name.clone(),
            status: shown.map_or(idle, progress_status),
            running,
            weight: standing.get(target).and_then(|part| match part {
                Part::Shift(weight) if active => Some(*weight),
                Part::Shift(_) | Part::Deploy | Part::Install | Part::Test | Part::Switch => None,
            }),
            beside: state.and_then(|state| state.kept(pipeline.at)),
            since: state.and_then(|state| state.since),
            one_box: one_boxes.contains(target),
            note: shown.map_or_else(String::new, |progress| {
                let standing = standing.get(target).copied();
                note(attempt, target, progress, standing)
            }),
        }
    });
    rows.collect()
}

fn progress_status(progress: &Progress) -> Status {
    match progress {
        Progress::Waiting => Status::NotYet,
        Progress::Running { .. } => Status::Run,
        Progress::Done { .. } => Status::Ok,
        Progress::Failed { .. } => Status::Fail,
        Progress::Unknown { .. } => Status::NoData,
        Progress::Skipped { .. } => Status::Superseded,
    }
}

fn note(
    attempt: Option<&Attempt>,
    target: &TargetName,
    progress: &Progress,
    standing: Option<Part>,
) -> String {
    let goes_to = attempt.and_then(|attempt| attempt.destination(target));
    match (progress, goes_to) {
        (Progress::Waiting, Some(release)) => match standing {
            Some(Part::Install) => format!("{release} is beside"),
            Some(Part::Test) => format!("{release} is beside, tested"),
            Some(Part::Shift(weight)) => format!("{release} has {weight}%"),
            Some(Part::Deploy | Part::Switch) | None => format!("waits for {release}"),
        },
        (Progress::Waiting, None) => "waits".to_owned(),
        (Progress::Running { .. }, Some(release)) => format!("takes {release}"),
        (Progress::Running { .. }, None) => "under way".to_owned(),
        (Progress::Done { .. }, _) => "done".to_owned(),
        (Progress::Failed { why, .. } | Progress::Unknown { why, .. }, _) => why.clone(),
        (Progress::Skipped { why }, _) => format!("skipped: {why}"),
    }
}
