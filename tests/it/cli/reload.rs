//! Definitions of a running server from outside: compared, planned, taken over by a command and by a
//! signal.

use super::{served::Served, stderr, stdout};
use nix::sys::signal::Signal;
use std::fs;

/// Replaces a text in the definition of `web`.
fn edit(served: &Served, old: &str, new: &str) {
    let path = served.home.path().join("definitions/web.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(path, text.replace(old, new)).unwrap();
}

#[test]
fn a_reload_is_planned_and_then_done() {
    let served = Served::start();
    served.until(
        0,
        &["approve", "web", "--reason", "seen it all", "--dry-run"],
    );
    let output = served.run(&["reload", "--dry-run"]);
    assert!(
        stdout(&output).starts_with("0 changed, 0 new, 0 gone, 0 of the organization\n"),
        "{output:?}"
    );

    edit(&served, "windows = [\"never\"]\n", "");
    let definitions = served.home.path().join("definitions");
    let definitions = definitions.to_str().unwrap();
    for arguments in [
        &["reload", "--dry-run"][..],
        &["check", definitions, "--against-server"],
    ] {
        let output = served.run(arguments);
        let said = stdout(&output);
        for part in [
            "1 changed, 0 new, 0 gone, 0 of the organization\n",
            "web: changed\n  stage.wave-1.windows: [\"never\"] -> (nothing)  LOOSER  # web.toml:23\n",
            "  r1 finishes gamma under the definition it entered with\n",
            "WARNING: loosened: web stage.wave-1.windows\n",
            "WARNING: web.toml:",
            "digest: ",
        ] {
            assert!(said.contains(part), "{part}: {said} {}", stderr(&output));
        }
    }

    let output = served.run(&["reload"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let stale = ["reload", "--yes", "--expect", "0123456789abcdef"];
    let output = served.run(&stale);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let plan = served.json(&["reload", "--dry-run"]);
    let digest = plan["digest"].as_str().unwrap();
    let output = served.run(&["reload", "--yes", "--expect", digest]);
    assert_eq!(
        stdout(&output),
        "done: 1 changed, 0 new, 0 gone, 0 of the organization\n",
        "{output:?}"
    );
    let output = served.run(&["check", definitions, "--against-server"]);
    assert!(stdout(&output).starts_with("0 changed"), "{output:?}");
}

#[test]
fn a_signal_reloads_too_and_a_mistake_does_not() {
    let served = Served::start();
    served.until(0, &["status", "web"]);
    let revision = || {
        let events = stdout(&served.run(&["events", "web", "--json"]));
        events.matches("\"fact\":\"defined\"").count()
    };
    assert_eq!(revision(), 1);
    edit(
        &served,
        "name = \"web\"",
        "name = \"web\"\nowner_ = \"nobody\"",
    );
    served.signal(Signal::SIGHUP);
    let output = served.run(&["reload", "--dry-run"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        stderr(&output).contains("web.toml:3:1: the file has no key `owner_`"),
        "{output:?}"
    );
    assert_eq!(revision(), 1);

    edit(
        &served,
        "owner_ = \"nobody\"",
        "runbook = \"https://wiki/web\"",
    );
    served.signal(Signal::SIGHUP);
    let watch = pilothouse::clock::Stopwatch::start();
    while revision() < 2 {
        assert!(
            watch.elapsed().std() < super::served::PATIENCE,
            "it was never taken over"
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
