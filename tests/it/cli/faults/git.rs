//! Git on a disk that fails at each of its calls, and git that a killed server leaves: the source or
//! the step says what is wrong, no change is blamed, and the next try goes on.

use super::{
    EIO, ENOSPC,
    disk::{Call, Disk, Fault, calls},
    each_stands,
    fleet::{Fleet, On, Told},
    is_long,
};
use crate::executor::lives;
use pilothouse::{clock::Stopwatch, model::Span};
use std::{
    collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, thread::sleep, time::Duration,
};

/// What git cannot do without, whatever its version: its mirror, and the checkout from that.
const ALWAYS: [(&str, &str); 2] = [
    ("write", "workspaces/web/r#..new/file"),
    ("mkdir", "git/*.new"),
];

#[test]
fn whatever_call_of_git_fails_the_next_try_goes_on() {
    let Some(disk) = Disk::build() else {
        println!("skipped: this machine has no C compiler");
        return;
    };
    let mut met = BTreeSet::new();
    let calls = if is_long() {
        healthy(&disk)
    } else {
        ALWAYS.map(Call::from).to_vec()
    };
    let mut faults = Vec::new();
    for call in calls.into_iter().filter(|call| met.insert(call.clone())) {
        let of = |error, is_lasting| Fault {
            call: call.clone(),
            nth: 1,
            is_lasting,
            error,
        };
        faults.push(of(EIO, false));
        if is_long() && call.takes_room() {
            faults.push(of(ENOSPC, true));
        }
    }
    each_stands(&faults, |fault| stands(&disk, fault));
}

fn healthy(disk: &Disk) -> Vec<Call> {
    let fleet = Fleet::new();
    let mut server = fleet.serve(On::Git(disk, None));
    fleet.until_up(&mut server).unwrap();
    fleet.is_whole(&mut server, &Told::default()).unwrap();
    Fleet::terminate(&mut server);
    calls(&fleet.notes())
}

fn stands(disk: &Disk, fault: &Fault) -> Result<(), String> {
    let fleet = Fleet::new();
    let mut server = fleet.serve(On::Git(disk, Some(fault)));
    fleet.until_up(&mut server)?;
    let met = || fs::read_to_string(fleet.notes()).is_ok_and(|notes| notes.contains("failed "));
    let watch = Stopwatch::start();
    while !met() {
        if watch.elapsed() > Span::seconds(10) {
            return Err("it is not met".to_owned());
        }
        sleep(Duration::from_millis(10));
    }
    if fault.is_lasting {
        is_told(&fleet)?;
        Fleet::terminate(&mut server);
        server = fleet.serve(On::Nothing);
        fleet.until_up(&mut server)?;
    }
    let whole = fleet.is_whole(&mut server, &Told::default());
    let ended = Fleet::terminate(&mut server);
    whole?;
    (ended == Some(0))
        .then_some(())
        .ok_or_else(|| format!("it ended with {ended:?}"))
}

/// The source or the step says what git said.
fn is_told(fleet: &Fleet) -> Result<(), String> {
    let watch = Stopwatch::start();
    loop {
        let (why, events) = (fleet.run("why web"), fleet.run("events web"));
        let said = [why.stdout, events.stdout].concat();
        let said = String::from_utf8_lossy(&said);
        // Some of what it writes is not needed.
        let words = [
            "error: ",
            "fatal: ",
            "No space left",
            "release asks anybody",
        ];
        if words.iter().any(|word| said.contains(word)) {
            return Ok(());
        }
        if watch.elapsed() > Span::seconds(5) {
            return Err(format!("nobody is told: {said}"));
        }
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn git_of_a_killed_server_is_ended_by_the_next_one() {
    let fleet = Fleet::new();
    // Whoever sends the objects never begins.
    let (slow, noted) = (fleet.path("slow"), fleet.path("slow.pid"));
    fs::write(
        &slow,
        format!(
            "#!/bin/sh\necho $$ > '{}'\nexec sleep 600\n",
            noted.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let settings = fleet.path(".gitconfig");
    fs::write(
        &settings,
        format!("[uploadpack]\npackObjectsHook = {}\n", slow.display()),
    )
    .unwrap();
    let pid = || fs::read_to_string(&noted).unwrap_or_default();
    let mut server = fleet.serve(On::Nothing);
    while pid().trim().is_empty() {
        assert!(server.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(10));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let pid = pid();
    assert!(lives(&pid), "it goes on without its server");
    fs::remove_file(settings).unwrap();
    let mut server = fleet.serve(On::Nothing);
    fleet.until_up(&mut server).unwrap();
    assert!(!lives(&pid));
    fleet.is_whole(&mut server, &Told::default()).unwrap();
    assert_eq!(Fleet::terminate(&mut server), Some(0));
}
