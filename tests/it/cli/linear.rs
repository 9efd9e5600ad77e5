//! The terminal as lines: what is said, what can be chosen by number, and an approval from the first
//! list to its end, with not one byte that a screen reader would stumble over.

use super::served::Served;
use crate::{
    demo::ONE_FLEET,
    pty::terminal::{Start, Terminal},
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::PoisonError,
};

/// Waits for a choice that begins with these words, and says its number.
fn number(terminal: &Terminal, choice: &str) -> String {
    let find = |screen: &str| {
        let numbered = screen.lines().filter_map(|line| line.split_once(". "));
        let mut meant = numbered.filter(|(_, rest)| rest.starts_with(choice));
        meant
            .next_back()
            .map(|(number, _)| number.trim().to_owned())
    };
    let screen = terminal.see(choice, |screen| find(screen).is_some());
    find(&screen).unwrap()
}

#[test]
fn somebody_who_hears_the_screen_can_approve() {
    let served = Served::start();
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    let mut terminal = Start::pilothouse(served.home.path(), &["--linear"])
        .sized(150, 60)
        .spawn();
    let web = number(&terminal, "web: APPROVE");
    terminal.send(&format!("{web}\n"));
    let gamma = number(&terminal, "gamma: APPROVE");
    terminal.send(&format!("{gamma}\n"));
    terminal.see("the stage", |screen| {
        screen.contains("gamma of web: APPROVE")
    });
    terminal.send("a\n");
    let approve = number(&terminal, "approve");
    terminal.send(&format!("{approve}\n"));
    terminal.see("the field", |screen| screen.contains("Reason:"));
    terminal.send("a\n");
    terminal.see("what is missing", |screen| screen.contains("Not yet:"));
    terminal.send("all tests have passed\n");
    terminal.see("the plan", |screen| {
        screen.contains("digest: ") && screen.contains("to do it: ")
    });
    terminal.send("web\n");
    terminal.see("the end", |screen| screen.contains("done at "));
    terminal.see("what followed", |screen| {
        screen.contains("web is now BLOCKED")
    });
    terminal.send("q\n");
    assert!(terminal.ended().success());
    let bytes = terminal.bytes();
    let stumbles = |byte: &u8| *byte < 0x20 && !b"\r\n".contains(byte);
    assert!(!bytes.iter().any(stumbles), "{}", terminal.screen());
}

#[test]
fn lines_need_no_terminal_and_an_end_of_input_is_an_end() {
    let served = Served::start();
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .env_clear()
        .env("HOME", served.home.path())
        .env("ACCESSIBLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"nonsense\n").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1 pipeline."), "{text}");
    assert!(text.contains("1. web: APPROVE"), "{text}");
    assert!(
        text.contains("\"nonsense\" is none of the choices."),
        "{text}"
    );
}

#[test]
fn a_drill_speaks_in_lines_too() {
    let _alone = ONE_FLEET.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Start::pilothouse(home.path(), &["--drill", "--linear"])
        .sized(150, 60)
        .spawn();
    // What is said goes on, and what was said leaves the screen.
    terminal.see("the fleet", |_| {
        let said = String::from_utf8_lossy(&terminal.bytes()).into_owned();
        said.contains("This is a drill") && said.contains("4 pipelines")
    });
    terminal.send("q\n");
    assert!(terminal.ended().success());
}
