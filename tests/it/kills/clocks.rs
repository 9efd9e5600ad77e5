//! The real server when the clock steps, or the machine was suspended (INVARIANTS.md I39 and I40): a
//! clock that steps is not believed, and what has passed is looked at before anything starts. The
//! clocks are those of a program that was compiled for tests; see `clock::shifted`.

use super::{
    book::{self, Book},
    end,
    fleet::Fleet,
    settled,
};
use crate::{executor::until, serving::name};
use nix::sys::signal::Signal;
use pilothouse::{
    api::{CommitRequest, PlanRequest},
    clock, entropy,
    model::{AlarmLevel, Command, Fact, Lift, Request, Span, Time},
};
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test]
async fn a_clock_that_steps_holds_what_is_new_until_somebody_says_that_it_is_right() {
    let fleet = Fleet::new();
    let mut server = fleet.server();
    server.ready();
    settled(&fleet).await;
    let steps = [
        (Span::minutes(9), false),
        (Span::minutes(40), true),
        (Span::minutes(10), true),
    ];
    for ((wall, held), n) in steps.into_iter().zip(2..) {
        fleet.shift(wall, Span::ZERO);
        fleet.push("search", n);
        if held {
            let before = fleet.begun();
            sleep(Duration::from_millis(1_500)).await;
            assert_eq!(fleet.begun(), before, "ahead by {wall}");
            assert!(fleet.pipeline("search").await.guards.clock.is_some());
            believe(&fleet).await;
        }
        settled(&fleet).await;
        assert!(fleet.pipeline("search").await.guards.clock.is_none());
    }
    let books = Book::all(&fleet.client()).await;
    let ordered = |book: &Book| book.entries.is_sorted_by_key(|entry| entry.at);
    assert!(books.iter().all(ordered), "time in the journal goes on");
    server.kill();

    // Behind the journal while no server runs.
    fleet.shift(Span::ZERO, Span::ZERO);
    let mut server = fleet.server();
    server.ready();
    let before = fleet.begun();
    fleet.push("search", 9);
    sleep(Duration::from_millis(1_500)).await;
    assert_eq!(fleet.begun(), before, "behind the journal");
    believe(&fleet).await;
    settled(&fleet).await;
    server.kill();

    // Ahead of what the last server noted.
    fleet.shift(Span::minutes(90), Span::ZERO);
    let mut server = fleet.server();
    server.ready();
    assert!(fleet.pipeline("search").await.guards.clock.is_some());
    believe(&fleet).await;
    end(&fleet, server).await;
}

async fn believe(fleet: &Fleet) {
    let command = Command::Lift {
        what: Lift::Clock,
        reason: "checked against the time server".to_owned(),
    };
    let pipeline = Some(name("search"));
    let asked = PlanRequest {
        pipeline: pipeline.clone(),
        command: command.clone(),
    };
    let client = fleet.client();
    let plan = client.plan(&asked).await.unwrap();
    let request = Request {
        key: entropy::request_key().unwrap(),
        expect: plan.digest,
        command,
    };
    let request = CommitRequest { pipeline, request };
    client.commit(&request).await.unwrap();
}

/// Ten minutes pass for the machine while the server stands still: a window has closed, the readings
/// of the alarm are too old, and a step has ended.
#[tokio::test]
async fn after_a_suspension_windows_and_alarms_are_looked_at_before_anything_starts() {
    let clock = |minutes| {
        (clock::now() + Span::minutes(minutes))
            .utc()
            .format("%H:%M")
    };
    let more = format!(
        r#"windows = ["night"]
alarms = ["faults"]
[[window]]
name = "night"
deny = "daily {}-{}"
[[alarm]]
name = "faults"
command = {{ shell = "while test -e @GATE@-alarm; do sleep 0.02; done" }}
fire = "2 of 3"
clear = 1
[watch]
every = "100ms"
max_age = "1m""#,
        clock(5),
        clock(60)
    );
    let fleet = Fleet::with(&more);
    fleet.close("search-prod-1");
    let mut server = fleet.server();
    server.ready();
    let begun = |kind: &str| fleet.begun().iter().any(|(_, of)| of == kind);
    until("production begins", || begun("search-prod-1")).await;
    // A reading is under way, which says nothing of what comes.
    fleet.close("alarm");
    sleep(Duration::from_millis(300)).await;
    server.signal(Signal::SIGSTOP);
    fleet.shift(Span::minutes(10), Span::minutes(10));
    fleet.open("search-prod-1");
    let resumed = clock::now();
    sleep(Duration::from_millis(500)).await;
    server.signal(Signal::SIGCONT);
    sleep(Duration::from_millis(500)).await;
    fleet.open("alarm");
    sleep(Duration::from_secs(1)).await;
    assert!(!begun("search-prod-2"), "the window is closed");
    let shown = fleet.pipeline("search").await;
    assert!(shown.guards.clock.is_none(), "that was no step");
    fleet.shift(Span::minutes(70), Span::minutes(70));
    settled(&fleet).await;

    let books = Book::all(&fleet.client()).await;
    book::check(&fleet, &books);
    let book = books.iter().find(|book| book.pipeline == name("search"));
    let after = |at: Time| at > resumed + Span::minutes(9);
    let mut later = book.unwrap().entries.iter().filter(|e| after(e.at));
    let is_silent = |fact: &Fact| matches!(fact, Fact::AlarmChanged { state, .. } if state.level == AlarmLevel::NoData);
    assert!(
        is_silent(&later.next().unwrap().fact),
        "what is known is too old, and that comes first"
    );
    end(&fleet, server).await;
}
