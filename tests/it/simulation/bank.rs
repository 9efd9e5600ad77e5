//! Shows that the simulation finds what is wrong: every planted bug (`model::planted`) must make
//! some seed fail, and soon. A bug that no seed finds is a hole in the invariants, not a success.

use super::run::{all, run};
use super::store::Store;
use nix::time::{ClockId, clock_gettime};
use pilothouse::model::planted::{Bug, plant};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the search for one bug may take of one core, in seconds of work: what else the machine does
/// meanwhile does not count.
const SECONDS_MOST: i64 = 60;
/// About what that is in seeds, so that a search without success comes to its end.
const SEEDS_MOST: u64 = 1_200;

#[test]
fn every_planted_bug_is_found() {
    assert!(Bug::ALL.len() >= 30);
    let next = AtomicUsize::new(0);
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _core in 0..2 {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = hunt(*bug);
                    told.lock().unwrap().push((*bug, found));
                }
            });
        }
    });
    let told = told.into_inner().unwrap();
    let mut list = String::new();
    for (bug, found) in &told {
        match found {
            Some(Found { seed, took, why }) => {
                writeln!(list, "{bug:?}: seed {seed}, {took}s: {why}").unwrap();
            }
            None => writeln!(list, "{bug:?}: NOT FOUND").unwrap(),
        }
    }
    println!("{list}");
    let soon = |found: &Found| found.took <= SECONDS_MOST;
    let missed = told.iter();
    let missed = missed.filter(|(_, found)| !found.as_ref().is_some_and(soon));
    let missed = missed.count();
    assert!(missed == 0, "{missed} bugs are not found in time:\n{list}");
}

/// The first seed that failed, the seconds of work until then, and what it said.
struct Found {
    seed: u64,
    took: i64,
    why: String,
}

/// The first seed that fails with this bug.
fn hunt(bug: Bug) -> Option<Found> {
    let begun = worked();
    plant(Some(bug));
    let found = (0..SEEDS_MOST).find_map(|seed| {
        let failed = run(seed, &all(), Store::memory(), false).err()?;
        Some((seed, failure_words(&failed.why)))
    });
    plant(None);
    let took = worked() - begun;
    found.map(|(seed, why)| Found { seed, took, why })
}

/// Seconds for which a core has worked for this thread.
fn worked() -> i64 {
    let clock = ClockId::CLOCK_THREAD_CPUTIME_ID;
    clock_gettime(clock).unwrap().tv_sec()
}

/// The rule that was broken, without the state that shows it.
fn failure_words(why: &str) -> String {
    why.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(100)
        .collect()
}
