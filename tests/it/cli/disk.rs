//! A disk that is full, a disk that fails, and a directory that is taken, under the real server.

use super::{
    backup::{carry_out, ok, ready, refused, until},
    served::{Served, serve},
    stdout,
};
use nix::sys::signal::Signal;
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Mounts a small disk on the first word and becomes the rest, in a name space that goes with it.
const ON_SMALL_DISK: &str = r#"mount -t tmpfs -o size=160m none "$1" && shift && exec "$@""#;

const AS_IT_IS: &str = r#"exec "$@""#;

/// As it is, but a file that is too large is an error and not the end.
const WITHOUT_XFSZ: &str = r#"trap '' XFSZ; exec "$@""#;

/// Whether this machine lets the program of that name do what a test needs; says so if not.
fn can(words: &[&str]) -> bool {
    let able = Command::new(words[0]).args(&words[1..]).output();
    let able = able.is_ok_and(|output| output.status.success());
    if !able {
        println!("skipped: this machine does not allow `{}`", words.join(" "));
    }
    able
}

/// Puts another server in the place of a running one: started by these words, which end in a
/// script, and with these arguments more.
fn replace(served: &mut Served, words: &[&str], arguments: &[&Path]) {
    if served.server.try_wait().unwrap().is_none() {
        served.signal(Signal::SIGTERM);
        served.server.wait().unwrap();
    }
    let home = served.home.path();
    let state = home.join(".local/state/pilothouse");
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("sh").args(arguments);
    command.arg(env!("CARGO_BIN_EXE_pilothouse"));
    command.arg("serve").arg(home.join("definitions"));
    command.arg("--socket").arg(state.join("socket"));
    let place = arguments.first().map_or(state.as_path(), |place| place);
    command.arg("--state").arg(place);
    command.env_clear().env("HOME", home);
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    served.server = child.unwrap();
}

/// Waits until the server ends because of the journal, and gives what it said.
fn ends(served: &mut Served) -> String {
    let mut said = String::new();
    let mut stderr = served.server.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(served.server.wait().unwrap().code(), Some(1), "{said}");
    said
}

/// Writes until the disk takes no more.
fn fill(file: &Path) {
    let mut file = File::create(file).unwrap();
    let much = vec![0; 1024 * 1024];
    while file.write_all(&much).is_ok() {}
    while file.write_all(&much[..4096]).is_ok() {}
}

pub(super) fn push(served: &Served, title: &str) {
    let repository = served.home.path().join("repository");
    fs::write(repository.join("file"), title).unwrap();
    let author = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
    let mut git = Command::new("git");
    let git = git.args(author).args(["commit", "-qam", title]);
    assert!(git.current_dir(&repository).status().unwrap().success());
}

fn has_reached(served: &Served, release: &str) {
    let title = format!("approve {release} in gamma");
    let approve = ["approve", "web", "--reason", "seen", "--dry-run"];
    until(&title, || stdout(&served.run(&approve)).contains(&title));
}

#[test]
fn on_a_full_disk_nothing_starts_and_a_rollback_still_goes() {
    let unshare = ["unshare", "--map-root-user", "--mount"];
    if !can(&[&unshare[..], &["mount", "-t", "tmpfs", "none", "/mnt"]].concat()) {
        return;
    }
    let mut served = Served::start();
    let disk = served.home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let words = [&unshare[..], &["sh", "-c", ON_SMALL_DISK]].concat();
    replace(&mut served, &words, &[&disk]);
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    // The disk as the server sees it.
    let seen = PathBuf::from(format!("/proc/{}/root", served.server.id()));
    let seen = seen.join(disk.strip_prefix("/").unwrap());
    let reserve = seen.join("journal.reserve");
    assert_eq!(fs::metadata(&reserve).unwrap().len(), 64 * 1024 * 1024);
    carry_out(&served, "approve web");
    push(&served, "second");
    has_reached(&served, "r2");

    fill(&seen.join("filler"));
    let held = "everything is on hold (h1 of pilothouse since ";
    until("the line is stopped", || {
        ok(&served.run(&["status"])).starts_with(held)
    });
    assert!(!reserve.exists());
    assert!(ready(served.home.path()).contains("the disk of the state directory is full"));
    let why = served.json(&["why", "web", "--stage", "wave-1"]);
    let stops = why["stages"][0]["blockers"].to_string();
    assert!(stops.contains("org-hold/h1"), "{why}");
    carry_out(&served, "rollback web --stage gamma --release r2");
    until("r2 is rolled back", || {
        ok(&served.run(&["events", "web", "--json"])).contains("\"rolled_back\"")
    });

    fs::remove_file(seen.join("filler")).unwrap();
    until("the line goes on by itself", || {
        !ok(&served.run(&["status"])).contains("on hold (")
    });
    assert!(reserve.exists());
    assert!(!ready(served.home.path()).contains("is full"));
    let id = served.server.id().to_string();
    let inside = [
        "--target",
        &id,
        "--user",
        "--mount",
        "--preserve-credentials",
    ];
    let mut audit = Command::new("nsenter");
    audit.args(inside).arg(env!("CARGO_BIN_EXE_pilothouse"));
    audit.args(["audit", "verify", "--state"]).arg(&disk);
    ok(&audit.output().unwrap());
}

#[test]
fn after_a_failed_write_the_server_ends_and_nothing_acknowledged_is_lost() {
    if !can(&["prlimit", "--version"]) {
        return;
    }
    let mut served = Served::start();
    replace(&mut served, &["sh", "-c", WITHOUT_XFSZ], &[]);
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    let plan = served.json(&["hold", "web", "--reason", "stop", "--dry-run"]);
    let digest = plan["digest"].as_str().unwrap();
    let commit = [
        "hold", "web", "--reason", "stop", "--yes", "--expect", digest,
    ];
    let settled = served.json(&[&commit[..], &["--key", "kept"]].concat());
    assert_eq!(settled["settled"], "accepted");

    let id = served.server.id().to_string();
    assert!(can(&["prlimit", "--pid", &id, "--fsize=0"]));
    let output = served.run(&[
        "lift",
        "web",
        "h1",
        "--reason",
        "go on",
        "--dry-run",
        "--json",
    ]);
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let digest = plan["digest"]
        .as_str()
        .unwrap_or("0123456789abcdef")
        .to_owned();
    let lift = [
        "lift", "web", "h1", "--reason", "go on", "--yes", "--expect",
    ];
    let lost = served.run(&[&lift[..], &[&digest, "--key", "lost"]].concat());
    assert_ne!(lost.status.code(), Some(0), "{lost:?}");

    let said = ends(&mut served);
    assert!(
        said.contains("a commit failed") && said.contains("the server ends"),
        "{said}"
    );

    ok(&served.run(&["audit", "verify"]));
    served.server = serve(served.home.path());
    let op = stdout(&served.until(0, &["op", "kept"]));
    assert!(op.starts_with("done at "), "{op}");
}

#[test]
fn a_log_that_is_taken_from_under_the_server_is_noticed_and_nothing_is_lost() {
    let mut served = Served::start();
    replace(&mut served, &["sh", "-c", AS_IT_IS], &[]);
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    carry_out(&served, "hold web --key kept");
    let state = served.home.path().join(".local/state/pilothouse");
    fs::remove_file(state.join("journal.db-wal")).unwrap();
    let said = ends(&mut served);
    for words in [
        "journal.db-wal was removed or replaced while the server was using it",
        "all that was committed is in the journal's file",
        "the server ends",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    served.server = serve(served.home.path());
    let op = stdout(&served.until(0, &["op", "kept"]));
    assert!(op.starts_with("done at "), "{op}");
    ok(&served.run(&["audit", "verify"]));
}

#[test]
fn an_older_copy_in_the_place_of_the_journal_is_refused_until_it_is_restored() {
    let mut served = Served::start();
    served.until(0, &["approve", "web", "--reason", "seen", "--dry-run"]);
    let older = served.home.path().join("older.db");
    ok(&served.run(&["backup", older.to_str().unwrap()]));
    carry_out(&served, "hold web");
    let state = served.home.path().join(".local/state/pilothouse");
    let head = stdout(&served.run(&["audit", "verify"]));
    let head = head.rsplit_once("head ").unwrap().1.trim().to_owned();
    until("it is noted how far the journal has come", || {
        fs::read_to_string(state.join("journal.mark")).is_ok_and(|mark| mark.contains(&head))
    });
    served.signal(Signal::SIGKILL);
    served.server.wait().unwrap();
    for file in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        fs::remove_file(state.join(file)).unwrap();
    }
    fs::copy(&older, state.join("journal.db")).unwrap();
    replace(&mut served, &["sh", "-c", AS_IT_IS], &[]);
    let said = ends(&mut served);
    assert!(
        said.contains(" was there before") && said.contains("restore the backup"),
        "{said}"
    );
    fs::remove_file(state.join("journal.db")).unwrap();
    ok(&served.run(&["restore", older.to_str().unwrap()]));
    served.server = serve(served.home.path());
    let said = ok(&served.until(0, &["status"]));
    assert!(said.starts_with("everything is on hold (h1 of "), "{said}");
}

#[test]
fn a_second_server_names_the_one_that_is_there() {
    let served = Served::start();
    served.until(0, &["status"]);
    let home = served.home.path();
    let definitions = home.join("definitions");
    let other = home.join("other");
    let second = [
        "serve",
        definitions.to_str().unwrap(),
        "--socket",
        other.to_str().unwrap(),
    ];
    let named = format!(
        "in use by another Pilothouse server (process {})",
        served.server.id()
    );
    refused(&served.run(&second), &named);
    served.until(0, &["status"]);
}
