//! The fake targets. Each keeps its own log of what was done to it and turns down what is older
//! than what it has seen; the simulation compares that log with the journal.

use pilothouse::model::*;
use std::collections::BTreeMap;

/// One deployment as the target saw it. Times are steps of the simulation.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) effect: EffectId,
    pub(super) epoch: u64,
    pub(super) release: ReleaseId,
    pub(super) digest: Digest,
    pub(super) start: u64,
    pub(super) end: Option<u64>,
    pub(super) ok: bool,
}

#[derive(Debug, Default)]
pub(super) struct Fleet {
    pub(super) logs: BTreeMap<TargetName, Vec<Record>>,
    pub(super) step: u64,
}

impl Fleet {
    /// Takes work on. The same effect again is the same work, done once.
    pub(super) fn begin(&mut self, id: &EffectId, deployment: &Deployment) {
        self.step += 1;
        let log = self.logs.entry(deployment.target.clone()).or_default();
        if let Some(before) = log.last_mut() {
            if before.effect == *id {
                let same = before.epoch == deployment.epoch
                    && before.release == deployment.release
                    && before.digest == deployment.artifact;
                assert!(same, "I26: {id} is other work now: {before:?}");
                // Done is done; what went wrong is done again.
                if !before.ok {
                    before.end = None;
                }
                return;
            }
            assert!(
                deployment.epoch > before.epoch,
                "I02: {id} with epoch {} after {before:?}",
                deployment.epoch
            );
            // The new epoch fences the old work off.
            before.end.get_or_insert(self.step);
        }
        let known = log.iter().any(|record| record.effect == *id);
        assert!(!known, "I26: {id} begins again after another");
        log.push(Record {
            effect: id.clone(),
            epoch: deployment.epoch,
            release: deployment.release,
            digest: deployment.artifact.clone(),
            start: self.step,
            end: None,
            ok: false,
        });
    }

    /// The work of an effect comes to its end, if nothing newer has fenced it off.
    pub(super) fn end(&mut self, id: &EffectId, target: &TargetName, ok: bool) {
        self.step += 1;
        let step = self.step;
        let newest = self.logs.get_mut(target).and_then(|log| log.last_mut());
        if let Some(record) = newest.filter(|record| record.effect == *id && record.end.is_none()) {
            record.end = Some(step);
            record.ok = ok;
        }
    }

    /// I01: what a target did never overlapped, and its epochs rose.
    pub(super) fn check(&self) {
        for (target, log) in &self.logs {
            for pair in log.windows(2) {
                let apart = pair[0].end.is_some_and(|end| end <= pair[1].start);
                assert!(apart, "I01: {target} did two things at once: {pair:?}");
                assert!(pair[0].epoch < pair[1].epoch, "I02: {target}: {pair:?}");
            }
        }
    }
}
