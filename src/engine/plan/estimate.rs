//! How long a rollout takes, by how long the last deployments to its targets took. Nothing is
//! guessed: without a measurement there is no estimate.

use crate::model::{Lane, Pipeline, Rollout, Span};

/// The slowest lane of a rollout; none when no deployment to its targets has been measured.
pub(super) fn estimate(pipeline: &Pipeline, rollout: &Rollout) -> Option<Span> {
    let lanes = rollout.lanes.iter();
    lanes.filter_map(|lane| of_lane(pipeline, lane)).max()
}

/// Batch after batch, each as long as its slowest target. A target that was never measured is taken
/// to be as slow as the slowest of its lane.
fn of_lane(pipeline: &Pipeline, lane: &Lane) -> Option<Span> {
    let took = |target| pipeline.targets.get(target).and_then(|state| state.took);
    let all = lane.batches.iter().flat_map(|batch| &batch.targets);
    let slowest = all.filter_map(took).max()?;
    let batches = lane.batches.iter().map(|batch| {
        let targets = batch.targets.iter();
        let took = targets.map(|target| took(target).unwrap_or(slowest)).max();
        took.unwrap_or_default() + batch.bake.time
    });
    Some(batches.fold(Span::ZERO, |sum, batch| sum + batch))
}
