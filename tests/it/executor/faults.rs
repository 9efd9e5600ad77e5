//! Every call that a keeper makes on the files of its step fails once, whether its server waits for it
//! or is gone: the command runs once, and how it ended is told; or it does not run, and that is told,
//! and the next try runs it. No change is blamed for the disk.

use super::*;
use crate::cli::faults::{
    EIO, ENOSPC,
    disk::{Call, Disk, Fault, calls, write_program},
    each_stands, is_long,
};
use std::{collections::BTreeMap, fmt};

/// Says that it starts, and goes on once it may; says more than a log keeps as it comes.
const WORK: &str = "echo start >> starts; until test -e go; do sleep 0.01; done; head -c 600000 /dev/zero | tr '\\0' x";

#[test]
fn whatever_call_of_a_keeper_fails_its_command_runs_once_and_its_end_is_told() {
    let Some(disk) = Disk::build() else {
        println!("skipped: this machine has no C compiler");
        return;
    };
    let healthy = Place::new();
    let lived = through(&healthy, &disk, None, Server::Waits);
    alone(lived).unwrap();
    let cases = chosen(&calls(&healthy.path("notes")));
    assert!(cases.len() > 15, "{}", cases.len());
    each_stands(&cases, |Case { fault, server }| {
        let place = Place::new();
        alone(through(&place, &disk, Some(fault), *server))
    });
}

/// To its end, in this thread.
fn alone<T>(work: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(work)
}

#[tokio::test]
async fn an_end_that_can_be_neither_written_nor_read_is_told_with_its_file() {
    for (taken, words) in [
        ("end.new", "cannot write how it ended to"),
        ("end", "says how it ended and cannot be read"),
    ] {
        let place = Place::new();
        let text = format!("mkdir -p state/steps/end-1/{taken}/there");
        let result = place.shell("end-1", &text).await;
        let (kind, why) = told(&result);
        assert_eq!(kind, "unknown", "{result:?}");
        let file = place.path("state/steps/end-1/end").display().to_string();
        assert!(why.contains(&file) && why.contains(words), "{why}");
        assert!(why.contains("Is a directory"), "{why}");
    }
}

struct Case {
    fault: Fault,
    server: Server,
}

#[tokio::test]
async fn a_step_of_which_nobody_can_say_who_keeps_it_is_not_waited_for_for_ever() {
    let place = Place::new();
    let folder = place.path("state/steps/lost-1");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink("keeper", folder.join("keeper")).unwrap();
    let step = place.test_step("lost-1", Run::Shell("true".to_owned()), Span::seconds(20));
    let keeper = folder.join("keeper").display().to_string();
    let result = place.run(&step).await;
    let (kind, why) = told(&result);
    assert_eq!(kind, "unknown", "{result:?}");
    assert!(
        why.contains(&keeper) && why.contains("who keeps it"),
        "{why}"
    );
    for owed in [Some(&step), None] {
        let state = place.path("state");
        let opened = Executor::open(&state, 0, (&program(), &Confinement::default()), owed);
        let why = opened.unwrap_err().to_string();
        assert!(why.contains(&keeper), "{why}");
    }
}

/// What the server does while the keeper works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Waits,
    Dies,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.fault, self.server)
    }
}

/// The first call of each kind fails; in a long run each of them, in each way.
fn chosen(calls: &[Call]) -> Vec<Case> {
    let mut met = BTreeMap::new();
    let mut cases = Vec::new();
    for call in calls {
        let nth = met.entry(call).or_insert(0);
        *nth += 1;
        // In how many parts a log is written is the pipe's to say.
        if *nth > 1 && call.moves_bytes() {
            continue;
        }
        let errors: &[i32] = if call.takes_room() {
            &[EIO, ENOSPC]
        } else {
            &[EIO]
        };
        for error in errors {
            for server in [Server::Waits, Server::Dies] {
                let is_first = (*nth, *error, server) == (1, EIO, Server::Waits);
                if is_first || is_long() {
                    let fault = Fault {
                        call: call.clone(),
                        nth: *nth,
                        is_lasting: false,
                        error: *error,
                    };
                    cases.push(Case { fault, server });
                }
            }
        }
    }
    cases
}

/// A step through the fault, and again without it where it was not done.
async fn through(
    place: &Place,
    disk: &Disk,
    fault: Option<&Fault>,
    server: Server,
) -> Result<(), String> {
    let step = place.test_step("step-1", Run::Shell(WORK.to_owned()), Span::seconds(20));
    let go = || std::fs::write(place.path("go"), "").unwrap();
    let starts = || read(&place.path("starts"));
    let first = on_disk(place, disk, fault);
    let name = pipeline();
    let begun = || !starts().is_empty();
    let mut result = tokio::select! {
        result = first.run(&name, &step) => Some(result),
        () = until("it starts", begun), if server == Server::Dies => None,
        () = async { until("it starts", begun).await; go(); std::future::pending().await } => None,
    };
    go();
    drop(first);
    if server == Server::Dies {
        let next = found::next(place, &step);
        if next.is_found(&step.id) || result.is_none() {
            result = Some(next.run(&name, &step).await);
        }
    }
    let notes = read(&place.path("notes"));
    if fault.is_some() && !notes.contains("failed ") {
        return Err(format!("it was not met: {notes}"));
    }
    let result = result.unwrap();
    let (kind, why) = told(&result);
    match (kind, starts().as_str()) {
        ("succeeded", "start\n") => return Ok(()),
        ("infrastructure", "") => {}
        (_, starts) => return Err(format!("{result:?} after {starts:?}")),
    }
    let folder = place.path("state/steps/step-1").display().to_string();
    if !why.contains("os error") || !why.contains(&folder) {
        return Err(format!("nobody is told what failed: {why}"));
    }
    let again = Owed { tries: 2, ..step };
    let result = place.run(&again).await;
    match (told(&result).0, starts().as_str()) {
        ("succeeded", "start\n") => Ok(()),
        (_, starts) => Err(format!("then {result:?} after {starts:?}")),
    }
}

/// A server whose keepers stand on that disk.
fn on_disk(place: &Place, disk: &Disk, fault: Option<&Fault>) -> Executor {
    let state = place.path("state");
    let variables = disk.variables(&state.join("steps"), &place.path("notes"), fault);
    let keeper = place.path("keeper");
    write_program(
        &keeper,
        &variables,
        &format!("exec '{}'", program().display()),
    );
    Executor::open(&state, 0, (&keeper, &Confinement::default()), []).unwrap()
}
