//! The real server killed, asked to end and halted at chosen moments: in the middle of each kind of
//! step, which goes on meanwhile.

use super::{book, end, fleet::Fleet, settled};
use crate::executor::until;
use nix::sys::signal::Signal;
use pilothouse::model::Span;
use std::{process::Command, time::Duration};

/// Kinds of steps in the order in which a release meets them.
const KINDS: [&str; 5] = ["build", "check", "search-beta-1", "test", "search-prod-1"];

#[tokio::test]
async fn a_step_of_any_kind_goes_on_when_its_server_is_killed_or_ends() {
    let fleet = Fleet::new();
    for kind in KINDS {
        fleet.close(kind);
    }
    for (kind, kills) in KINDS.into_iter().zip([true, false, true, false, true]) {
        let mut server = fleet.server();
        server.ready();
        let begun = || fleet.begun().iter().any(|(_, of)| of == kind);
        until(kind, begun).await;
        if kills {
            server.kill();
        } else {
            let (status, took) = server.terminate();
            assert!(status.success(), "{status}");
            assert!(took < Span::seconds(10), "{kind} was parked in {took}");
        }
        fleet.open(kind);
    }
    let mut server = fleet.server();
    server.ready();
    settled(&fleet).await;
    let books = book::Book::all(&fleet.client()).await;
    book::check(&fleet, &books);
    end(&fleet, server).await;
}

/// More changes than one while a server stands still are one look at the branch when it goes on.
#[tokio::test]
async fn a_server_that_was_halted_goes_on_without_a_burst() {
    let fleet = Fleet::new();
    let mut server = fleet.server();
    server.ready();
    settled(&fleet).await;
    let before = fleet.pipeline("search").await.releases.newest().unwrap().id;
    server.signal(Signal::SIGSTOP);
    for n in 2..6 {
        fleet.push("search", n);
    }
    // Ten looks at every branch are missed.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    server.signal(Signal::SIGCONT);
    settled(&fleet).await;
    let after = fleet.pipeline("search").await.releases.newest().unwrap().id;
    assert_eq!(after.0, before.0 + 1);
    let books = book::Book::all(&fleet.client()).await;
    book::check(&fleet, &books);
    end(&fleet, server).await;
}

/// A machine that is short of files is no evidence against a change: the next step waits for them.
#[tokio::test]
async fn a_server_that_may_open_no_more_files_waits_and_blames_nobody() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: prlimit is not installed (Debian: apt-get install util-linux)");
        return;
    }
    let fleet = Fleet::new();
    fleet.close("build");
    let mut server = fleet.server();
    server.ready();
    until("builds begin", || fleet.begun().len() == 3).await;
    let allow = |files: &str| {
        let pid = server.pid().to_string();
        let limit = format!("--nofile={files}:");
        let set = Command::new("prlimit")
            .args(["--pid", &pid, &limit])
            .status();
        assert!(set.unwrap().success());
    };
    allow("8");
    fleet.open("build");
    let before = processor_ticks(server.pid());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = processor_ticks(server.pid()) - before;
    assert!(used < 100, "it turned around itself: {used} ticks in 2 s");
    assert_eq!(fleet.begun().len(), 3, "only the builds could be started");
    allow("1024");
    settled(&fleet).await;
    // What could not be begun was tried again, but none of it failed.
    for book in book::Book::all(&fleet.client()).await {
        book::ended_well(&fleet, &book);
    }
    end(&fleet, server).await;
}

/// Processor time of a process, a hundred to the second.
fn processor_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
