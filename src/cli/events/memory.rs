//! What entries themselves tell of attempts and steps, kept so that later ones are told by releases,
//! stages and titles instead of numbers. It holds what began and has not ended. Pure.

use crate::model::{
    AttemptId, EffectId, Entry, Fact, GateProgress, Known, ReleaseId, StageName, Stream,
};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// What each step does, and for which attempt.
    steps: BTreeMap<EffectId, (String, AttemptId)>,
    attempts: BTreeMap<(Stream, AttemptId), Begun>,
}

/// An attempt as it began.
#[derive(Debug)]
struct Begun {
    stage: StageName,
    release: ReleaseId,
    /// What its gates are called.
    gates: Vec<String>,
}

/// An entry in words.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) kind: &'static str,
    pub(crate) stage: Option<StageName>,
    pub(crate) who: Option<String>,
    pub(crate) what: String,
}

impl Memory {
    /// Tells an entry; those before it have been told.
    pub(crate) fn tell(&mut self, entry: &Entry) -> Line {
        let fact = &entry.fact;
        self.begin(entry);
        let step = fact.step().and_then(|id| self.steps.get(id));
        let attempt = fact.attempt().or(step.map(|(_, attempt)| *attempt));
        let begun = attempt.and_then(|id| self.attempts.get(&(entry.stream.clone(), id)));
        let known = Known {
            release: begun.map(|begun| begun.release),
            gate: begun.and_then(|begun| gate(begun, fact)),
            step: step.map(|(title, _)| title.clone()),
        };
        let told = fact.told_by(&known);
        let stage = begun.map(|begun| begun.stage.clone());
        let line = Line {
            kind: told.kind,
            stage: stage.or_else(|| fact.own_stage()),
            who: told.who,
            what: known.with_release(told.what),
        };
        if let Some(id) = fact.closes() {
            self.steps.remove(id);
        }
        line
    }

    fn begin(&mut self, entry: &Entry) {
        if let Some(owed) = entry.fact.opens() {
            let step = (owed.effect.title(), owed.attempt);
            self.steps.insert(owed.id.clone(), step);
        }
        if let Fact::AttemptStarted {
            attempt,
            stage,
            release,
            gates,
            ..
        } = &entry.fact
        {
            let titles = gates.iter().map(|GateProgress { gate, .. }| gate.title());
            let begun = Begun {
                stage: stage.clone(),
                release: *release,
                gates: titles.collect(),
            };
            let key = (entry.stream.clone(), *attempt);
            self.attempts.insert(key, begun);
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only one of all facts names a gate"
)]
fn gate(begun: &Begun, fact: &Fact) -> Option<String> {
    match fact {
        Fact::GatePassed { gate, .. } => begun.gates.get(*gate).cloned(),
        _ => None,
    }
}
