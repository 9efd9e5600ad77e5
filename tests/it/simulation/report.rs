//! What simulations did, so that one in which nothing happens can be told from one in which nothing
//! goes wrong.

use super::book::Seen;
use super::faults::Fault;
use pilothouse::model::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[derive(Debug, Default, Clone)]
pub(super) struct Report {
    pub(super) seeds: usize,
    pub(super) seen: Seen,
    pub(super) injected: BTreeMap<Fault, usize>,
    pub(super) covered: BTreeSet<(&'static str, Fault)>,
    pub(super) simulated: Span,
}

impl Report {
    pub(super) fn add(&mut self, other: Report) {
        self.seeds += other.seeds;
        self.seen.entries += other.seen.entries;
        self.seen.deployments += other.seen.deployments;
        self.seen.through += other.seen.through;
        for (kind, n) in other.seen.facts {
            *self.seen.facts.entry(kind).or_default() += n;
        }
        for (thing, n) in other.seen.things {
            *self.seen.things.entry(thing).or_default() += n;
        }
        for (fault, n) in other.injected {
            *self.injected.entry(fault).or_default() += n;
        }
        self.covered.extend(other.covered);
        self.simulated = self.simulated + other.simulated;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seen {
            facts,
            things,
            entries,
            deployments,
            through,
        } = &self.seen;
        let hours = self.simulated.0 / 3_600_000;
        let faults: usize = self.injected.values().sum();
        writeln!(
            f,
            "{} seeds, {entries} events, {faults} faults, {hours} simulated hours, {deployments} \
             deployments, {through} releases through the last stage",
            self.seeds
        )?;
        writeln!(f, "events: {facts:?}")?;
        writeln!(f, "things: {things:?}")?;
        writeln!(f, "faults: {:?}", self.injected)?;
        let mut states: BTreeMap<&str, Vec<Fault>> = BTreeMap::new();
        for (state, fault) in &self.covered {
            states.entry(state).or_default().push(*fault);
        }
        writeln!(
            f,
            "covered: {} pairs of state and fault",
            self.covered.len()
        )?;
        for (state, faults) in states {
            writeln!(f, "  {state}: {faults:?}")?;
        }
        Ok(())
    }
}
