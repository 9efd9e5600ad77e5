//! A journal is backed up under a running fleet and restored elsewhere: nothing is run there before
//! somebody has lifted the hold, and then it is.

use super::{
    pilothouse,
    served::{PATIENCE, Served, serve},
    stderr, stdout,
};
use nix::sys::signal::Signal;
use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    process::Output,
};
use tempfile::TempDir;

/// Leaves a mark where the server that runs it has its home, and waits there for another.
const BUILD: &str =
    "sh -c 'touch $HOME/ran; until test -e $HOME/go; do sleep 0.05; done; cp file package'";

pub(super) fn ok(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    stdout(output)
}

pub(super) fn refused(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(output).contains(words), "{output:?}");
}

pub(super) fn until(what: &str, is_so: impl Fn() -> bool) {
    let watch = pilothouse::clock::Stopwatch::start();
    while !is_so() {
        assert!(watch.elapsed().std() < PATIENCE, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Plans a command and commits it.
pub(super) fn carry_out(served: &Served, line: &str) {
    let line = format!("{line} --reason looked");
    let words: Vec<&str> = line.split(' ').collect();
    let plan = served.json(&[&words[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    let settled = served.json(&[&words[..], &["--yes", "--expect", digest]].concat());
    assert_eq!(settled["settled"], "accepted", "{settled}");
}

pub(super) fn ready(home: &Path) -> String {
    let socket = home.join(".local/state/pilothouse/socket");
    let mut stream = UnixStream::connect(socket).unwrap();
    let request = "GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_restored_server_runs_nothing_before_somebody_says_so() {
    let first = Served::building(BUILD);
    until("the build runs", || first.home.path().join("ran").exists());
    let copies = TempDir::new().unwrap();
    let file = copies.path().join("journal.db");
    let file = file.to_str().unwrap();
    let said = ok(&first.run(&["backup", file]));
    let head = said.split("\nhead ").nth(1).unwrap().trim().to_owned();
    refused(&first.run(&["backup", file]), "nothing is overwritten");
    refused(
        &first.run(&["restore", file]),
        "in use by another Pilothouse server (process ",
    );
    first.signal(Signal::SIGKILL);

    let home = TempDir::new().unwrap();
    let said = ok(&pilothouse(home.path(), &["restore", file]));
    for words in [
        "1 effect may have been done since; nothing is run before hold h1 is lifted",
        "`pilothouse lift h1`",
        &head,
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    refused(
        &pilothouse(home.path(), &["restore", file]),
        "there is a journal in ",
    );
    ok(&pilothouse(
        home.path(),
        &["audit", "verify", "--head", &head],
    ));

    let definitions = home.path().join("definitions");
    fs::create_dir(&definitions).unwrap();
    let definition = first.home.path().join("definitions/web.toml");
    fs::copy(definition, definitions.join("web.toml")).unwrap();
    let server = serve(home.path());
    let second = Served { home, server };
    let said = ok(&second.until(0, &["status"]));
    let stopped = "everything is on hold (h1 of ";
    assert!(
        said.starts_with(stopped) && said.contains("restored from a backup of "),
        "{said}"
    );
    assert!(ready(second.home.path()).contains("\"on_hold\":[\"restored from a backup of "));
    // Whatever a change of the pipeline starts was started when it is answered.
    carry_out(&second, "hold web");
    let ran = second.home.path().join("ran");
    assert!(!ran.exists());

    carry_out(&second, "lift h1");
    until("the build runs again", || ran.exists());
    assert!(ready(second.home.path()).contains("\"on_hold\":[]"));
    assert!(!ok(&second.run(&["status"])).contains(stopped));
    fs::write(second.home.path().join("go"), "").unwrap();
    second.until_json(&["release", "web"], |release| {
        release["artifact"].is_object()
    });
}
