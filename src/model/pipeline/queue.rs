//! The queue before a stage: what was approved for it and has not entered, and what its lane is taken
//! by. A release that leaves takes its expiry with it.

use crate::model::{Attempt, ReleaseId, StageState, Time};

impl StageState {
    /// The attempt that the lane is taken by.
    pub fn active(&self) -> Option<&Attempt> {
        self.attempt.as_ref().filter(|attempt| attempt.is_active())
    }

    /// How the newest ended attempt of a release ended here, as one says it of the release, and when.
    pub fn last_of(&self, release: ReleaseId) -> Option<(Time, String)> {
        let newest = self
            .attempt
            .iter()
            .filter_map(|attempt| Some((attempt.release, attempt.ended()?, attempt.state.word())));
        let past = self.past.iter();
        let past = past.map(|past| (past.release, past.ended, past.word.as_str()));
        let mut ended = newest.chain(past).filter(|(of, _, _)| *of == release);
        ended.next().map(|(_, at, word)| {
            let said = match word {
                "passed" | "failed" => word.to_owned(),
                other => format!("was {other}"),
            };
            (at, said)
        })
    }

    pub(super) fn enqueue(&mut self, releases: impl IntoIterator<Item = (ReleaseId, Time)>) {
        self.waiting.extend(releases);
        let newest = self.waiting.last().map(|(_, at)| *at);
        self.queued = self.queued.or(newest);
        self.waiting.sort_unstable();
        self.waiting.dedup_by_key(|(release, _)| *release);
    }

    /// Keeps the releases that may go on waiting.
    pub(super) fn keep_waiting(&mut self, keep: impl Fn(ReleaseId) -> bool) {
        self.waiting.retain(|(release, _)| keep(*release));
        if self.waiting.is_empty() {
            self.queued = None;
        }
        let waiting = &self.waiting;
        self.lapses
            .retain(|release, _| waiting.iter().any(|(waits, _)| waits == release));
    }

    /// Something enters: what still waits has waited since it came.
    pub(super) fn enters(&mut self, release: ReleaseId) {
        self.keep_waiting(|waits| waits != release);
        self.queued = self.waiting.iter().map(|(_, at)| *at).min();
    }
}
