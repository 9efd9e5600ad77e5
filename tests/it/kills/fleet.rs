//! A small fleet around the real server: targets that keep their own logs and live longer than any
//! server, repositories that are pushed to, and steps that note down that they were begun.

use crate::{executor::Repository, serving::name};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pilothouse::{
    client::{Address, Client},
    clock::Stopwatch,
    demo::target::{self, Record},
    model::{Pipeline, Sha, Span},
};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Mutex,
};
use tempfile::TempDir;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");

/// Two pipelines that share their targets, and one with its own.
pub(super) const PIPELINES: [(&str, &str); 3] = [
    ("cart", "cart"),
    ("cart-config", "cart"),
    ("search", "search"),
];
const TARGETS: [&str; 3] = ["beta-1", "prod-1", "prod-2"];

const DEFINITION: &str = r#"
name = "@PIPELINE@"
service = "@SERVICE@"
owner = "team"
kind = "@KIND@"
[source]
repository = "@REPOSITORY@"
poll = "150ms"
[build]
run = "@STEP@ build cp package built"
artifact = "built"
checks = [{ name = "unit tests", run = "@STEP@ check" }]
[[stage]]
name = "beta"
phase = "test"
deploy = { run = "./deploy", check = "./healthy", timeout = "30s" }
regions = [{ name = "here", time_zone = "UTC", zones = { a = ["@SERVICE@-beta-1"] } }]
approval = [{ test = "integration", run = "@STEP@ test" }]
[[stage]]
name = "wave-1"
phase = "production"
deploy = { run = "./deploy", check = "./healthy", timeout = "30s", one_box = true, max_unavailable = "50%" }
regions = [{ name = "here", time_zone = "UTC", zones = { a = ["@SERVICE@-prod-1", "@SERVICE@-prod-2"] } }]
@WAVE@
"#;

/// Notes that it was begun and as what, waits while the gate of that is closed, and does the rest.
const STEP: &str = r#"#!/bin/sh
set -eu
kind=$1; shift
echo "$PILOTHOUSE_EFFECT_ID $kind" >> @BEGUN@
if test "$kind" = build && test -e "@GATE@-daemon"; then
  setsid sh -c 'echo $$ > @DAEMON@; exec sleep 600' &
fi
if test "$kind" = build && test -e "@GATE@-hungry"; then head -c 300M /dev/zero | tail; fi
if test "$kind" = build && test -e "@GATE@-crowded"; then for n in $(seq 40); do sleep 60 & done; fi
while test -e "@GATE@-$kind"; do sleep 0.02; done
sleep 0.1
test $# -eq 0 || exec "$@"
"#;

const DEPLOY: &str = r#"#!/bin/sh
case "$PILOTHOUSE_PIPELINE" in *-config) layer=configuration ;; *) layer=application ;; esac
exec @STEP@ "$PILOTHOUSE_TARGET" @PROGRAM@ demo-install --targets @TARGETS@ --layer "$layer"
"#;

const HEALTHY: &str = r#"#!/bin/sh
exec @PROGRAM@ demo-probe --targets @TARGETS@ --get /healthz \
  --runs "$PILOTHOUSE_PIPELINE=$PILOTHOUSE_RELEASE" "$PILOTHOUSE_TARGET"
"#;

/// Everything but the server, which comes and goes.
pub(super) struct Fleet {
    home: TempDir,
    targets: Vec<Child>,
    repositories: BTreeMap<&'static str, Repository>,
    heads: Mutex<BTreeMap<String, Sha>>,
}

impl Fleet {
    pub(super) fn new() -> Self {
        Self::with("")
    }

    /// With more lines about the last stage, and below it.
    pub(super) fn with(more: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut fleet = Self {
            home,
            targets: Vec::new(),
            repositories: BTreeMap::new(),
            heads: Mutex::default(),
        };
        fs::create_dir(fleet.path("definitions")).unwrap();
        for (name, text) in [("step", STEP), ("deploy", DEPLOY), ("healthy", HEALTHY)] {
            let file = fleet.path("definitions").join(name);
            fs::write(&file, fleet.filled(text)).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        for (pipeline, service) in PIPELINES {
            let repository = fleet.path("repositories").join(pipeline);
            let kind = if pipeline.ends_with("-config") {
                "configuration"
            } else {
                "application"
            };
            let text = fleet
                .filled(&DEFINITION.replace("@WAVE@", more))
                .replace("@PIPELINE@", pipeline)
                .replace("@SERVICE@", service)
                .replace("@KIND@", kind)
                .replace("@REPOSITORY@", &repository.display().to_string());
            let file = fleet.path("definitions").join(format!("{pipeline}.toml"));
            fs::write(file, text).unwrap();
            fleet
                .repositories
                .insert(pipeline, Repository::new(repository));
            fleet.push(pipeline, 0);
        }
        for service in ["cart", "search"] {
            for target in TARGETS {
                fleet.start_target(&format!("{service}-{target}"));
            }
        }
        fleet
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn filled(&self, text: &str) -> String {
        let place = |name: &str| self.path(name).display().to_string();
        text.replace("@BEGUN@", &place("begun"))
            .replace("@GATE@", &place("gate"))
            .replace("@DAEMON@", &place("daemon"))
            .replace("@STEP@", &place("definitions/step"))
            .replace("@TARGETS@", &place("targets"))
            .replace("@PROGRAM@", PROGRAM)
    }

    fn start_target(&mut self, name: &str) {
        let directory = self.path("targets").join(name);
        fs::create_dir_all(&directory).unwrap();
        let mut process = Command::new(PROGRAM)
            .args(["demo-target", "--name", name, "--directory"])
            .arg(&directory)
            .env("PILOTHOUSE_SHIFTED_CLOCK", self.path("clock"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready "), "{ready}");
        self.targets.push(process);
    }

    /// Adds a change to a pipeline's branch.
    pub(super) fn push(&self, pipeline: &str, n: u64) {
        let repository = &self.repositories[pipeline];
        let head = repository.commit("package", &format!("route / 200 {n}\n"), &format!("{n}"));
        self.heads.lock().unwrap().insert(pipeline.to_owned(), head);
    }

    /// The newest change of every pipeline.
    pub(super) fn heads(&self) -> BTreeMap<String, Sha> {
        self.heads.lock().unwrap().clone()
    }

    /// Effects in the order in which their steps were begun, and what they are, as the steps say
    /// themselves: build, check, test, or the name of a target.
    pub(super) fn begun(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.path("begun")).unwrap_or_default();
        let words = text.lines().filter_map(|line| line.split_once(' '));
        words
            .map(|(id, kind)| (id.to_owned(), kind.to_owned()))
            .collect()
    }

    /// Lets steps of a kind begin and then wait.
    pub(super) fn close(&self, kind: &str) {
        fs::write(self.path(&format!("gate-{kind}")), "").unwrap();
    }

    pub(super) fn open(&self, kind: &str) {
        fs::remove_file(self.path(&format!("gate-{kind}"))).unwrap();
    }

    /// Sets the clocks of servers and targets, the wall clock and what counts the time since the machine started,
    /// so far ahead.
    pub(super) fn shift(&self, wall: Span, boot: Span) {
        let new = self.path("clock.new");
        fs::write(&new, format!("{} {}", wall.0, boot.0)).unwrap();
        fs::rename(new, self.path("clock")).unwrap();
    }

    /// What each target wrote down of what was done to it.
    pub(super) fn records(&self) -> Vec<Vec<Record>> {
        let targets = fs::read_dir(self.path("targets")).unwrap();
        let logs = targets.map(|target| target::log_file(&target.unwrap().path()));
        logs.map(|log| target::read_log(&log).unwrap()).collect()
    }

    pub(super) fn client(&self) -> Client {
        Client::new(Address::Unix(self.path("socket"))).unwrap()
    }

    /// One pipeline as the server has it.
    pub(super) async fn pipeline(&self, pipeline: &str) -> Pipeline {
        let snapshot = self.client().pipeline(&name(pipeline)).await;
        snapshot.unwrap().pipeline
    }

    /// A server that is being started.
    pub(super) fn server(&self) -> Server {
        self.server_as(&[PROGRAM, "serve"])
    }

    /// A server that belongs to another user of the machine, as does all that is here; to this one, where
    /// only root could have it otherwise.
    pub(super) fn server_of(&self, user: &str) -> Server {
        if !nix::unistd::geteuid().is_root() {
            return self.server();
        }
        let given = Command::new("chown")
            .args(["-R", &format!("{user}:{user}")])
            .arg(self.path(""))
            .status();
        assert!(given.unwrap().success());
        // That user finds no file of root's home either.
        let home = format!("HOME={}", self.path("").display());
        let words = Self::as_user(user, &["env", &home, PROGRAM, "serve"]);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.server_as(&words)
    }

    /// Words that have another user do something; this one, where only root could.
    pub(super) fn as_user(user: &str, words: &[&str]) -> Vec<String> {
        let (of, group) = (format!("--reuid={user}"), format!("--regid={user}"));
        let mut all = Vec::new();
        if nix::unistd::geteuid().is_root() {
            all.extend(["setpriv", &of, &group, "--clear-groups"]);
        }
        all.extend(words);
        all.into_iter().map(str::to_owned).collect()
    }

    /// A server that is started with other words in front of its own.
    pub(super) fn server_as(&self, words: &[&str]) -> Server {
        let log = fs::File::options()
            .append(true)
            .create(true)
            .open(self.path("server.log"))
            .unwrap();
        let process = Command::new(words[0])
            .args(&words[1..])
            .arg(self.path("definitions"))
            .arg("--state")
            .arg(self.path("state"))
            .arg("--socket")
            .arg(self.path("socket"))
            .env("PILOTHOUSE_LOG", "warn")
            .env("PILOTHOUSE_SHIFTED_CLOCK", self.path("clock"))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        Server {
            process,
            watch: Stopwatch::start(),
            log: self.path("server.log"),
        }
    }

    /// What a pipeline waits for and what happened in it, and what the servers complained of.
    pub(super) fn told(&self, pipeline: &str) -> String {
        let ask = |verb: &str| {
            let asked = Command::new(PROGRAM)
                .args([verb, pipeline, "--socket"])
                .arg(self.path("socket"))
                .output();
            String::from_utf8_lossy(&asked.unwrap().stdout).into_owned()
        };
        ask("why") + &ask("events") + &self.complaints()
    }

    /// What the servers complained of.
    pub(super) fn complaints(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap_or_default()
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for target in &mut self.targets {
            // It ends by itself when its input does.
            drop(target.stdin.take());
            let _status = target.wait();
        }
    }
}

/// One server of the fleet.
pub(super) struct Server {
    process: Child,
    watch: Stopwatch,
    log: PathBuf,
}

impl Server {
    /// Waits until it serves; gives how long that took.
    pub(super) fn ready(&mut self) -> Span {
        let mut said = String::new();
        let mut lines = BufReader::new(self.process.stdout.take().unwrap());
        lines.read_line(&mut said).unwrap();
        let complaints = || fs::read_to_string(&self.log).unwrap_or_default();
        assert!(said.starts_with("serving "), "{said:?} {}", complaints());
        self.watch.elapsed()
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.process.id().cast_signed()), signal).unwrap();
    }

    /// Ends it at once, and nothing else.
    pub(super) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end; gives how, and how long that took.
    pub(super) fn terminate(mut self) -> (ExitStatus, Span) {
        let watch = Stopwatch::start();
        self.signal(Signal::SIGTERM);
        (self.process.wait().unwrap(), watch.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _status = self.process.wait();
    }
}

/// Processes that speak of a directory, in their words or their environment.
pub(super) fn processes_of(directory: &Path) -> Vec<String> {
    let named = directory.to_str().unwrap();
    let all = fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|entry| {
        let read = |name| fs::read(entry.path().join(name)).ok();
        let line = String::from_utf8_lossy(&read("cmdline")?).replace('\0', " ");
        let environment = String::from_utf8_lossy(&read("environ")?).into_owned();
        let speaks = line.contains(named) || environment.contains(named);
        (speaks && !line.contains("demo-target")).then_some(line)
    });
    lines.collect()
}
