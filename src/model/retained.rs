//! Which artifacts something may still need: everything else of a store may go.

use crate::model::planted::{Bug, planted};
use crate::model::{Digest, Pipeline, ReleaseId};
use std::collections::BTreeSet;

/// The newest releases keep their artifacts, whatever became of them.
const RELEASES_KEPT: usize = 20;

impl Pipeline {
    /// The artifacts of every rollback destination, of what runs, waits or is under way, and of the
    /// newest releases (INVARIANTS.md I16).
    pub fn retained(&self) -> BTreeSet<Digest> {
        let targets = self.targets.values();
        let targets = targets.filter(|_| !planted(Bug::RetentionForgetsGood));
        let targets = targets.flat_map(|target| {
            let good = target.good.iter().map(|good| good.release);
            good.chain(target.running)
        });
        let queues = self.stages.values();
        let queues = queues.flat_map(|state| {
            let waiting = state.waiting.iter().map(|(release, _)| *release);
            let passed = state.passed.map(|(release, _)| release);
            let newest = state.attempt.as_ref().map(|attempt| attempt.release);
            waiting.chain(passed).chain(newest)
        });
        let newest = self.releases.0.keys().rev().take(RELEASES_KEPT).copied();
        let kept: BTreeSet<ReleaseId> = targets.chain(queues).chain(newest).collect();
        let artifacts = kept.iter().filter_map(|release| {
            let release = self.releases.get(*release)?;
            Some(release.artifact.as_ref()?.digest.clone())
        });
        artifacts.collect()
    }
}
