//! A server that runs its steps as another user of the machine, and those that it refuses to.

use super::{
    repository,
    served::{DEFINITION, PATIENCE},
};
use crate::executor::lives;
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use pilothouse::clock::Stopwatch;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");
/// What grants the unit what it takes.
const GRANTED: &str = include_str!("../../../assets/server/step-user.conf");

/// Becomes somebody with these capabilities, and none more.
fn setpriv(user: &str, capabilities: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={user}"), &format!("--regid={user}")]);
    command.arg("--clear-groups");
    for set in ["--inh-caps", "--ambient-caps"] {
        command.arg(format!("{set}=-all{capabilities}"));
    }
    command.arg(PROGRAM);
    command
}

/// Whether this can be tried; says so if not.
fn can() -> bool {
    let able = geteuid().is_root()
        && setpriv("daemon", "")
            .arg("--version")
            .output()
            .is_ok_and(|said| said.status.success());
    if !able {
        println!("skipped: only root may start servers of other users, and with setpriv");
    }
    able
}

fn capabilities() -> Vec<&'static str> {
    let line = GRANTED
        .lines()
        .find_map(|line| line.strip_prefix("AmbientCapabilities="));
    line.unwrap().split(' ').collect()
}

#[test]
fn a_user_that_steps_must_not_or_cannot_be_is_refused() {
    if !can() {
        return;
    }
    let serve = |mut command: Command, arguments: &[&str]| {
        command.args(["serve", "/nowhere"]).args(arguments);
        let Output { status, stderr, .. } = command.env_clear().output().unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
        String::from_utf8(stderr).unwrap()
    };
    let root = || Command::new(PROGRAM);
    let few = || setpriv("daemon", "");
    for (said, words) in [
        (
            serve(root(), &["--step-user", "no-such-user"]),
            "there is no user no-such-user on this machine",
        ),
        (
            serve(root(), &["--step-user", "root"]),
            "whose user or group is root's",
        ),
        (
            serve(
                root(),
                &["--step-user", "nobody", "--socket-group", "nogroup"],
            ),
            "whose group nogroup gets to the server's socket",
        ),
        (
            serve(few(), &["--step-user", "daemon"]),
            "the user of the server itself",
        ),
        (
            serve(few(), &["--step-user", "nobody"]),
            &format!("for want of {}", capabilities().join(", ")),
        ),
    ] {
        assert!(said.contains(words), "{said}");
    }
    let mut doctor = few();
    doctor
        .args(["doctor", "--step-user", "nobody"])
        .env_clear()
        .env("HOME", "/nowhere");
    let said = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
    assert!(
        said.contains("doubt  step user   this server may not run steps as nobody"),
        "{said}"
    );
}

#[test]
fn a_server_with_few_rights_keeps_them_to_itself() {
    if !can() {
        return;
    }
    let home = TempDir::new().unwrap();
    let repository = repository(home.path(), "first");
    let definitions = home.path().join("definitions");
    fs::create_dir(&definitions).unwrap();
    let text = DEFINITION.replace("REPOSITORY", repository.to_str().unwrap());
    let build = "(echo $$; id -un; grep -E '^(Groups|Cap(Inh|Prm|Eff|Amb)):' /proc/self/status; cat ../../../journal.db) > package 2>&1; sleep 600";
    let text = text.replace(
        "run = \"cp file package\"",
        &format!("run = {{ shell = {build:?} }}"),
    );
    // What is no step is the server's own, and has its rights no more than a step has.
    let alarm = format!(
        "command = {{ shell = \"grep -E '^Cap(Inh|Prm|Eff|Amb)' /proc/self/status > {}\" }}",
        home.path().join("alarm").display()
    );
    let (head, tail) = text.split_once("scrape = ").unwrap();
    let text = format!("{head}{alarm}\n{}", tail.split_once('\n').unwrap().1);
    fs::write(definitions.join("web.toml"), text).unwrap();
    give(home.path(), "daemon:daemon");

    let wanted: Vec<String> = capabilities()
        .iter()
        .map(|name| name.trim_start_matches("CAP_").to_lowercase())
        .collect();
    let wanted = format!(",+{}", wanted.join(",+"));
    let place = |name: &str| home.path().join(name);
    let serve = || {
        let mut server = setpriv("daemon", &wanted);
        server.arg("serve").arg(&definitions);
        server.arg("--state").arg(place("state"));
        server.arg("--socket").arg(place("socket"));
        server.args(["--step-user", "nobody"]);
        server.env_clear().env("HOME", home.path());
        server.env("PATH", std::env::var_os("PATH").unwrap());
        server.stdout(Stdio::null()).spawn().unwrap()
    };
    let mut server = serve();
    let package = written(&place("state/workspaces/web/r1/package"), 8);
    let alarm = written(&place("alarm"), 4);
    server.kill().unwrap();
    server.wait().unwrap();
    let (step, rest) = package.split_once('\n').unwrap();
    assert!(rest.starts_with("nobody\n"), "{package}");
    assert!(rest.contains("journal.db: Permission denied"), "{package}");

    // Whose environment it cannot read, it knows by whose it is.
    let keeper = fs::read_to_string(place("state/steps/web-1/keeper")).unwrap();
    let keeper = keeper.split(' ').next().unwrap().parse().unwrap();
    kill(Pid::from_raw(keeper), Signal::SIGKILL).unwrap();
    assert!(lives(step));
    let mut server = serve();
    let watch = Stopwatch::start();
    while lives(step) {
        assert!(watch.elapsed().std() < PATIENCE, "the step lives on");
        std::thread::sleep(Duration::from_millis(20));
    }
    server.kill().unwrap();
    server.wait().unwrap();
    for said in [&package, &alarm] {
        let lines = said
            .lines()
            .filter(|line| line.starts_with("Cap") || line.starts_with("Groups"));
        for line in lines {
            let (_, value) = line.split_once(':').unwrap();
            assert!(value.trim().trim_matches('0').is_empty(), "{said}");
        }
    }
}

/// Gives all of a place to somebody, and lets others pass through it.
fn give(place: &Path, owner: &str) {
    let given = Command::new("chown")
        .args(["-R", owner])
        .arg(place)
        .status();
    assert!(given.unwrap().success());
    fs::set_permissions(place, Permissions::from_mode(0o711)).unwrap();
}

/// Waits until a file has so many lines.
fn written(file: &Path, lines: usize) -> String {
    let watch = Stopwatch::start();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= lines {
            return text;
        }
        assert!(
            watch.elapsed().std() < PATIENCE,
            "{}: {text:?}",
            file.display()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
