//! The real program: what it prints, what it says on stderr, and its exit status.

mod audit;
mod backup;
mod disk;
mod doctor;
pub(crate) mod faults;
mod get;
mod handover;
mod linear;
mod logs;
mod notices;
mod on_call;
mod pages;
mod reload;
mod served;
mod step_user;
mod tls;
mod tokens;
mod verbs;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

const CHECKOUT: &str = include_str!("definition/checkout.toml");

/// Runs the program where no server is, and no configuration of this machine's user.
fn pilothouse(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .output()
        .unwrap()
}

/// A repository with one commit of one file.
fn repository(home: &Path, title: &str) -> PathBuf {
    let repository = home.join("repository");
    fs::create_dir(&repository).unwrap();
    fs::write(repository.join("file"), "hello").unwrap();
    let author = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    for arguments in [
        &["init", "-q", "-b", "main"][..],
        &["add", "."],
        &["commit", "-qm", title],
    ] {
        let git = Command::new("git")
            .args(author)
            .args(arguments)
            .current_dir(&repository)
            .status();
        assert!(git.unwrap().success());
    }
    repository
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_window_answers_one_json_object_a_line() {
    let home = TempDir::new().unwrap();
    let output = pilothouse(
        home.path(),
        &[
            "window",
            "Mon..Fri 09:00-17:00",
            "--time-zone",
            "America/New_York",
            "--at",
            "2026-03-06T14:00:00Z",
            "--at",
            "2026-03-08T12:00:00+02:00",
            "--json",
        ],
    );
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        stdout(&output),
        r#"{"at":"2026-03-06T14:00:00Z","local":"2026-03-06T09:00:00-05:00","open":true,"next_change":"2026-03-06T22:00:00Z"}
{"at":"2026-03-08T10:00:00Z","local":"2026-03-08T06:00:00-04:00","open":false,"next_change":"2026-03-09T13:00:00Z"}
"#
    );
}

#[test]
fn a_window_that_never_changes_says_null() {
    let home = TempDir::new().unwrap();
    let arguments = [
        "window",
        "daily 00:00-24:00",
        "--at",
        "2026-03-06T14:00:00Z",
    ];
    let output = pilothouse(home.path(), &[&arguments[..], &["--json"]].concat());
    assert!(stdout(&output).ends_with("\"open\":true,\"next_change\":null}\n"));
    let output = pilothouse(home.path(), &arguments);
    let said = "2026-03-06T14:00:00Z (2026-03-06T14:00:00+00:00): open, always\n";
    assert_eq!(stdout(&output), said);
}

#[test]
fn wrong_arguments_are_named_and_exit_with_2() {
    let home = TempDir::new().unwrap();
    let cases: [(&[&str], &str); 8] = [
        (
            &["window", "Mon 09:00-09:00"],
            "\"Mon 09:00-09:00\" starts and ends at the same time",
        ),
        (
            &["window", "Mon 09:00-9:30"],
            "\"9:30\" is not a time of day",
        ),
        (
            &["window", "daily 09:00-10:00", "--time-zone", "Europe/Berln"],
            "\"Europe/Berln\" is not a time zone; did you mean Europe/Berlin?",
        ),
        (
            &["window", "daily 09:00-10:00", "--time-zone", "Mars/Base"],
            "\"Mars/Base\" is not a time zone; use a name such as Europe/Berlin or UTC",
        ),
        (
            &["window", "daily 09:00-10:00", "--at", "noon"],
            "\"noon\" is not an RFC 3339 instant",
        ),
        (&["window"], "<WINDOW>"),
        (&["windw"], "unrecognized subcommand 'windw'"),
        (
            &["explain", ".", "a b"],
            "\"a b\" is not usable as pipeline name",
        ),
    ];
    for (arguments, said) in cases {
        let output = pilothouse(home.path(), arguments);
        assert!(
            stderr(&output).contains(said),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_says_where_a_server_is_and_cannot_be_used_is_named() {
    let home = TempDir::new().unwrap();
    let (empty, missing) = (home.path().join("empty"), home.path().join("missing"));
    fs::write(&empty, "\n").unwrap();
    let token = |file: &Path| ["--token-file", file.to_str().unwrap()].map(str::to_owned);
    let cases = [
        (
            token(&empty),
            format!("the token file {} is empty", empty.display()),
        ),
        (
            token(&missing),
            format!("cannot read {}: No such file", missing.display()),
        ),
    ];
    for (words, said) in cases {
        let url = ["status", "--url", "http://127.0.0.1:1"];
        let words = words.iter().map(String::as_str);
        let words: Vec<&str> = url.into_iter().chain(words).collect();
        let output = pilothouse(home.path(), &words);
        assert!(stderr(&output).contains(&said), "{output:?}");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
    let nowhere = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .arg("status")
        .env_clear()
        .output()
        .unwrap();
    let said = "neither XDG_STATE_HOME nor HOME is set, so there is no place for";
    assert!(stderr(&nowhere).contains(said), "{nowhere:?}");
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn check_says_everything_that_is_wrong() {
    let home = TempDir::new().unwrap();
    let broken = CHECKOUT.replace("10s", "soon").replace("\"5%\"", "5.5.5");
    let broken = broken.replace("5.5.5", "true");
    fs::write(home.path().join("checkout.toml"), broken).unwrap();
    let directory = home.path().to_str().unwrap();

    let output = pilothouse(home.path(), &["check", directory]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "pilothouse: 2 things are wrong in the definitions:
checkout.toml:38:10: alarm.faults.scrape.window is wrong: \"soon\" is not a length of time such as 45s, 30m or 1h30m
checkout.toml:39:9: alarm.faults.scrape.above must be a share such as \"5%\" or 0.05, not `true`
"
    );

    let output = pilothouse(home.path(), &["check", directory, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "");
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["problems"][1]["line"], 39);
    assert_eq!(report["problems"][1]["column"], 9);

    let output = pilothouse(home.path(), &["check", "/nowhere/at/all"]);
    assert_eq!(output.status.code(), Some(1));
    let said = "/nowhere/at/all: the directory of definitions cannot be read: No such file";
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
}

#[test]
fn check_and_explain_a_good_directory() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("checkout.toml"), CHECKOUT).unwrap();
    let directory = home.path().to_str().unwrap();

    let output = pilothouse(home.path(), &["check", directory]);
    assert_eq!(stdout(&output), "checkout: ok, 2 stages, 5 targets\n");
    assert_eq!(output.status.code(), Some(0));

    let output = pilothouse(home.path(), &["explain", directory, "checkout"]);
    let lines = stdout(&output);
    assert!(
        lines.contains("source.branch = \"main\"  # default\n"),
        "{lines}"
    );
    assert!(
        lines.contains("stage.gamma.phase = \"test\"  # checkout.toml:16\n"),
        "{lines}"
    );

    let output = pilothouse(home.path(), &["explain", directory, "checkotu"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "pilothouse: there is no pipeline checkotu; did you mean `checkout`?\n"
    );
}
