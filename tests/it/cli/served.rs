//! The command line against a real server: real definitions, a real repository, real steps.

use super::{pilothouse, repository, stderr, stdout};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;

pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const DEFINITION: &str = r#"
name = "web"
service = "web"
owner = "team"
watch = { every = "200ms" }
[source]
repository = "REPOSITORY"
poll = "200ms"
[build]
run = "cp file package"
artifact = "package"
[[stage]]
name = "gamma"
phase = "test"
deploy = { run = "true" }
regions = [{ name = "eu", time_zone = "Europe/Berlin", zones = { a = ["g1"] } }]
approval = [{ manual = "release", undo = "0s" }]
[[stage]]
name = "wave-1"
phase = "production"
deploy = { run = "true" }
regions = [{ name = "eu", time_zone = "Europe/Berlin", zones = { a = ["h1", "h2"] } }]
windows = ["never"]
[[alarm]]
name = "faults"
severity = "high"
scrape = { url = "http://127.0.0.1:1/", window = "1m", above = "5%", minimum = 50, ratio = { of = "faults", to = "all" } }
[[window]]
name = "never"
deny = "daily 00:00-24:00"
"#;

/// A server over a directory of its own; both are gone at the end.
pub(super) struct Served {
    pub(super) home: TempDir,
    pub(super) server: Child,
}

impl Served {
    pub(super) fn start() -> Self {
        Self::start_with("first")
    }

    /// With the title of the one commit that there is.
    pub(super) fn start_with(title: &str) -> Self {
        Self::with(title, "cp file package")
    }

    /// As `start`, with another build.
    pub(super) fn building(run: &str) -> Self {
        Self::with("first", run)
    }

    /// With a build that fails, and an `organization.toml`.
    pub(super) fn failing_with(organization: &str) -> Self {
        Self::prepared("first", "false", Some(organization))
    }

    fn with(title: &str, run: &str) -> Self {
        Self::prepared(title, run, None)
    }

    fn prepared(title: &str, run: &str, organization: Option<&str>) -> Self {
        let home = TempDir::new().unwrap();
        let repository = repository(home.path(), title);
        let definitions = home.path().join("definitions");
        fs::create_dir(&definitions).unwrap();
        let text = DEFINITION.replace("REPOSITORY", repository.to_str().unwrap());
        let text = text.replace("cp file package", run);
        fs::write(definitions.join("web.toml"), text).unwrap();
        if let Some(organization) = organization {
            fs::write(definitions.join("organization.toml"), organization).unwrap();
        }
        let server = serve(home.path());
        Self { home, server }
    }

    /// Starts another server in the place of one that was killed.
    pub(super) fn restart(&mut self) {
        self.server.wait().unwrap();
        self.server = serve(self.home.path());
    }

    /// Asks until the answer is as wanted.
    pub(super) fn until_json(&self, arguments: &[&str], is_it: impl Fn(&Value) -> bool) -> Value {
        let watch = pilothouse::clock::Stopwatch::start();
        loop {
            let output = self.run(&[arguments, &["--json"]].concat());
            let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
            if is_it(&answer) {
                return answer;
            }
            assert!(watch.elapsed().std() < PATIENCE, "{output:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        pilothouse(self.home.path(), arguments)
    }

    /// Runs it, with one JSON value as the answer.
    pub(super) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|why| panic!("{arguments:?}: {why} {output:?}"))
    }

    /// Runs it until it ends with this status.
    pub(super) fn until(&self, status: i32, arguments: &[&str]) -> Output {
        let watch = pilothouse::clock::Stopwatch::start();
        loop {
            let output = self.run(arguments);
            if output.status.code() == Some(status) {
                return output;
            }
            assert!(
                watch.elapsed().std() < PATIENCE,
                "{arguments:?}: {output:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

pub(super) fn serve(home: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_pilothouse"))
        .args(["serve", home.join("definitions").to_str().unwrap()])
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

impl Served {
    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.server.id().cast_signed());
        kill(pid, signal).unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.server.id().cast_signed());
        let _gone = kill(pid, Signal::SIGTERM);
        let _ended = self.server.wait();
    }
}

#[test]
fn an_approval_goes_from_plan_to_audit() {
    let served = Served::start();
    let approve = ["approve", "web", "--reason", "all tests have passed"];
    served.until(0, &[&approve[..], &["--dry-run"]].concat());

    let output = served.run(&approve);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = "without a terminal both --yes and --expect are needed";
    assert!(stderr(&output).contains(said), "{output:?}");

    let stale = ["--yes", "--expect", "0123456789abcdef"];
    let output = served.run(&[&approve[..], &stale].concat());
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(
        stderr(&output).contains("approve r1 in gamma"),
        "{output:?}"
    );

    let plan = served.json(&[&approve[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    let commit = [
        &approve[..],
        &["--yes", "--expect", digest, "--key", "key-1"],
    ]
    .concat();
    let settled = served.json(&commit);
    assert_eq!(settled["settled"], "accepted", "{settled}");
    // The same request again is not a second approval: it only says what became of the first.
    assert_eq!(served.json(&commit), settled);

    let output = served.run(&[
        "watch",
        "web",
        "--until",
        "stage=gamma,release=r1",
        "--timeout",
        "10s",
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = served.run(&approve);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert_eq!(
        stderr(&output),
        "pilothouse: nothing in web waits for an approval\n"
    );

    let events = stdout(&served.run(&["events", "web", "--json"]));
    let events: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let revisions: Vec<u64> = events
        .iter()
        .map(|entry| entry["revision"].as_u64().unwrap())
        .collect();
    assert_eq!(revisions, (1..=revisions.len() as u64).collect::<Vec<_>>());
    let accepted = events
        .iter()
        .filter(|entry| entry["fact"]["fact"] == "command_accepted");
    assert_eq!(accepted.count(), 1);
}

/// What `release` says of the one that waits.
fn check_release(served: &Served) {
    let release = served.json(&["release", "web"]);
    assert_eq!(release["release"], "r1", "{release}");
    let text = stdout(&served.run(&["release", "web", "r1"]));
    for words in [
        "r1 of web, cut ",
        "  1 change since",
        "  artifact ",
        "  signature ",
        "  runs in ",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let output = served.run(&["release", "web", "r9"]);
    let why = "pilothouse: web has no release r9; the newest is r1\n";
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(1), why)
    );
}

#[test]
fn what_blocks_is_told_with_who_may_pass_it() {
    let served = Served::start();
    let approve = ["approve", "web", "--reason", "all tests have passed"];
    served.until(0, &[&approve[..], &["--dry-run"]].concat());
    let plan = served.json(&[&approve[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    served.json(&[&approve[..], &["--yes", "--expect", digest]].concat());
    let blocked = [
        "watch",
        "web",
        "--until",
        "stage=wave-1,state=blocked",
        "--timeout",
        "10s",
    ];
    assert_eq!(served.run(&blocked).status.code(), Some(0));

    let why = served.json(&["why", "web"]);
    let stage = &why["stages"][0];
    assert_eq!(stage["view"]["stage"], "wave-1", "{why}");
    assert_eq!(stage["blockers"][0]["id"], "window/never", "{why}");
    let text = stdout(&served.run(&["why", "web", "--stage", "wave-1"]));
    assert!(text.contains("an operator may override it"), "{text}");

    assert_eq!(stage["brings"][0]["title"], "first", "{why}");
    check_release(&served);

    let forecast = served.json(&["forecast", "web"]);
    let wait = &forecast["waits"][0];
    assert_eq!(wait["stage"], "wave-1", "{forecast}");
    assert_eq!(wait["blockers"][0]["id"], "window/never", "{forecast}");
    let text = stdout(&served.run(&["forecast", "web"]));
    assert!(
        text.contains("r1 still waits at wave-1: window never"),
        "{text}"
    );

    check_sights(&served);

    let output = served.run(&["watch", "web", "--until", "state=ok", "--timeout", "300ms"]);
    assert_eq!(output.status.code(), Some(124), "{output:?}");
    assert_eq!(
        stderr(&output),
        "pilothouse: web is not there yet after 300ms\n"
    );

    let none = [
        "override",
        "web",
        "window/other",
        "--stage",
        "wave-1",
        "--release",
        "r1",
    ];
    let reason = ["--reason", "the fix has to go out today", "--dry-run"];
    let output = served.run(&[&none[..], &reason].concat());
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(
        stderr(&output).contains("window/never"),
        "what there is: {output:?}"
    );
    check_unknown(&served);
}

/// A name that nobody has is answered with those there are.
fn check_unknown(served: &Served) {
    for arguments in [
        &["status", "wbe"][..],
        &["why", "wbe"],
        &["forecast", "wbe"],
        &["alarms", "wbe"],
        &["windows", "wbe"],
        &["events", "wbe"],
        &["watch", "wbe"],
    ] {
        let output = served.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(
            stderr(&output),
            "pilothouse: there is no pipeline wbe; the pipelines are web\n"
        );
    }
}

/// Alarms and windows, as they can be looked at.
fn check_sights(served: &Served) {
    let alarms = served.json(&["alarms", "web"]);
    let alarm = &alarms["alarms"][0];
    assert_eq!(alarm["urgency"], "no-data", "{alarms}");
    assert_eq!(alarm["bearing"]["does"], "observes", "{alarms}");
    let text = stdout(&served.run(&["alarms", "web"]));
    for words in [
        "faults: no data: ",
        "scrape http://127.0.0.1:1/, has not answered yet",
    ] {
        assert!(text.contains(words), "{text}");
    }
    let day = ["windows", "web", "--from", "2026-03-06T00:00:00Z"];
    let windows = served.json(&day);
    let wave = &windows["timelines"][1]["stretches"];
    assert_eq!(wave.as_array().map(Vec::len), Some(1), "{windows}");
    assert_eq!(wave[0]["state"], "closed", "{windows}");
    assert_eq!(wave[0]["to"], "2026-03-07T00:00:00Z", "{windows}");
    let text = stdout(&served.run(&day));
    for words in [
        "web.toml:",
        "clocks move +1h on 2",
        "deny daily 00:00-24:00",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn without_a_server_it_says_how_to_start_one() {
    let home = TempDir::new().unwrap();
    let missing: &Path = &home.path().join(".local/state/pilothouse/socket");
    for arguments in [&["status"][..], &["why", "web"], &["approve", "web"], &[]] {
        let output = pilothouse(home.path(), arguments);
        assert_eq!(output.status.code(), Some(6), "{output:?}");
        let said = stderr(&output);
        assert!(
            said.contains(&format!("no server answers at {}", missing.display())),
            "{said}"
        );
        assert!(said.contains("pilothouse serve DIR"), "{said}");
    }
}
