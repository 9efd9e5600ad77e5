//! A process group of a step: the leader that was started, and whatever it started itself. Knows the
//! kernel's word for them (`/proc/PID/stat`) and nothing of steps. A process that makes a session of
//! its own leaves the group and is a step's way to leave a daemon behind.

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{fs, path::Path, time::Duration};

/// A live process group that is killed when this is dropped, so that an aborted step leaves nothing.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Pid,
    over: bool,
}

/// How long a killed group may take to be gone: only a process stuck in the kernel takes longer.
const GONE_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(5);

impl Group {
    pub(crate) fn led_by(leader: u32) -> Option<Self> {
        let leader = Pid::from_raw(i32::try_from(leader).ok()?);
        Some(Self {
            leader,
            over: false,
        })
    }

    /// Asks every member to end.
    pub(crate) fn terminate(&self) {
        // A group that is gone already needs no signal.
        let _gone = killpg(self.leader, Signal::SIGTERM);
    }

    /// Kills what is left of the group and waits until it is gone; false when it does not go.
    pub(crate) async fn end(mut self) -> bool {
        self.kill();
        for _look in 0..GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.lives() {
                self.over = true;
                return true;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        false
    }

    /// As [`Group::end`], for the time before the server runs.
    pub(crate) fn end_blocking(mut self) -> bool {
        self.kill();
        for _look in 0..GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.lives() {
                self.over = true;
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }

    fn kill(&self) {
        let _gone = killpg(self.leader, Signal::SIGKILL);
    }

    /// Whether a member still runs. Zombies do not: nobody reaps them where PID 1 is no init.
    fn lives(&self) -> bool {
        killpg(self.leader, None).is_ok()
            && members(self.leader.as_raw()).any(|(_, stat)| stat.live)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.over {
            self.kill();
        }
    }
}

/// What the kernel says of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Neither a zombie nor dead.
    pub(crate) live: bool,
    pub(crate) group: i32,
    /// In clock ticks since the machine started: with the pid it names a process for ever.
    pub(crate) started: u64,
}

impl Stat {
    /// None when there is no such process (or no `/proc`).
    pub(crate) fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// `pid (command) state ppid pgrp session ... starttime ...`; the command may hold anything, so
    /// counting starts after its last bracket.
    fn parse(text: &str) -> Option<Self> {
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        Some(Self {
            live: !matches!(*fields.first()?, "Z" | "X" | "x"),
            group: fields.get(2)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

/// Every process of a group, with its pid.
pub(crate) fn members(group: i32) -> impl Iterator<Item = (i32, Stat)> {
    fs::read_dir(Path::new("/proc"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, Stat::of(pid)?)))
        .filter(move |(_, stat)| stat.group == group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_brackets_does_not_shift_the_fields() {
        let tail = "S 1 77 77 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        for command in ["(sh)", "(a) Z 9 9)", "(x y)"] {
            let stat = Stat::parse(&format!("78 {command} {tail}")).unwrap();
            assert_eq!((stat.live, stat.group, stat.started), (true, 77, 4242));
        }
    }
}
