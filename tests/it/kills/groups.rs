//! The real server in a control group of its own, as systemd gives it one: what a step leaves goes with
//! its group, and what takes too much is told so. What cannot be tried here says what is missing.

use super::fleet::{Fleet, PROGRAM, Server};
use crate::{
    executor::{lives, until},
    serving::name,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pilothouse::{
    clock::Stopwatch,
    model::{Fact, Revision, Span},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::sleep;

/// A group that is removed at the end, with all that is below.
struct Delegated(PathBuf);

impl Delegated {
    /// None where there is no cgroup v2 that this process may make groups in.
    fn new(name: &str) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let top = Path::new(line.split(' ').nth(4)?);
        let group = top.join(format!("pilothouse-test-{name}-{}", std::process::id()));
        fs::create_dir(&group).ok()?;
        Some(Self(group))
    }

    fn server(&self, fleet: &Fleet, more: &str) -> Server {
        let script = format!(
            "mkdir -p {0}/server && echo $$ > {0}/server/cgroup.procs && exec {PROGRAM} serve {more} \"$@\"",
            self.0.display()
        );
        fleet.server_as(&["sh", "-c", &script, "sh"])
    }

    fn groups(&self) -> Vec<String> {
        let all = fs::read_dir(&self.0).unwrap().flatten();
        let groups = all.filter(|entry| entry.path().is_dir());
        let names = groups.map(|entry| entry.file_name().into_string().unwrap());
        names.collect()
    }
}

impl Drop for Delegated {
    fn drop(&mut self) {
        for _look in 0..100 {
            let _killed = fs::write(self.0.join("cgroup.kill"), "1");
            for group in self.groups() {
                let _gone = fs::remove_dir(self.0.join(group));
            }
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// How the first step that ended did so.
async fn end_of_build(fleet: &Fleet) -> String {
    let (client, name) = (fleet.client(), name("search"));
    let watch = Stopwatch::start();
    loop {
        assert!(
            watch.elapsed() < Span::seconds(20),
            "{}",
            fleet.told("search")
        );
        let page = client.events(&name, Revision(0), 500).await.unwrap();
        let ended = page.entries.iter().find_map(|entry| match &entry.fact {
            Fact::StepFinished { result, .. } => Some(format!("{result:?}")),
            _ => None,
        });
        if let Some(ended) = ended {
            return ended;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Kills the keepers of all steps that run.
fn kill_keepers(fleet: &Fleet) {
    for step in fs::read_dir(fleet.path("state/steps")).unwrap().flatten() {
        let note = fs::read_to_string(step.path().join("keeper")).unwrap_or_default();
        // Those that have ended, or have yet to begin, name nobody.
        let keeper = note.split(' ').next().and_then(|pid| pid.parse().ok());
        if let Some(keeper) = keeper {
            kill(Pid::from_raw(keeper), Signal::SIGKILL).unwrap();
        }
    }
}

#[tokio::test]
async fn a_daemon_goes_with_the_group_of_its_step_though_the_keeper_is_killed() {
    let Some(group) = Delegated::new("daemon") else {
        println!("skipped: there is no cgroup v2 here in which a group can be made");
        return;
    };
    for server_dies in [false, true] {
        let fleet = Fleet::new();
        fleet.close("daemon");
        fleet.close("build");
        let mut server = group.server(&fleet, "");
        server.ready();
        until("builds begin", || fleet.begun().len() == 3).await;
        let noted = || fs::read_to_string(fleet.path("daemon")).unwrap_or_default();
        until("a daemon starts", || noted().ends_with('\n')).await;
        // Builds of other pipelines may note theirs later.
        let daemon = noted();
        let server = if server_dies {
            server.kill();
            kill_keepers(&fleet);
            assert!(lives(&daemon), "nobody was there to end it");
            let mut next = group.server(&fleet, "");
            next.ready();
            next
        } else {
            kill_keepers(&fleet);
            server
        };
        until("the daemon is gone", || !lives(&daemon)).await;
        let ended = end_of_build(&fleet).await;
        assert!(ended.contains("Unknown"), "{ended}");
        let steps = || group.groups().iter().any(|name| name.starts_with("step-"));
        until("the groups of steps are gone", || !steps()).await;
        server.kill();
    }
}

#[tokio::test]
async fn a_step_that_takes_too_much_is_told_so() {
    let cases = [
        (
            ("memory", "hungry", "--step-memory 64MiB"),
            "killed: out of memory (limit 64MiB)",
        ),
        (
            ("pids", "crowded", "--step-processes 20"),
            "it had all the processes and threads it may have (limit 20)",
        ),
        // It starts, and can start nothing.
        (
            ("pids", "crowded", "--step-processes 1"),
            "it had all the processes and threads it may have (limit 1)",
        ),
    ];
    for ((controller, gate, limit), told) in cases {
        let Some(group) = Delegated::new(controller) else {
            println!("skipped: there is no cgroup v2 here in which a group can be made");
            return;
        };
        let controllers = fs::read_to_string(group.0.join("cgroup.controllers")).unwrap();
        if !controllers.contains(controller) {
            println!("skipped: cgroup v2 has no {controller} here (it has: {controllers:?})");
            continue;
        }
        let fleet = Fleet::new();
        fleet.close(gate);
        let mut server = group.server(&fleet, limit);
        server.ready();
        let ended = end_of_build(&fleet).await;
        assert!(ended.contains("Failed") && ended.contains(told), "{ended}");
        server.kill();
    }
}
