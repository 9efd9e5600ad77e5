//! Which definition counts where. A release finishes its stage under the definition it entered
//! with, and a rollback uses the one its destination proved good under; whatever starts anew uses
//! the newest. It does not know what is decided from them.

use crate::model::{
    Alarm, AlarmName, Attempt, Definition, Digest, Pipeline, ReleaseId, SourceName, StageName,
    TargetName, Time,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

impl Pipeline {
    /// The definition in force at a stage: the one its active attempt entered with, else the
    /// newest.
    pub fn in_force(&self, stage: &StageName) -> Option<&Arc<Definition>> {
        let attempt = self.stage(stage).and_then(|state| state.attempt.as_ref());
        let active = attempt.filter(|attempt| attempt.is_active());
        active
            .and_then(|attempt| self.definition_of(attempt))
            .or(self.definition.as_ref())
    }

    /// The definition an attempt entered its stage with, as long as anything needs it.
    pub fn definition_of(&self, attempt: &Attempt) -> Option<&Arc<Definition>> {
        self.definition_at(&attempt.definition)
    }

    /// How a release was deployed to a target when it proved good there: what a rollback to it
    /// repeats, whatever the definition says since (DESIGN.md 5, rule 10).
    pub fn proven_by(&self, target: &TargetName, release: ReleaseId) -> Option<&Arc<Definition>> {
        let good = &self.targets.get(target)?.good;
        let entry = good.iter().find(|good| good.release == release)?;
        self.definition_at(&entry.definition)
    }

    /// The names of every alarm that watches a stage.
    pub fn alarms_of(&self, stage: &StageName) -> Vec<AlarmName> {
        let definition = self.in_force(stage);
        let stage = definition.and_then(|d| Some((d, d.stage(stage)?)));
        let alarms = stage.map(|(definition, stage)| definition.alarms_of(stage));
        let names = alarms.unwrap_or_default().into_iter();
        names.map(|alarm| alarm.name.clone()).collect()
    }

    /// Every alarm that somebody needs read: those of the newest definition, and those that an
    /// attempt under way entered with.
    pub fn watched(&self) -> BTreeMap<&AlarmName, &Alarm> {
        let entered = self
            .active()
            .filter_map(|attempt| self.definition_of(attempt));
        let all = entered.chain(&self.definition);
        all.flat_map(|definition| &definition.alarms)
            .map(|alarm| (&alarm.name, alarm))
            .collect()
    }

    /// Every column: those of the newest definition in order, then those it no longer has but in
    /// which an attempt is still under way.
    pub fn columns(&self) -> Vec<StageName> {
        let newest = self.definition.iter().flat_map(|d| d.columns());
        let mut columns: Vec<StageName> = newest.collect();
        for attempt in self.active() {
            if !columns.contains(&attempt.stage) {
                columns.push(attempt.stage.clone());
            }
        }
        columns
    }

    fn definition_at(&self, digest: &Digest) -> Option<&Arc<Definition>> {
        let newest = self.definition.as_ref().filter(|d| d.digest == *digest);
        newest.or_else(|| self.earlier.get(digest))
    }

    /// Where a release goes after a stage: the next column of the newest definition, or, when that
    /// has no such stage any more, the next one of the definition it entered with that is left.
    pub(super) fn next_after(&self, stage: &StageName) -> Option<StageName> {
        let newest = self.definition.as_ref()?;
        if newest.columns().any(|column| column == *stage) {
            return newest.next_after(stage);
        }
        let entered = self.in_force(stage)?;
        let later = entered.columns().skip_while(|column| column != stage);
        later
            .skip(1)
            .find(|column| newest.columns().any(|c| c == *column))
    }

    /// Takes a new definition: columns and targets it adds appear, what it no longer names stays
    /// as it was, so that nothing under way loses its ground. The one before is kept for as long
    /// as an attempt or a rollback destination needs it.
    pub(super) fn define(&mut self, at: Time, definition: &Definition) {
        for column in definition.columns() {
            self.stages.entry(column).or_default();
        }
        for stage in &definition.stages {
            for (_, _, target) in stage.targets() {
                self.target_mut(target).stage = Some(stage.name.clone());
            }
        }
        let defined = |name: &SourceName| definition.also.iter().any(|also| also.name == *name);
        self.also.retain(|name, _| defined(name));
        if let Some(before) = self.definition.replace(Arc::new(definition.clone())) {
            self.requeue_between(at, &before, definition);
            self.earlier.insert(before.digest.clone(), before);
        }
        let needed = self.needed();
        self.earlier.retain(|digest, _| needed.contains(digest));
        let watched: BTreeSet<AlarmName> = self.watched().into_keys().cloned().collect();
        self.alarms.retain(|alarm, _| watched.contains(alarm));
    }

    /// The definitions that an active attempt or a rollback destination refers to.
    fn needed(&self) -> BTreeSet<Digest> {
        let attempts = self.active().map(|attempt| &attempt.definition);
        let good = self.targets.values().flat_map(|target| &target.good);
        let newest = self.definition.as_ref().map(|d| &d.digest);
        attempts
            .chain(good.map(|good| &good.definition))
            .filter(|digest| Some(*digest) != newest)
            .cloned()
            .collect()
    }

    /// Moves what waits to where the new order of stages wants it: from a stage that is gone to
    /// the next one that is left, and back before stages that were put in between, which have not
    /// approved it (DESIGN.md 5, rule 1).
    fn requeue_between(&mut self, at: Time, before: &Definition, after: &Definition) {
        let (old, new): (Vec<_>, Vec<_>) = (before.columns().collect(), after.columns().collect());
        for gone in old.iter().filter(|column| !new.contains(column)) {
            let later = old.iter().skip_while(|column| *column != gone);
            if let Some(next) = later.skip(1).find(|column| new.contains(column)) {
                self.move_queue(at, gone, next);
            }
        }
        for (place, stage) in new.iter().enumerate() {
            let added = new[..place].iter().rev();
            let added = added.take_while(|column| !old.contains(column)).last();
            if let Some(first_added) = added.filter(|_| old.contains(stage)) {
                self.move_queue(at, stage, first_added);
            }
        }
    }

    fn move_queue(&mut self, at: Time, from: &StageName, to: &StageName) {
        let Ok(state) = self.stage_mut(from) else {
            return;
        };
        let waiting = std::mem::take(&mut state.waiting);
        let lapses = std::mem::take(&mut state.lapses);
        state.queued = None;
        if let Ok(state) = self.stage_mut(to) {
            state.enqueue(waiting.into_iter().map(|(release, _)| (release, at)));
            state.lapses.extend(lapses);
        }
    }
}
