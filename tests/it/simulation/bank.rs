//! Shows that the simulation finds what is wrong: every planted bug (`model::planted`) must make
//! some seed fail, and soon. A bug that no seed finds is a hole in the invariants, not a success.

use super::run::{all, run};
use super::store::Store;
use pilothouse::model::planted::{Bug, plant};
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// About half a minute of one core, half of what a bug may take.
const SEEDS_MOST: u64 = 1_000;

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
            Some((seed, why)) => writeln!(list, "{bug:?}: seed {seed}: {why}").unwrap(),
            None => writeln!(list, "{bug:?}: NOT FOUND").unwrap(),
        }
    }
    println!("{list}");
    let missed: Vec<_> = told.iter().filter(|(_, found)| found.is_none()).collect();
    assert!(
        missed.is_empty(),
        "{} bugs are not found:\n{list}",
        missed.len()
    );
}

/// The first seed that fails with this bug, and what it says.
fn hunt(bug: Bug) -> Option<(u64, String)> {
    plant(Some(bug));
    let found = (0..SEEDS_MOST).find_map(|seed| {
        let failed = run(seed, &all(), Store::memory(), false).err()?;
        Some((seed, failure_words(&failed.why)))
    });
    plant(None);
    found
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
