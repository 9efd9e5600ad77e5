//! The whole way from a build that fails to somebody's door, with the real server killed on it.

use super::{disk::push, served::Served, stderr, stdout};
use crate::notices::receiver::{Answer, Receiver};
use nix::sys::signal::Signal;
use pilothouse::{clock::Stopwatch, model::Span};
use serde_json::Value;
use std::{fs, time::Duration};

#[test]
fn a_server_killed_while_it_tells_tells_again_under_the_same_key() {
    let receiver = Receiver::start(&[
        Answer::Says(503, "", "busy"),
        Answer::Hangs,
        Answer::Says(200, "", "ok"),
    ]);
    let route = format!(
        "[[route]]\nname = \"hook\"\nto = {{ webhook = {{ url = \"{}\" }} }}\n",
        receiver.url
    );
    let mut served = Served::failing_with(&route);
    let first = receiver.next();
    let key = first.header("idempotency-key").unwrap();
    assert!(first.body.contains("r1 failed in build"), "{}", first.body);
    let second = receiver.next();
    assert_eq!(second.header("idempotency-key").unwrap(), key);
    let states = served.json(&["notices"]);
    let failing = &states[0]["failing"];
    assert_eq!(failing["why"], "answers 503: busy", "{states}");
    assert_eq!(states[0]["waiting"], 1, "{states}");
    let shown = stdout(&served.run(&["notices"]));
    assert!(shown.contains("FAILS"), "{shown}");
    assert!(shown.contains("hook: fails for "), "{shown}");
    assert!(shown.contains(": answers 503: busy\n"), "{shown}");
    // It waits for the answer now: whether the notice arrived, it will never know.
    served.signal(Signal::SIGKILL);
    served.restart();
    let third = receiver.next();
    assert_eq!(third.header("idempotency-key").unwrap(), key);
    assert_eq!(third.body, first.body);
    served.until_json(&["notices"], |states| states[0]["delivered"] == 1);
    let kept = served
        .home
        .path()
        .join(".local/state/pilothouse/notices/hook.json");
    let watch = Stopwatch::start();
    while !fs::read_to_string(&kept).is_ok_and(|text| text.contains("\"delivered\":1")) {
        assert!(watch.elapsed() < Span::seconds(20), "it is not kept");
        std::thread::sleep(Duration::from_millis(10));
    }

    // Once it is kept that it has arrived, it is not told again.
    served.signal(Signal::SIGKILL);
    served.restart();
    let output = served.until(0, &["notices", "--test", "hook"]);
    assert!(output.status.success());
    let test = receiver.next();
    assert!(
        test.body.contains("tries the route hook out"),
        "{}",
        test.body
    );
    assert!(!receiver.has_more());
    let states = served.json(&["notices"]);
    assert_eq!(
        (&states[0]["waiting"], &states[0]["delivered"]),
        (&0.into(), &1.into())
    );

    gives_up(&served, &receiver);

    // A file of a route that is gone goes too, so that it begins anew should it come back.
    assert!(kept.exists());
    fs::write(served.home.path().join("definitions/organization.toml"), "").unwrap();
    served.signal(Signal::SIGHUP);
    served.until_json(&["notices"], |states| states.as_array().unwrap().is_empty());
    assert!(!kept.exists());
}

/// What the receiver turns down for good is not tried again, and stays to be seen.
fn gives_up(served: &Served, receiver: &Receiver) {
    receiver.then(Answer::Says(422, "", "no such field"));
    push(served, "second");
    assert!(receiver.next().body.contains("r2 failed in build"));
    let states = served.until_json(&["notices"], |states| states[0]["given_up"] == 1);
    let why = states[0]["last_given_up"][1].as_str().unwrap();
    assert!(why.starts_with("answers 422: no such field: "), "{why}");
    assert_eq!(
        (&states[0]["waiting"], &states[0]["failing"]),
        (&0.into(), &Value::Null)
    );

    let shown = stdout(&served.run(&["notices"]));
    assert!(shown.contains("LOST"), "{shown}");
    assert!(shown.contains("hook: gave up "), "{shown}");
    receiver.then(Answer::Says(422, "", "no such field"));
    let tried = served.run(&["notices", "--test", "hook"]);
    let said = "the route hook did not deliver: answers 422: no such field";
    assert!(stderr(&tried).contains(said), "{tried:?}");
    assert_eq!(tried.status.code(), Some(1));
}

#[test]
fn a_ticket_is_mine_once_it_is_in_my_hands() {
    let served = Served::failing_with("");
    served.until_json(&["tickets", "web"], |tickets| tickets[0]["id"] == "t1");
    let mine = served.json(&["tickets", "--mine"]);
    assert_eq!(mine, serde_json::json!([]), "nobody made it mine");
    let take = ["ticket", "web", "t1", "--acknowledge"];
    let plan = served.json(&[&take[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    let output = served.run(&[&take[..], &["--yes", "--expect", digest]].concat());
    assert!(output.status.success(), "{output:?}");
    let mine = served.json(&["tickets", "--mine"]);
    assert_eq!(mine[0]["name"], "web/t1", "{mine}");
    assert_eq!(mine[0]["stage"], "build", "{mine}");
    assert_eq!(served.json(&["tickets", "web", "--mine"]), mine);
}
