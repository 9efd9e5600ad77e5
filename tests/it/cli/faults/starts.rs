//! A start over a step that goes on, on a disk that fails at each call on what is kept of steps: it is
//! refused, or the step is waited for; either way it is begun once.

use super::{
    EIO,
    disk::{Call, Disk, Fault, calls},
    each_stands, ended_well,
    fleet::{Fleet, On, Told},
    is_long,
};
use std::{collections::BTreeSet, fs, process::Child, thread::sleep, time::Duration};

/// Who keeps the step, and how it ended.
const ALWAYS: [(&str, &str); 2] = [("open", "steps/web-#/keeper"), ("open", "steps/web-#/end")];

#[test]
fn a_start_over_a_step_that_goes_on_begins_it_once_whatever_fails() {
    let Some(disk) = Disk::build() else {
        println!("skipped: this machine has no C compiler");
        return;
    };
    let calls = if is_long() {
        healthy(&disk)
    } else {
        ALWAYS.map(Call::from).to_vec()
    };
    let fault = |call| Fault {
        call,
        nth: 1,
        is_lasting: false,
        error: EIO,
    };
    let calls: BTreeSet<Call> = calls.into_iter().collect();
    let faults: Vec<Fault> = calls.into_iter().map(fault).collect();
    each_stands(&faults, |fault| stands(&disk, fault));
}

/// What is called between the start and the end of the step.
fn healthy(disk: &Disk) -> Vec<Call> {
    let fleet = Fleet::new();
    let mut server = started_over(&fleet, On::Server(disk, None)).unwrap();
    Fleet::terminate(&mut server);
    let mut calls = calls(&fleet.notes());
    calls.retain(Call::is_of_steps);
    calls
}

fn stands(disk: &Disk, fault: &Fault) -> Result<(), String> {
    let fleet = Fleet::new();
    let mut second = started_over(&fleet, On::Server(disk, Some(fault)))?;
    let ended = Fleet::terminate(&mut second);
    let log = fs::read_to_string(fleet.path("log")).unwrap();
    ended_well(&Told {
        ended,
        log,
        ..Told::default()
    })?;
    if !fs::read_to_string(fleet.notes())
        .unwrap()
        .contains("failed ")
    {
        return Err("it is not met".to_owned());
    }
    let mut third = fleet.serve(On::Nothing);
    fleet.until_up(&mut third)?;
    let looked = fleet.arrives(&mut third)?;
    Fleet::terminate(&mut third);
    let builds = fs::read_to_string(fleet.path("builds")).unwrap();
    if builds.lines().count() > 1 + looked {
        return Err(format!(
            "{looked} wanted again, and it was begun:\n{builds}"
        ));
    }
    Ok(())
}

/// The server after one that was killed while its step waits, which goes on then. It may be over.
fn started_over(fleet: &Fleet, on: On<'_>) -> Result<Child, String> {
    fs::remove_file(fleet.path("go")).unwrap();
    let mut first = fleet.serve(On::Nothing);
    fleet.until_up(&mut first)?;
    while !fleet.path("builds").exists() {
        sleep(Duration::from_millis(10));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let mut second = fleet.serve(on);
    let up = fleet.until_up(&mut second);
    fs::write(fleet.path("go"), "").unwrap();
    if up.is_ok() {
        fleet.run("watch web --until stage=gamma,release=r1 --timeout 2s");
    }
    Ok(second)
}
