//! A seeded simulation: the real engine and the real fold over a journal that tears and loses, fake
//! targets that keep their own log, operators who press anything, clocks and alarms that go wrong,
//! definitions that change underneath. After every entry the invariants are checked over journal
//! and target log, in another way than the engine goes about them (`book`). A seed replays exactly,
//! by the command that its failure prints; `PILOTHOUSE_SEEDS=50000` runs more.

mod actions;
mod bank;
mod book;
mod calm;
mod commits;
mod definitions;
mod faults;
mod fleet;
pub(crate) mod machine;
mod operators;
mod oracle;
mod outside;
mod prologue;
mod report;
pub(crate) mod rng;
mod run;
pub(crate) mod store;
mod table;
mod wishes;

use report::Report;
use run::{Failure, all, run, shrunk};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use store::Store;

/// Seeds that every run of the tests goes through.
const SEEDS: u64 = 2_000;
/// Of those over the real journal; a sync costs more than a simulated one.
const SEEDS_ON_DISK: u64 = 12;

/// What must be seen to happen: kinds of facts, and things that a kind does not tell.
const MUST_HAPPEN: &[&str] = &[
    "DEPLOY",
    "ROLLBACK",
    "STALE",
    "REFUSED",
    "APPROVE",
    "REJECT",
    "OVERRIDE",
    "RETRY",
    "more traffic for a canary",
    "traffic back from a canary",
    "a switch of colours",
    "a test of the idle colour",
    "an instant switch back",
    "a switch back after installing again",
    "a target of all at once",
    "a release of several sources",
    "enough coverage",
    "too little coverage",
    "a quota stands",
    "a stagger stands",
    "a drain stands",
    "something stands and is passed",
    "an override is used",
    "an alarm of the service stands",
    "an alarm of the organization stands",
    "a bake starts over",
    "a rollback by an alarm",
    "a rollback by a failure",
    "a rollback of a target",
    "a rollback of a region",
    "a rollback of a stage",
    "a rollback everywhere",
    "a hold expires",
    "a hold of the organization expires",
    "the line goes on",
    "an approval is undone",
    "an approval expires",
    "a promotion lapses",
    "a long block becomes a ticket",
    "a ticket is acknowledged",
    "a ticket is assigned",
    "a ticket is written on",
    "a ticket is resolved by hand",
    "a ticket's cause comes again",
];

#[test]
fn no_seed_violates_an_invariant() {
    let suite = Suite {
        test: "no_seed_violates_an_invariant",
        store: Store::memory,
    };
    if let Some(seed) = number("PILOTHOUSE_SEED") {
        return suite.replay(seed);
    }
    let seeds = number("PILOTHOUSE_SEEDS").unwrap_or(SEEDS);
    let total = suite.side_by_side(seeds);
    println!("{total}");
    // A simulation in which nothing happens would pass as well, so what must happen is asserted.
    let seen = &total.seen;
    let happened = |thing: &str| seen.facts.contains_key(thing) || seen.things.contains_key(thing);
    let missed: Vec<_> = MUST_HAPPEN
        .iter()
        .filter(|thing| !happened(thing))
        .collect();
    assert!(missed.is_empty(), "never happened: {missed:?}");
    assert!(
        total.seen.through > 0,
        "no release came through the last stage"
    );
    let missed: Vec<_> = faults::FAULTS
        .iter()
        .filter(|fault| !total.injected.contains_key(fault))
        .collect();
    assert!(missed.is_empty(), "never injected: {missed:?}");
}

#[test]
fn no_seed_violates_an_invariant_over_the_real_journal() {
    let suite = Suite {
        test: "no_seed_violates_an_invariant_over_the_real_journal",
        store: Store::sqlite,
    };
    if let Some(seed) = number("PILOTHOUSE_SEED") {
        return suite.replay(seed);
    }
    let total = suite.side_by_side(SEEDS_ON_DISK);
    println!("{total}");
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Seeds over one kind of journal.
#[derive(Clone, Copy)]
struct Suite {
    test: &'static str,
    store: fn() -> Store,
}

impl Suite {
    /// Runs seeds on two threads; of those that fail the lowest is told.
    fn side_by_side(self, seeds: u64) -> Report {
        let next = AtomicU64::new(0);
        let total = Mutex::new(Report::default());
        let failed = Mutex::new(BTreeMap::new());
        let work = || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds || !failed.lock().unwrap().is_empty() {
                    return;
                }
                match run(seed, &all(), (self.store)(), false) {
                    Ok(report) => total.lock().unwrap().add(report),
                    Err(failure) => drop(failed.lock().unwrap().insert(seed, failure)),
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
        if let Some((seed, failure)) = failed.into_inner().unwrap().pop_first() {
            self.tell(seed, &failure);
        }
        total.into_inner().unwrap()
    }

    /// Says how a seed failed: the rule, the shortest run that breaks it, and how to see it again.
    fn tell(self, seed: u64, failure: &Failure) -> ! {
        let steps = shrunk(seed, &failure.why, self.store);
        let list: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let again = run(seed, &steps, (self.store)(), true).err();
        let (why, trace) = again.map_or_else(
            || (failure.why.clone(), Vec::new()),
            |failure| (failure.why, failure.trace),
        );
        panic!(
            "seed {seed} failed: {why}\n\
             minimal trace, {} of {} steps (`!` a fault strikes, `>` somebody asks, indented: what \
             became durable):\n{}\n\
             it ends here: {why}\n\
             replay: PILOTHOUSE_SEED={seed} PILOTHOUSE_STEPS={} cargo test --test it \
             simulation::{} -- --exact --nocapture",
            steps.len(),
            all().len(),
            trace.join("\n"),
            list.join(","),
            self.test,
        );
    }

    /// Runs one seed, or some of its steps, and prints everything that happens.
    fn replay(self, seed: u64) {
        let steps = std::env::var("PILOTHOUSE_STEPS").ok();
        let steps = steps.map_or_else(all, |list| {
            list.split(',')
                .filter_map(|step| step.parse().ok())
                .collect()
        });
        match run(seed, &steps, (self.store)(), true) {
            Ok(report) => println!("{report}"),
            Err(failure) => {
                println!("{}", failure.trace.join("\n"));
                panic!("seed {seed} failed: {}", failure.why)
            }
        }
    }
}
