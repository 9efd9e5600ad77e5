//! Runs one seed, or only some of its steps, and makes the shortest run that still fails.

use super::faults::Faults;
use super::machine::Machine;
use super::report::Report;
use super::rng::Rng;
use super::store::Store;
use super::{actions, calm, definitions, prologue};
use pilothouse::model::Folded;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

/// Steps of a simulation before it comes to rest.
pub(super) const STEPS: u64 = 95;

pub(super) struct Failure {
    pub(super) why: String,
    pub(super) trace: Vec<String>,
}

/// Runs some steps of a seed. Each step has its own randomness, so any choice of them is a run.
pub(super) fn run(seed: u64, steps: &[u64], store: Store, traced: bool) -> Result<Report, Failure> {
    let mut rng = Rng::of(seed, 0);
    let faults = Faults::of(&mut rng);
    let definition = definitions::first(&mut rng);
    let mut machine = Machine::new(store, definition, rng, faults);
    machine.trace = traced.then(Vec::new);
    let ran = quietly(|| {
        machine.begin();
        if machine.rng.one_in(2) {
            machine.say(|| "-- a good beginning".to_owned());
            prologue::begin_well(&mut machine);
        }
        for step in steps {
            machine.say(|| format!("-- step {step}"));
            machine.rng = Rng::of(seed, *step);
            actions::act(&mut machine, *step);
        }
        machine.say(|| "-- faults cease".to_owned());
        calm::come_to_rest(&mut machine);
        if seed.is_multiple_of(8) {
            written_down(&mut machine);
        }
    });
    match ran {
        Ok(()) => Ok(Report {
            seeds: 1,
            seen: machine.book.report,
            injected: machine.faults.injected,
            covered: machine.covered,
            simulated: machine.simulated,
        }),
        Err(why) => {
            let trace = machine.trace.take().unwrap_or_default();
            Err(Failure { why, trace })
        }
    }
}

/// I30: what everything folded to is the same after it was written down in a snapshot.
fn written_down(machine: &mut Machine) {
    let mut folded = Folded::default();
    for entry in machine.store.all() {
        folded.apply(&entry).expect("I30: it was folded before");
    }
    let text = serde_json::to_vec(&folded).expect("I30: it can be written");
    let read: Folded = serde_json::from_slice(&text).expect("I30: it can be read");
    assert!(read == folded, "I30: a snapshot says something else");
    assert!(folded.pipelines.values().all(|it| *it == machine.pipeline));
}

thread_local! {
    /// Where and why the run of this thread stopped; none while panics are nobody's but the test's.
    static STOPPED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs something that may panic, and keeps its words instead of printing them: while bugs are
/// hunted and failures made smaller, hundreds do.
pub(super) fn quietly(run: impl FnOnce()) -> Result<(), String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let kept = STOPPED.with_borrow_mut(|stopped| {
                let kept = stopped.is_some();
                if let Some(stopped) = stopped {
                    let place = info.location().map(ToString::to_string).unwrap_or_default();
                    *stopped = format!("{} ({place})", words(info.payload()));
                }
                kept
            });
            if !kept {
                loud(info);
            }
        }));
    });
    STOPPED.set(Some(String::new()));
    let ran = panic::catch_unwind(AssertUnwindSafe(run));
    let stopped = STOPPED.take();
    ran.map_err(|_thrown| stopped.unwrap_or_default())
}

/// What a panic said.
fn words(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("?")
}

pub(super) fn all() -> Vec<u64> {
    (1..=STEPS).collect()
}

/// Leaves out steps, first many at once and then one by one, as long as the run still fails for the
/// same invariant (delta debugging).
pub(super) fn shrunk(seed: u64, why: &str, store: fn() -> Store) -> Vec<u64> {
    let rule = |why: &str| why.split(':').next().unwrap_or_default().to_owned();
    let fails = |steps: &[u64]| {
        let failed = run(seed, steps, store(), false).err();
        failed.is_some_and(|failure| rule(&failure.why) == rule(why))
    };
    let mut steps = all();
    let mut size = steps.len() / 2;
    while size > 0 {
        let mut from = 0;
        while from < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + size).min(steps.len()));
            if fails(&fewer) {
                steps = fewer;
            } else {
                from += size;
            }
        }
        size /= 2;
    }
    steps
}
