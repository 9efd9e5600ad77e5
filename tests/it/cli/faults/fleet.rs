//! A pipeline whose targets keep a log of their own, a server over it, and an operator who asks for
//! things by key: first on a disk that may fail, then on one that does not.

use super::disk::{self, Disk, Fault};
use crate::cli::{pilothouse, repository};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pilothouse::clock::Stopwatch;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};
use tempfile::TempDir;

/// How long a server on a failing disk gets to come to where something can be asked for.
const FAIR: Duration = Duration::from_secs(3);

const PATIENCE: Duration = Duration::from_secs(30);

const DEFINITION: &str = r#"
name = "web"
service = "web"
owner = "team"
[source]
repository = "REPOSITORY"
poll = "200ms"
[build]
run = "sh -c 'echo $PILOTHOUSE_RELEASE >> $HOME/builds; until test -e $HOME/go; do sleep 0.01; done; cp file package'"
artifact = "package"
[[stage]]
name = "gamma"
phase = "test"
deploy = { run = "DEPLOY" }
regions = [{ name = "eu", time_zone = "Europe/Berlin", zones = { a = ["g1"] } }]
approval = [{ manual = "release", undo = "0s" }]
[[stage]]
name = "wave-1"
phase = "production"
deploy = { run = "DEPLOY" }
regions = [{ name = "eu", time_zone = "Europe/Berlin", zones = { a = ["h1", "h2"] } }]
"#;

/// A target writes down what was done to it, outside of what the server keeps.
const DEPLOY: &str =
    "sh -c 'echo $PILOTHOUSE_TARGET $PILOTHOUSE_RELEASE $PILOTHOUSE_EFFECT_ID >> $HOME/targets'";

const PASSED: &str = "watch web --until stage=wave-1,release=r1";

pub(super) struct Fleet {
    home: TempDir,
}

/// What stands on the disk that may fail.
#[derive(Clone, Copy)]
pub(super) enum On<'a> {
    Server(&'a Disk, Option<&'a Fault>),
    Git(&'a Disk, Option<&'a Fault>),
    Nothing,
}

/// What came of a server.
#[derive(Default)]
pub(super) struct Told {
    pub(super) ended: Option<i32>,
    pub(super) log: String,
    /// The keys of what it said was done.
    pub(super) acknowledged: Vec<&'static str>,
}

impl Fleet {
    pub(super) fn new() -> Self {
        let home = TempDir::new().unwrap();
        let repository = repository(home.path(), "first");
        let definitions = home.path().join("definitions");
        fs::create_dir(&definitions).unwrap();
        let text = DEFINITION.replace("REPOSITORY", repository.to_str().unwrap());
        let text = text.replace("DEPLOY", DEPLOY);
        fs::write(definitions.join("web.toml"), text).unwrap();
        // After a full disk, all lines would not begin at once.
        fs::write(definitions.join("organization.toml"), "drain = \"0s\"\n").unwrap();
        let fleet = Self { home };
        fs::write(fleet.path("go"), "").unwrap();
        fleet
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(super) fn notes(&self) -> PathBuf {
        self.path("notes")
    }

    /// Serves on a disk, asks, and ends it.
    pub(super) fn live(&self, disk: &Disk, fault: Option<&Fault>) -> Told {
        let mut server = self.serve(On::Server(disk, fault));
        let mut acknowledged = Vec::new();
        let hold = "hold web --reason look";
        let lift = "lift web h1 --reason looked";
        let approve = "approve web --reason seen";
        for (key, line) in [("hold", hold), ("lift", lift), ("approve", approve)] {
            if self.ask(&mut server, key, line) {
                acknowledged.push(key);
            }
        }
        if acknowledged.contains(&"approve") {
            self.run(&format!("{PASSED} --timeout 3s"));
        }
        Told {
            ended: Self::terminate(&mut server),
            log: fs::read_to_string(self.home.path().join("log")).unwrap(),
            acknowledged,
        }
    }

    /// The next server, on a disk without faults, comes to where the first should have come.
    pub(super) fn goes_on(&self, told: &Told) -> Result<(), String> {
        let mut server = self.serve(On::Nothing);
        let up = self.until_up(&mut server);
        let done = up.and_then(|()| self.is_whole(&mut server, told));
        Self::terminate(&mut server);
        done.map_err(|why| format!("{why}\nfirst log:\n{}", told.log))
    }

    pub(super) fn until_up(&self, server: &mut Child) -> Result<(), String> {
        while !self.run("status").status.success() {
            if let Some(ended) = server.try_wait().unwrap() {
                let log = fs::read_to_string(self.home.path().join("log"));
                return Err(format!("the next start fails, {ended}: {}", log.unwrap()));
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    pub(super) fn is_whole(&self, server: &mut Child, told: &Told) -> Result<(), String> {
        let again = self.arrives(server)?;
        self.artifacts()?;
        for key in &told.acknowledged {
            wants(&self.run(&format!("op {key}")), "done at ")?;
        }
        wants(&self.run("audit verify"), "each as it was recorded")?;
        self.targets(again)
    }

    /// An operator sees to what the pipeline waits for, until the release has passed. Says how many
    /// steps had to be done again because nobody knew how they ended.
    pub(super) fn arrives(&self, server: &mut Child) -> Result<usize, String> {
        let (watch, mut looked) = (Stopwatch::start(), 0);
        while watch.elapsed().std() < PATIENCE {
            if self.run(&format!("{PASSED} --timeout 1s")).status.success() {
                return Ok(looked);
            }
            let why = self.run("why web");
            let why = String::from_utf8_lossy(&why.stdout).into_owned();
            if why.contains("hold/h1") {
                self.ask(server, "lift-again", "lift web h1 --reason looked");
            } else if why.contains("asks anybody") {
                self.ask(server, "approve-again", "approve web --reason seen");
            } else if why.contains("nobody knows how ") {
                // What cannot be read is said, and somebody has looked.
                wants(&self.run("why web"), "Input/output error")?;
                let stage = why.split(' ').next().unwrap_or_default();
                let retry = format!("retry web --stage {stage} --release r1");
                looked += usize::from(self.ask(server, &format!("looked-{looked}"), &retry));
            }
        }
        let events = self.run("events web");
        let events = String::from_utf8_lossy(&events.stdout).into_owned();
        Err(format!(
            "it does not go on: {:?}\n{events}",
            self.run("why web")
        ))
    }

    /// The build got what was committed.
    fn artifacts(&self) -> Result<(), String> {
        let state = self.path(".local/state/pilothouse");
        let committed = fs::read(self.path("repository/file")).unwrap();
        for entry in fs::read_dir(state.join("artifacts")).unwrap() {
            let built = fs::read(entry.unwrap().path()).unwrap();
            if built != committed {
                return Err(format!("it built {:?}", String::from_utf8_lossy(&built)));
            }
        }
        Ok(())
    }

    /// Each target got the release, under one effect id, but for those that an operator wanted again.
    fn targets(&self, again: usize) -> Result<(), String> {
        let text = fs::read_to_string(self.home.path().join("targets")).unwrap();
        let done: BTreeSet<&str> = text.lines().collect();
        let target = |line: &&&str| line.rsplit_once(' ').map(|(target, _id)| target.to_owned());
        let targets: BTreeSet<String> = done.iter().filter_map(|line| target(&line)).collect();
        let wanted = ["g1 r1", "h1 r1", "h2 r1"].map(str::to_owned);
        if targets == BTreeSet::from(wanted) && done.len() <= targets.len() + again {
            return Ok(());
        }
        Err(format!(
            "{again} wanted again, and the targets say:\n{text}"
        ))
    }

    /// Asks for something until it can be asked for, and says whether that was acknowledged.
    fn ask(&self, server: &mut Child, key: &str, line: &str) -> bool {
        let watch = Stopwatch::start();
        while watch.elapsed().std() < FAIR && server.try_wait().unwrap().is_none() {
            let plan = self.run(&format!("{line} --dry-run --json"));
            let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap_or_default();
            if let Some(digest) = plan["digest"].as_str() {
                let commit = format!("{line} --yes --expect {digest} --key {key}");
                return self.run(&commit).status.success();
            }
            sleep(Duration::from_millis(50));
        }
        false
    }

    pub(super) fn serve(&self, on: On<'_>) -> Child {
        let home = self.home.path();
        let state = self.path(".local/state/pilothouse");
        let mut path = std::env::var("PATH").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilothouse"));
        command.arg("serve").arg(home.join("definitions"));
        command.env_clear().env("HOME", home);
        match on {
            On::Nothing => {}
            On::Server(disk, fault) => disk.hold(&mut command, &state, &self.notes(), fault),
            On::Git(disk, fault) => {
                let mut variables = disk.variables(&state, &self.notes(), fault);
                variables.insert("DISK_ONCE", self.path("once").into());
                let git = self.path("bin/git");
                fs::create_dir_all(self.path("bin")).unwrap();
                disk::write_program(&git, &variables, &format!("PATH='{path}' exec git"));
                path = format!("{}:{path}", self.path("bin").display());
            }
        }
        command.env("PATH", path);
        let log = File::create(home.join("log")).unwrap();
        command.stdout(Stdio::null()).stderr(log);
        command.spawn().unwrap()
    }

    /// Ends it, and waits for that; one that does not end is killed, which is no good end.
    pub(super) fn terminate(server: &mut Child) -> Option<i32> {
        let pid = Pid::from_raw(server.id().cast_signed());
        let _gone = kill(pid, Signal::SIGTERM);
        let watch = Stopwatch::start();
        loop {
            if let Some(ended) = server.try_wait().unwrap() {
                return ended.code();
            }
            if watch.elapsed().std() > PATIENCE {
                server.kill().unwrap();
            }
            sleep(Duration::from_millis(10));
        }
    }

    pub(super) fn run(&self, line: &str) -> Output {
        let words: Vec<&str> = line.split(' ').collect();
        pilothouse(self.home.path(), &words)
    }
}

fn wants(output: &Output, words: &str) -> Result<(), String> {
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && said.contains(words) {
        return Ok(());
    }
    Err(format!("{output:?}"))
}
