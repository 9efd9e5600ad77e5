//! What the watcher keeps of each alarm for people to look at, shared between who watches and who is
//! asked. It outlives a change of the definition, so that a chart does not start again with it.

use crate::model::{AlarmName, Reading, Sample, Sight, Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Sights(Arc<Mutex<BTreeMap<AlarmName, Sight>>>);

/// What a round says of one alarm beside its reading.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) reading: Reading,
    /// The rest of the sight; its trace is the one that is kept.
    pub(crate) now: Sight,
}

impl Sights {
    /// As they are now.
    pub fn look(&self) -> BTreeMap<AlarmName, Sight> {
        self.lock().clone()
    }

    /// Forgets the alarms that nobody wants read any more.
    pub(crate) fn keep(&self, wanted: &BTreeSet<AlarmName>) {
        self.lock().retain(|alarm, _| wanted.contains(alarm));
    }

    /// Takes a round in.
    pub(crate) fn take(&self, at: Time, round: Vec<Seen>) -> Vec<Reading> {
        let mut sights = self.lock();
        let readings = round.into_iter().map(|Seen { reading, now }| {
            let sight = sights.entry(reading.alarm.clone()).or_default();
            sight.trace.take(Sample {
                at,
                level: reading.level,
                value: reading.value,
            });
            // That a source does not answer is old news with every round but the first.
            let since = sight.trouble.take().map(|(since, _)| since);
            sight.trouble = now.trouble.map(|(_, why)| (since.unwrap_or(at), why));
            sight.answered = now.answered.or(sight.answered);
            sight.targets = now.targets;
            sight.above = now.above;
            reading
        });
        readings.collect()
    }

    /// Never held while waiting for anything.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<AlarmName, Sight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
