//! The fake targets. Each keeps its own log of what was done to it, turns down what is older than
//! what it has seen, and has two slots, as one with colours or a canary does; the simulation
//! compares all of it with the journal.

use pilothouse::model::*;
use std::collections::BTreeMap;

/// One part of a deployment as the target saw it. Times are steps of the simulation.
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

/// What is on a target: what serves, and what is beside it until somebody tidies it away.
#[derive(Debug, Default, Clone)]
pub(super) struct Slots {
    pub(super) serves: Option<ReleaseId>,
    beside: Option<(ReleaseId, Option<Time>)>,
}

#[derive(Debug, Default)]
pub(super) struct Fleet {
    pub(super) logs: BTreeMap<TargetName, Vec<Record>>,
    pub(super) slots: BTreeMap<TargetName, Slots>,
    pub(super) step: u64,
}

impl Fleet {
    /// Takes work on. The same effect again is the same work, done once. Says whether it can be
    /// done: what is to serve may have been tidied away.
    pub(super) fn begin(&mut self, id: &EffectId, to: &Deployment, now: Time) -> bool {
        self.step += 1;
        let log = self.logs.entry(to.target.clone()).or_default();
        let slots = self.slots.entry(to.target.clone()).or_default();
        if let Some(before) = log.last_mut() {
            if before.effect == *id {
                let same = before.epoch == to.epoch
                    && before.release == to.release
                    && before.digest == to.artifact;
                assert!(same, "I26: {id} is other work now: {before:?}");
                // Done is done; what went wrong is done again.
                if before.ok {
                    return true;
                }
                before.end = None;
                return slots.begin(to, now);
            }
            assert!(
                to.epoch > before.epoch,
                "I02: {id} with epoch {} after {before:?}",
                to.epoch
            );
            // The new epoch fences the old work off.
            before.end.get_or_insert(self.step);
        }
        let known = log.iter().any(|record| record.effect == *id);
        assert!(!known, "I26: {id} begins again after another");
        log.push(Record {
            effect: id.clone(),
            epoch: to.epoch,
            release: to.release,
            digest: to.artifact.clone(),
            start: self.step,
            end: None,
            ok: false,
        });
        slots.begin(to, now)
    }

    /// The work of an effect comes to its end, if nothing newer has fenced it off.
    pub(super) fn end(&mut self, id: &EffectId, to: &Deployment, ok: bool, now: Time) {
        self.step += 1;
        let step = self.step;
        let newest = self.logs.get_mut(&to.target).and_then(|log| log.last_mut());
        if let Some(record) = newest.filter(|record| record.effect == *id && record.end.is_none()) {
            record.end = Some(step);
            record.ok = ok;
            let slots = self.slots.entry(to.target.clone()).or_default();
            if ok {
                slots.end(to, now);
            }
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

impl Slots {
    /// I16: traffic is only given to what is there, or was there and is past its time.
    fn begin(&mut self, to: &Deployment, now: Time) -> bool {
        let idle = self.beside.filter(|(release, _)| *release == to.release);
        let there = self.serves == Some(to.release) || idle.is_some();
        match to.part {
            Part::Deploy => {
                *self = Slots::default();
                return true;
            }
            Part::Install => {
                self.beside = None;
                return true;
            }
            Part::Test | Part::Switch | Part::Shift(_) => {
                let (target, release) = (&to.target, to.release);
                assert!(there, "I16: {target} has no {release}, only {self:?}");
            }
        }
        let gone = idle.and_then(|(_, until)| until).is_some_and(|u| u <= now);
        !gone || self.serves == Some(to.release)
    }

    fn end(&mut self, to: &Deployment, now: Time) {
        match to.part {
            Part::Deploy => self.serves = Some(to.release),
            Part::Install => self.beside = Some((to.release, None)),
            Part::Test => {}
            Part::Switch | Part::Shift(_) if self.serves != Some(to.release) => {
                let until = to.keep.map(|keep| now + keep);
                let before = self.serves.replace(to.release);
                let other = self.beside.filter(|(release, _)| *release != to.release);
                self.beside = before.map(|before| (before, until)).or(other);
            }
            Part::Switch | Part::Shift(_) => {}
        }
    }
}
