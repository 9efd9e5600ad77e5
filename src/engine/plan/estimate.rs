//! How long a rollout takes, by how long the last deployments to its targets took. Nothing is
//! guessed: without a measurement there is no estimate.

use crate::model::{Lane, Part, Pipeline, Rollout, Span, TargetName};

/// The slowest lane of a rollout; none when no deployment to its targets has been measured.
pub(super) fn estimate(pipeline: &Pipeline, rollout: &Rollout) -> Option<Span> {
    let lanes = rollout.lanes.iter();
    lanes.filter_map(|lane| of_lane(pipeline, lane)).max()
}

/// Batch after batch, each as long as its slowest measured target, else as the slowest of the lane.
fn of_lane(pipeline: &Pipeline, lane: &Lane) -> Option<Span> {
    let took = |part: Part, target: &TargetName| pipeline.targets.get(target)?.usual(part);
    let (mut sum, mut group) = (Span::ZERO, Span::ZERO);
    for batch in &lane.batches {
        let part = batch.part;
        let slowest = || lane.targets().filter_map(|target| took(part, target)).max();
        let targets = batch.targets.iter().filter_map(|target| took(part, target));
        let takes = targets.max().or_else(slowest)? + batch.bake.time;
        if batch.together {
            group = group.max(takes);
        } else {
            (sum, group) = (sum + group, takes);
        }
    }
    Some(sum + group)
}
