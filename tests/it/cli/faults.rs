//! Every call that the server makes on the files of its state directory fails once, under the real
//! program: whatever it is, nothing that was acknowledged is lost, nothing is done twice, nobody has to
//! read a panic, and the next start goes on. So do backups and
//! restores. The disk that fails is in `tests/fault/disk.c`.

mod copies;
pub(crate) mod disk;
mod fleet;
mod git;
mod starts;

use disk::{Call, Disk, Fault};
use fleet::{Fleet, Told};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Set, every call fails in its turn, and not only the first of each kind.
const ALL: &str = "PILOTHOUSE_FAULTS";

/// Servers that run beside each other; most of the time they wait.
const BESIDE: usize = 4;

pub(crate) const EIO: i32 = 5;
pub(crate) const ENOSPC: i32 = 28;

#[test]
fn whatever_call_on_a_file_fails_nothing_is_lost_and_nothing_is_done_twice() {
    let Some(disk) = Disk::build() else {
        println!("skipped: this machine has no C compiler");
        return;
    };
    let calls = healthy(&disk);
    let faults = chosen(&calls, |_call, _is_last| is_long());
    each_stands(&faults, |fault| stands(&disk, fault));
}

/// Lives through each fault, some beside each other, and tells of those that it cannot live through.
pub(crate) fn each_stands<T: fmt::Display + Sync>(
    faults: &[T],
    stands: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = stands(fault) {
                        wrong.lock().unwrap().push(format!("{fault}: {why}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let of = faults.len();
    assert!(
        wrong.is_empty(),
        "{} of {of}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What a server calls that nothing happens to.
fn healthy(disk: &Disk) -> Vec<Call> {
    let fleet = Fleet::new();
    let told = fleet.live(disk, None);
    assert_eq!(told.ended, Some(0), "{}", told.log);
    fleet.goes_on(&told).unwrap();
    disk::calls(&fleet.notes())
}

/// Whether there is time for every call there is.
pub(crate) fn is_long() -> bool {
    std::env::var_os(ALL).is_some()
}

/// The first call of each kind fails, and the others that are wanted; where it can, it finds the disk
/// full. Calls on the journal, and all in a long run, do both.
fn chosen(calls: &[Call], is_wanted: impl Fn(&Call, bool) -> bool) -> Vec<Fault> {
    let mut met = BTreeMap::new();
    let mut faults = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let nth = met.entry(call).or_insert(0);
        *nth += 1;
        let is_last = !calls[at + 1..].contains(call);
        if *nth > 1 && !is_wanted(call, is_last) {
            continue;
        }
        let fault = |error, is_lasting| Fault {
            call: call.clone(),
            nth: *nth,
            is_lasting,
            error,
        };
        if call.takes_room() {
            faults.push(fault(ENOSPC, true));
        }
        if is_long() || call.is_on_journal() || !call.takes_room() {
            faults.push(fault(EIO, false));
        }
    }
    faults
}

/// Lives through the fault, and then without it.
fn stands(disk: &Disk, fault: &Fault) -> Result<(), String> {
    let fleet = Fleet::new();
    let told = fleet.live(disk, Some(fault));
    ended_well(&told)?;
    fleet.goes_on(&told)
}

/// A server that cannot go on says why and ends; it does not end otherwise.
fn ended_well(told: &Told) -> Result<(), String> {
    let log = &told.log;
    if log.contains("panicked") {
        return Err(format!("it panicked: {log}"));
    }
    match told.ended {
        Some(0) => Ok(()),
        Some(1) if log.lines().any(|line| line.starts_with("pilothouse: ")) => Ok(()),
        other => Err(format!("it ended with {other:?}: {log}")),
    }
}
