//! A pipeline with facts that are decided but not yet journaled. Every decision reads the state as
//! those facts left it, through the one fold, so rules never see a half-done step. The state is only
//! copied when the first fact is recorded: most looks at a pipeline decide nothing.

use crate::model::{
    Attempt, AttemptId, Definition, Effect, EffectId, Fact, Org, Owed, Pipeline, StageName,
    StageState, Time,
};
use std::{borrow::Cow, sync::Arc};

#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    pub(super) pipeline: Cow<'a, Pipeline>,
    pub(super) org: &'a Org,
    pub(super) now: Time,
    facts: Vec<Fact>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, org: &'a Org, now: Time) -> Self {
        Self {
            pipeline: Cow::Borrowed(pipeline),
            org,
            now,
            facts: Vec::new(),
        }
    }

    /// Adds a fact. One that cannot follow is a mistake in a rule: tests stop at it, a release
    /// build leaves it out, since an impossible fact in the journal could not be folded again.
    pub(super) fn record(&mut self, fact: Fact) {
        match self.pipeline.to_mut().fold(self.now, &fact) {
            Ok(()) => self.facts.push(fact),
            Err(impossible) => debug_assert!(false, "{impossible}: {fact:?}"),
        }
    }

    /// Opens an effect of an attempt under the next effect id.
    pub(super) fn start_step(&mut self, attempt: AttemptId, effect: Effect) {
        let id = EffectId::new(&self.pipeline.name, self.pipeline.counters.effects + 1);
        let owed = Owed {
            id,
            attempt,
            effect,
            tries: 1,
            not_before: None,
            started: self.now,
        };
        self.record(Fact::StepStarted {
            owed: Arc::new(owed),
        });
    }

    pub(super) fn definition(&self) -> Option<Arc<Definition>> {
        self.pipeline.definition.clone()
    }

    /// The definition in force at a stage: its attempt's, else the newest.
    pub(super) fn in_force(&self, stage: &StageName) -> Option<Arc<Definition>> {
        self.pipeline.in_force(stage).cloned()
    }

    /// The active attempt of a stage, as it stands now.
    pub(super) fn active(&self, stage: &StageName) -> Option<&Attempt> {
        self.pipeline.stage(stage)?.active()
    }

    /// A stage as it is now, to be read while facts are recorded that change it: shared, since an
    /// attempt may have very many targets.
    pub(super) fn seen(&self, stage: &StageName) -> Option<Arc<StageState>> {
        self.pipeline.stages.get(stage).cloned()
    }

    pub(super) fn count(&self) -> usize {
        self.facts.len()
    }

    pub(super) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    pub(super) fn into_facts(self) -> Vec<Fact> {
        self.facts
    }
}
