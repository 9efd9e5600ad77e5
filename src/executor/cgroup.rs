//! The control group of one command (cgroup v2): all of its processes are in it, daemons too, whatever
//! sessions they make, so that they can be limited and killed together. Knows nothing of steps.

use crate::{
    executor::tree::GONE_WITHIN,
    model::{Bytes, Limits},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

const LOOK_EVERY: Duration = Duration::from_millis(5);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cgroup(pub(crate) PathBuf);

impl Cgroup {
    /// Makes it, or takes an empty one that is there, and sets what can be set.
    pub(crate) fn make(&self, limits: Limits) -> io::Result<()> {
        match fs::create_dir(&self.0) {
            Err(why) if why.kind() != io::ErrorKind::AlreadyExists => return Err(why),
            Ok(()) | Err(_) => {}
        }
        let memory = limits.memory.map(|Bytes(bytes)| bytes.to_string());
        let cpu = limits
            .cpu
            .map(|cpu| format!("{} 100000", u64::from(cpu.0) * 1_000));
        let processes = limits.processes.map(|most| most.to_string());
        // With one process of the step all of it is killed, so that none goes on by halves.
        let as_one = limits.memory.map(|_| "1".to_owned());
        for (file, value) in [
            ("memory.max", &memory),
            ("memory.oom.group", &as_one),
            ("cpu.max", &cpu),
            ("pids.max", &processes),
        ] {
            if let Some(value) = value {
                self.set(file, value)?;
            }
        }
        Ok(())
    }

    /// Puts this process into it; what it starts from then on begins there.
    pub(crate) fn enter(&self) -> io::Result<()> {
        self.set("cgroup.procs", &std::process::id().to_string())
    }

    /// Kills all that is in it and waits until it is gone; false when something does not go.
    pub(crate) fn end(&self) -> bool {
        for _look in 0..GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.is_populated() {
                return true;
            }
            self.kill();
            sleep(LOOK_EVERY);
        }
        false
    }

    /// Kills all that is in it at once.
    pub(crate) fn kill(&self) {
        // One that is gone already needs no kill.
        let _killed = self.set("cgroup.kill", "1");
    }

    fn is_populated(&self) -> bool {
        let events = fs::read_to_string(self.0.join("cgroup.events")).unwrap_or_default();
        value(&events, "populated") > 0
    }

    /// Whether the kernel killed something in it for want of memory.
    pub(crate) fn ran_out_of_memory(&self) -> bool {
        let events = fs::read_to_string(self.0.join("memory.events")).unwrap_or_default();
        value(&events, "oom_kill") > 0
    }

    /// Whether something in it could not start another process because of its limit.
    pub(crate) fn ran_out_of_processes(&self) -> bool {
        let events = fs::read_to_string(self.0.join("pids.events")).unwrap_or_default();
        value(&events, "max") > 0
    }

    /// How many processes and threads it may have; none without a limit.
    pub(crate) fn most_processes(&self) -> Option<u32> {
        let most = fs::read_to_string(self.0.join("pids.max")).ok()?;
        most.trim().parse().ok()
    }

    /// Has it have so many at most from now on.
    pub(crate) fn allow_processes(&self, most: u32) -> io::Result<()> {
        self.set("pids.max", &most.to_string())
    }

    /// How much it may take, in words.
    pub(crate) fn most_memory(&self) -> String {
        let most = fs::read_to_string(self.0.join("memory.max")).unwrap_or_default();
        let most = most.trim();
        most.parse()
            .map_or_else(|_none| most.to_owned(), |bytes| Bytes(bytes).to_string())
    }

    /// Forgets it, once it is empty.
    pub(crate) fn remove(&self) {
        // One that stays is taken again, or removed by the next server.
        let _gone = fs::remove_dir(&self.0);
    }

    fn set(&self, file: &str, value: &str) -> io::Result<()> {
        set(&self.0.join(file), value)
    }
}

/// Writes one value to a file of the kernel's.
pub(crate) fn set(file: &Path, value: &str) -> io::Result<()> {
    fs::write(file, value)
        .map_err(|why| io::Error::new(why.kind(), format!("{value} to {}: {why}", file.display())))
}

/// The value of a key in a flat keyed file.
fn value(text: &str, key: &str) -> u64 {
    let values = text.lines().filter_map(|line| line.split_once(' '));
    let found = values.into_iter().find(|(name, _)| *name == key);
    found.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
}
