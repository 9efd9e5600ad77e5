//! The real server killed, asked to end and halted at chosen moments: in the middle of each kind of
//! step, which goes on meanwhile.

use super::{book, end, fleet::Fleet, settled};
use crate::executor::{processor_ticks, until};
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

/// A machine that is short of files or of processes is no evidence against a change: the next step waits
/// for them.
#[tokio::test]
async fn a_server_that_may_open_or_start_nothing_waits_and_blames_nobody() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: prlimit is not installed (Debian: apt-get install util-linux)");
        return;
    }
    let fleet = Fleet::new();
    fleet.close("build");
    // Root is never short of processes.
    let mut server = fleet.server_of("daemon");
    server.ready();
    until("builds begin", || fleet.begun().len() == 3).await;
    let allow = |limits: &[&str]| {
        let pid = server.pid().to_string();
        let set = Fleet::as_user("daemon", &["prlimit", "--pid", &pid]);
        let set = Command::new(&set[0]).args(&set[1..]).args(limits).status();
        assert!(set.unwrap().success());
    };
    let shortages = [
        ["--nofile=8:", "--nproc=4096:"],
        ["--nofile=1024:", "--nproc=0:"],
    ];
    for shortage in shortages {
        allow(&shortage);
        if shortage == shortages[0] {
            fleet.open("build");
        }
        let before = processor_ticks(server.pid());
        tokio::time::sleep(Duration::from_secs(1)).await;
        let used = processor_ticks(server.pid()) - before;
        assert!(used < 50, "it turned around itself: {used} ticks in 1 s");
        let begun = fleet.begun().len();
        assert_eq!(begun, 3, "{shortage:?}: only the builds could be started");
    }
    let (complaints, why) = (fleet.complaints(), "Resource temporarily unavailable");
    assert!(complaints.contains(why), "{complaints}");
    allow(&["--nproc=4096:"]);
    settled(&fleet).await;
    // What could not be begun was tried again, but none of it failed.
    for book in book::Book::all(&fleet.client()).await {
        book::ended_well(&fleet, &book);
    }
    end(&fleet, server).await;
}
