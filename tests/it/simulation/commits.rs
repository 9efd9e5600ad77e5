//! Commits come to the sources, in good order or with history rewritten. What is pushed here is the
//! truth that the book holds releases against.

use super::faults::Fault;
use super::machine::Machine;
use pilothouse::engine::Input;
use pilothouse::model::*;

pub(super) fn push(machine: &mut Machine) {
    if machine.strikes(Fault::SourceFails, 3) {
        let source = some_source(machine);
        let why = "the repository does not answer".to_owned();
        return machine.feed(Input::Outcome(Outcome::SourceFailed { source, why }));
    }
    let many = machine.strikes(Fault::ManyReleases, 24);
    for _ in 0..if many { 22 } else { 1 } {
        push_one(machine);
        if !machine.is_up() {
            return;
        }
    }
}

/// One reviewed commit to every source, on top of what is there.
pub(super) fn push_well(machine: &mut Machine) {
    let also = machine.definition.also.iter();
    let also: Vec<_> = also.map(|also| Some(also.name.clone())).collect();
    for source in also.into_iter().chain([None]) {
        let state = machine.pipeline.source_state(source.as_ref());
        let head = state.and_then(|state| state.head.clone());
        let mut change = change(machine, source.as_ref());
        change.author = crate::world::person("mori");
        change.reviewers = vec![crate::world::person("ana")];
        let tip = change.sha.clone();
        let pushed = &mut machine.book.pushed;
        pushed.insert(tip.clone(), (head.clone(), change));
        let seen = look(machine, source, tip, head.into_iter().collect());
        machine.feed(Input::Outcome(Outcome::Head(seen)));
    }
}

fn some_source(machine: &mut Machine) -> Option<SourceName> {
    let also = machine.definition.also.first();
    also.map(|also| also.name.clone())
        .filter(|_| machine.rng.one_in(2))
}

fn push_one(machine: &mut Machine) {
    let source = some_source(machine);
    let state = machine.pipeline.source_state(source.as_ref());
    let head = state.and_then(|state| state.head.clone());
    let before = released(machine, source.as_ref());
    let rewritten = machine.strikes(Fault::ForcePush, 3);
    let back = rewritten && machine.rng.one_in(2);
    let onto = if rewritten {
        machine.rng.pick(&before).cloned()
    } else {
        head.clone()
    };
    let tip = if back && onto.is_some() {
        onto
    } else {
        let change = change(machine, source.as_ref());
        let tip = change.sha.clone();
        let pushed = &mut machine.book.pushed;
        pushed.insert(tip.clone(), (onto, change));
        Some(tip)
    };
    let known = head.into_iter().chain(before.into_iter().rev());
    let seen = tip.map(|tip| look(machine, source, tip, known.collect()));
    if let Some(head) = seen {
        machine.feed(Input::Outcome(Outcome::Head(head)));
    }
}

/// What git shows of a branch to somebody who knows some of its commits, best first.
fn look(machine: &Machine, source: Option<SourceName>, sha: Sha, known: Vec<Sha>) -> Head {
    let history = machine.book.history(&sha);
    let base = known.into_iter().find(|known| history.contains(known));
    let new = history.iter().take_while(|sha| Some(*sha) != base.as_ref());
    let mut changes: Vec<Change> = new.map(|sha| machine.book.pushed[sha].1.clone()).collect();
    changes.reverse();
    Head {
        source,
        sha,
        base,
        changes,
    }
}

/// The commits of a source that releases were cut of.
fn released(machine: &Machine, source: Option<&SourceName>) -> Vec<Sha> {
    let releases = machine.book.releases.values();
    let pins = releases.filter_map(|cut| match source {
        None => Some(&cut.sha),
        Some(name) => cut.also.get(name),
    });
    pins.cloned().collect()
}

/// A commit by somebody, sometimes with the revert of what is in quarantine.
fn change(machine: &mut Machine, source: Option<&SourceName>) -> Change {
    let quarantine = &machine.pipeline.guards.quarantine;
    let bad: Vec<Sha> = quarantine.keys().cloned().collect();
    let number = machine.rng.next() as u32;
    let author = if machine.rng.one_in(5) { "li" } else { "mori" };
    let reviewer = if machine.rng.one_in(8) { author } else { "ana" };
    Change {
        source: source.cloned(),
        sha: crate::world::sha(number),
        author: crate::world::person(author),
        at: machine.now(),
        title: "a change".to_owned(),
        reviewers: vec![crate::world::person(reviewer)],
        reverts: if machine.rng.one_in(2) {
            bad
        } else {
            Vec::new()
        },
        one_way: machine.rng.one_in(9),
        size: None,
    }
}
