//! What `pilothouse doctor` says of a machine and of places that are made wrong on purpose.

use super::stdout;
use serde_json::Value;
use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt, net::UnixListener},
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

fn doctor(home: &Path, path: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("PATH", path)
        .output()
        .unwrap()
}

/// The verdict on one thing, what is said of it, and what to do.
fn found(output: &Output, what: &str) -> (String, String, Option<String>) {
    let all: Vec<Value> = serde_json::from_str(&stdout(output)).unwrap();
    let one = all.iter().find(|one| one["what"] == what).unwrap();
    let text = |name: &str| one[name].as_str().map(str::to_owned);
    (
        text("verdict").unwrap(),
        text("said").unwrap(),
        text("todo"),
    )
}

#[test]
fn places_that_are_wrong_are_named_with_what_to_do() {
    let home = TempDir::new().unwrap();
    let machine = std::env::var("PATH").unwrap();
    let state = home.path().join("state");
    let at = state.to_str().unwrap();
    let look = |socket: &str| {
        let arguments = ["doctor", "--json", "--state", at, "--socket", socket];
        doctor(home.path(), &machine, &arguments)
    };
    let socket = home.path().join("s");
    let socket = socket.to_str().unwrap();

    let output = look(socket);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (verdict, said, todo) = found(&output, "state");
    assert_eq!((verdict.as_str(), todo), ("ok", None));
    assert!(said.ends_with("is made at the first start"), "{said}");
    assert_eq!(found(&output, "git").0, "ok");

    fs::create_dir(&state).unwrap();
    fs::set_permissions(&state, Permissions::from_mode(0o755)).unwrap();
    let (verdict, said, todo) = found(&look(socket), "state");
    assert_eq!(verdict, "doubt");
    assert!(said.contains("open to others (mode 755)"), "{said}");
    assert_eq!(todo, Some(format!("chmod 700 {at}")));
    fs::set_permissions(&state, Permissions::from_mode(0o700)).unwrap();
    assert_eq!(found(&look(socket), "state").0, "ok");

    fs::remove_dir(&state).unwrap();
    fs::write(&state, "").unwrap();
    let output = look(socket);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(found(&output, "state").0, "wrong");

    let (verdict, said, _) = found(&look(&format!("/{}", "s".repeat(107))), "socket");
    assert_eq!(verdict, "wrong");
    assert!(said.contains("has 108 bytes"), "{said}");
    let listener = UnixListener::bind(socket).unwrap();
    assert!(
        found(&look(socket), "socket")
            .1
            .ends_with("a server answers")
    );
    drop(listener);
    let (verdict, said, _) = found(&look(socket), "socket");
    assert_eq!(verdict, "ok");
    assert!(said.contains("a server that is gone"), "{said}");
    fs::set_permissions(home.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(found(&look(socket), "socket").0, "wrong");
}

#[test]
fn a_machine_without_git_is_wrong() {
    let home = TempDir::new().unwrap();
    let output = doctor(home.path(), "/nowhere", &["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stdout(&output);
    assert!(
        said.contains("WRONG  git         it cannot be run"),
        "{said}"
    );
    assert!(said.contains("to do: install git 2.29 or newer"), "{said}");
}
