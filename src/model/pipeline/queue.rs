//! The queue before a stage: what was approved for it and has not entered. A release that leaves
//! takes its expiry with it.

use crate::model::{ReleaseId, StageState, Time};

impl StageState {
    pub(super) fn enqueue(&mut self, releases: impl IntoIterator<Item = (ReleaseId, Time)>) {
        self.waiting.extend(releases);
        self.waiting.sort_unstable();
        self.waiting.dedup_by_key(|(release, _)| *release);
    }

    /// Keeps the releases that may go on waiting.
    pub(super) fn keep_waiting(&mut self, keep: impl Fn(ReleaseId) -> bool) {
        self.waiting.retain(|(release, _)| keep(*release));
        let waiting = &self.waiting;
        self.lapses
            .retain(|release, _| waiting.iter().any(|(waits, _)| waits == release));
    }
}
