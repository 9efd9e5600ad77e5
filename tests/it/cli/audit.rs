//! `pilothouse audit` on the journal of a real server: beside it while it runs, and after somebody
//! changed the file.

use super::{pilothouse, served::Served, stderr, stdout};
use nix::sys::signal::Signal;
use std::process::Output;

#[test]
fn a_journal_is_verified_while_it_is_written_and_after_it_was_changed() {
    let mut served = Served::start();
    let approve = ["approve", "web", "--reason", "seen", "--dry-run"];
    served.until(0, &approve);
    let state = served.home.path().join(".local/state/pilothouse");
    let whole = served.json(&["audit", "verify"]);
    let entries = whole["entries"].as_u64().unwrap();
    assert!(entries > 10 && whole["streams"].as_object().unwrap().len() == 2);
    let head = whole["head"].as_str().unwrap().to_owned();

    served.signal(Signal::SIGTERM);
    served.restart();
    served.until(0, &approve);
    let noted = ["audit", "verify", "--head", &head];
    let output = served.run(&noted);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = stdout(&output);
    let known = format!("the head that was noted is that of entry {entries}; ");
    for words in [
        "entries in 2 streams, each as it was recorded\n",
        "\nhead ",
        &known,
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }

    served.signal(Signal::SIGTERM);
    served.server.wait().unwrap();
    let file = rusqlite::Connection::open(state.join("journal.db")).unwrap();
    let change = "UPDATE fact SET fact = replace(fact, '{', '{ ') WHERE seq = 7";
    file.execute_batch(change).unwrap();
    drop(file);
    check(&served.run(&["audit", "verify"]), "entry 7 of ");
    let definitions = served.home.path().join("definitions");
    let serve = ["serve", definitions.to_str().unwrap()];
    check(&pilothouse(served.home.path(), &serve), "entry 7 in ");
}

fn check(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(output).contains(words), "{output:?}");
}
