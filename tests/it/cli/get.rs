//! Lists for scripts: JSON lines that parse, names that stay the same, rows that come again when they
//! are different, an operation followed to its end, and nothing hostile let through.

use super::{served::Served, stderr, stdout};
use crate::pty::terminal::Start;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, Stdio},
};

fn lines(served: &Served, arguments: &[&str]) -> Vec<Value> {
    let output = served.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    let text = stdout(&output);
    let values = text.lines().map(|line| serde_json::from_str(line).unwrap());
    values.collect()
}

fn start(served: &Served, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .args(arguments)
        .env_clear()
        .env("HOME", served.home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Interrupts it as Ctrl-c does, and says which signal it died of: shells call that 128 and more.
fn interrupt(child: &mut Child) -> Option<i32> {
    let pid = Pid::from_raw(child.id().cast_signed());
    kill(pid, Signal::SIGINT).unwrap();
    child.wait().unwrap().signal()
}

#[test]
fn rows_have_names_and_all_formats_agree_on_them() {
    let served = Served::start();
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    for (what, name) in [
        ("pipelines", "web"),
        ("stages", "web/gamma"),
        ("events", "web/1"),
    ] {
        let rows = lines(&served, &["get", what, "-o", "json"]);
        let named = |row: &&Value| row["name"] == name;
        let row = rows.iter().find(named);
        assert!(row.is_some_and(|row| row["pipeline"] == "web"), "{rows:?}");
        let names = stdout(&served.run(&["get", what, "-o", "name"]));
        assert!(names.lines().any(|line| line == name), "{names}");
        let table = stdout(&served.run(&["get", what, "web"]));
        let bare = stdout(&served.run(&["get", what, "web", "--no-headers"]));
        assert!(
            table.lines().next().unwrap().contains("PIPELINE"),
            "{table}"
        );
        assert!(!bare.contains("PIPELINE"), "{bare}");
        let wide = stdout(&served.run(&["get", what, "-o", "wide"]));
        assert!(wide.len() >= table.len(), "{wide}");
    }
}

#[test]
fn a_request_is_followed_to_what_came_of_it() {
    let served = Served::start();
    let approve = ["approve", "web", "--reason", "all tests have passed"];
    served.until(0, &[&approve[..], &["--dry-run"]].concat());

    let mut watch = start(&served, &["get", "stages", "web", "-o", "json", "--watch"]);
    let output = BufReader::new(watch.stdout.take().unwrap());
    let mut rows = output
        .lines()
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()));
    let mut until = |stage: &str, status: &str| {
        let is_it = |row: &Value| row["stage"] == stage && row["status"] == status;
        while !is_it(&rows.next().unwrap().unwrap()) {}
    };
    until("gamma", "approve");

    let plan = served.json(&[&approve[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    let commit = ["--yes", "--expect", digest, "--key", "key-7"];
    served.json(&[&approve[..], &commit].concat());
    until("wave-1", "blocked");
    assert_eq!(interrupt(&mut watch), Some(2));

    let told = served.run(&["op", "key-7", "--watch"]);
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let text = stdout(&told);
    assert!(
        text.starts_with("done at ") && text.contains("(request key-7)"),
        "{text}"
    );
    assert!(
        text.contains("APPROVE") || text.contains("approved"),
        "{text}"
    );
    let told = lines(&served, &["op", "key-7", "--json"]);
    assert_eq!(told[0]["settled"], "accepted");
    assert!(told.len() > 1, "{told:?}");

    let ops = lines(&served, &["get", "ops", "-o", "json"]);
    assert_eq!(ops[0]["name"], "web/key-7", "{ops:?}");
    let blockers = stdout(&served.run(&["get", "blockers", "-o", "name"]));
    assert_eq!(blockers, "web/wave-1/window/never\n");

    // So is what was asked of the organization.
    let stop = ["hold", "--organization", "--reason", "a fire"];
    let plan = served.json(&[&stop[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    served.json(&[&stop[..], &["--yes", "--expect", digest, "--key", "key-6"]].concat());
    let ops = lines(&served, &["get", "ops", "-o", "json"]);
    assert_eq!(ops[0]["name"], "*/key-6", "{ops:?}");
    assert_eq!(ops[0]["stream"], "organization", "{ops:?}");
    for asked in [
        &["op", "key-6", "--watch"][..],
        &["events", "--organization"],
        &["get", "events"],
    ] {
        let told = served.run(asked);
        let text = stdout(&told);
        assert_eq!(told.status.code(), Some(0), "{told:?}");
        assert!(
            text.contains("HOLD") && text.contains("a fire"),
            "{asked:?}: {text}"
        );
    }

    // What was turned down is there too, and says so by its status.
    let again = [
        &approve[..],
        &["--yes", "--expect", digest, "--key", "key-8"],
    ]
    .concat();
    assert_eq!(served.run(&again).status.code(), Some(3));
    let output = served.run(&["op", "key-9"]);
    assert!(stderr(&output).contains("get ops"), "{output:?}");
}

#[test]
fn hostile_text_is_harmless_on_a_terminal_and_escaped_in_json() {
    let served = Served::start_with("first \u{1b}]52;c;Zm9v\u{7} \u{202e}\u{9b}31m");
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    for arguments in [
        &["get", "events", "web", "-o", "json"][..],
        &["release", "web", "--json"],
        &["why", "web", "--json"],
    ] {
        let output = served.run(arguments);
        let bad = |byte: &u8| *byte < 0x20 && *byte != b'\n';
        assert!(!output.stdout.iter().any(bad), "{arguments:?}: {output:?}");
        assert!(
            !stdout(&output).contains(['\u{9b}', '\u{202e}']),
            "{arguments:?}: {output:?}"
        );
        for line in stdout(&output).lines() {
            serde_json::from_str::<Value>(line).unwrap();
        }
    }
    for arguments in [&["get", "events", "web"][..], &["release", "web"]] {
        let mut terminal = Start::pilothouse(served.home.path(), arguments).spawn();
        assert!(terminal.ended().success());
        let text = String::from_utf8(terminal.bytes()).unwrap();
        assert!(text.contains("first"), "{text:?}");
        assert!(
            !text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{9b}']),
            "{arguments:?}: {text:?}"
        );
    }
}

#[test]
fn events_are_told_by_releases_stages_and_titles() {
    let served = Served::start();
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    let get = stdout(&served.run(&["get", "events", "web"]));
    let events = stdout(&served.run(&["events", "web"]));
    for text in [&get, &events] {
        // Numbers of attempts and steps, which mean nothing to anybody.
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '-');
        let is_number = |word: &str, before: &str| {
            let digits = word.strip_prefix(before).unwrap_or_default();
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
        };
        let numbers: Vec<&str> = words.filter(|word| is_number(word, "a")).collect();
        assert!(numbers.is_empty(), "{numbers:?} in {text}");
        let done = |line: &&str| line.contains(" DONE ") && line.contains("web-");
        assert_eq!(text.lines().find(done), None, "{text}");
    }
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (get, events) = (squeezed(&get), squeezed(&events));
    for part in [
        "START build - r1 enters build",
        "DONE build - build r1 ok in 0s",
        "DEPLOY gamma - deploy r1 to g1",
        "WAIT gamma - r1 asks for approval",
    ] {
        assert!(get.contains(part), "{part}: {get}");
        let part = part.replace(" - ", " ");
        assert!(events.contains(&part), "{part}: {events}");
    }
    let alarms = stdout(&served.run(&["get", "alarms"]));
    assert!(alarms.contains("  > 5.00%  "), "{alarms}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let served = Served::start();
    served.until(0, &["status", "web"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .args(["keys", "print"])
        .env_clear()
        .env("HOME", served.home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
}

/// An alarm without data stops nothing while nothing waits, and is wrong all the same.
#[test]
fn why_names_an_alarm_that_nothing_waits_for() {
    let served = Served::start();
    let unwell = |why: &Value| {
        let alarm = &why["alarms"][0];
        alarm["alarm"] == "faults" && alarm["level"] == "no-data"
    };
    served.until_json(&["why", "web"], unwell);
}
