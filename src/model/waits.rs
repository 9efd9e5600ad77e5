//! Since when what waits in a pipeline has waited, whatever is most urgent in it: the oldest change
//! that production lacks, the oldest request for an approval, what is owed. Figures, not states.

use crate::model::{Effect, GateState, Pipeline, Time, summary::production};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// When the oldest change was made that most of production lacks.
    pub change: Option<Time>,
    /// When the people were asked who were asked first.
    pub approval: Option<Time>,
    /// Effects that are owed, by kind: how many, and since when the first.
    pub owed: BTreeMap<&'static str, (u64, Time)>,
}

pub fn waits(pipeline: &Pipeline) -> Waits {
    let mut owed = BTreeMap::new();
    for step in pipeline.owed() {
        let kind: &mut (u64, Time) = owed.entry(step.effect.kind()).or_insert((0, step.started));
        *kind = (kind.0 + 1, kind.1.min(step.started));
    }
    let asked = pipeline.active().filter_map(|attempt| attempt.asked());
    let asked = asked.filter_map(|(_, gate)| match &gate.state {
        GateState::Asked { since, .. } => Some(*since),
        GateState::Waiting
        | GateState::Running { .. }
        | GateState::Baking
        | GateState::Passed { .. }
        | GateState::Failed { .. } => None,
    });
    Waits {
        change: oldest_change(pipeline),
        approval: asked.min(),
        owed,
    }
}

fn oldest_change(pipeline: &Pipeline) -> Option<Time> {
    let definition = pipeline.definition.as_ref()?;
    let base = production(pipeline, definition);
    let newest = pipeline.releases.newest();
    let released = newest.map(|newest| pipeline.releases.changes_since(newest.id, base));
    let also = pipeline.also.values().flat_map(|also| &also.unreleased);
    let unreleased = pipeline.source.unreleased.iter().chain(also);
    let changes = released.into_iter().flatten().chain(unreleased);
    changes.map(|change| change.at).min()
}

impl Effect {
    /// Every kind there is.
    pub const KINDS: [&'static str; 5] = ["build", "check", "coverage", "deploy", "test"];

    /// One word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Effect::Build { .. } => "build",
            Effect::Check { .. } => "check",
            Effect::Coverage { .. } => "coverage",
            Effect::Deploy(_) => "deploy",
            Effect::Test { .. } => "test",
        }
    }
}
