//! Processes as the kernel lists them (`/proc/PID/stat`): who descends from whom, who stands in which
//! session, and ending all of them. A process whose parent has ended is given to its keeper, so that
//! a daemon that left its group and its session still descends from there. Knows nothing of steps.

use nix::{
    sys::signal::{self, Signal},
    unistd::Pid,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

/// How long killed processes may take to be gone: only one stuck in the kernel takes longer.
pub(crate) const GONE_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// A bomb of forks is halted in a few; more means that it is faster than we are.
const HALTS: usize = 100;

/// Which processes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Whatever descends from a process, but not itself.
    Below(i32),
    /// Whatever stands in a session, its leader too.
    Session(i32),
}

impl Tree {
    /// Those of them that run.
    pub(crate) fn live(self) -> BTreeSet<i32> {
        let all: BTreeMap<i32, Stat> = all().collect();
        let live = |pid: &i32| all.get(pid).is_some_and(|stat| stat.live);
        let meant: BTreeSet<i32> = match self {
            Self::Below(top) => below(top, &all),
            Self::Session(session) => all
                .iter()
                .filter(|(_, stat)| stat.session == session)
                .map(|(pid, _)| *pid)
                .collect(),
        };
        meant.into_iter().filter(live).collect()
    }

    /// Asks every one to end.
    pub(crate) fn terminate(self) {
        self.live().into_iter().for_each(terminate);
    }

    /// Kills all and waits until they are gone; false when one does not go.
    pub(crate) async fn end(self) -> bool {
        for _look in 0..GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.strike() {
                return true;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        false
    }

    /// As [`Tree::end`], for the time before the server runs.
    pub(crate) fn end_blocking(self) -> bool {
        for _look in 0..GONE_WITHIN.as_millis() / LOOK_EVERY.as_millis() {
            if !self.strike() {
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }

    /// Kills those that run; whether there were any. All are halted first, so that none forks away
    /// between the look and the kill.
    fn strike(self) -> bool {
        let mut halted = BTreeSet::new();
        for _look in 0..HALTS {
            let live = self.live();
            let new: Vec<i32> = live.difference(&halted).copied().collect();
            if new.is_empty() {
                break;
            }
            for pid in new {
                send(pid, Signal::SIGSTOP);
                halted.insert(pid);
            }
        }
        for pid in &halted {
            kill(*pid);
        }
        !halted.is_empty()
    }
}

/// Asks a process to end.
pub(crate) fn terminate(pid: i32) {
    send(pid, Signal::SIGTERM);
}

/// Gives a process no choice.
pub(crate) fn kill(pid: i32) {
    send(pid, Signal::SIGKILL);
}

fn send(pid: i32, signal: Signal) {
    // One that is gone already needs no signal.
    let _gone = signal::kill(Pid::from_raw(pid), signal);
}

fn below(top: i32, all: &BTreeMap<i32, Stat>) -> BTreeSet<i32> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (pid, stat) in all {
        children.entry(stat.parent).or_default().push(*pid);
    }
    let mut found = BTreeSet::new();
    let mut ahead = vec![top];
    while let Some(parent) = ahead.pop() {
        for child in children.get(&parent).into_iter().flatten() {
            if found.insert(*child) {
                ahead.push(*child);
            }
        }
    }
    found
}

/// What the kernel says of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Neither a zombie nor dead: nobody reaps those where PID 1 is no init.
    pub(crate) live: bool,
    pub(crate) parent: i32,
    pub(crate) group: i32,
    pub(crate) session: i32,
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
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            session: fields.get(3)?.parse().ok()?,
            started: fields.get(19)?.parse().ok()?,
        })
    }
}

/// Every process there is, with its pid.
pub(crate) fn all() -> impl Iterator<Item = (i32, Stat)> {
    fs::read_dir(Path::new("/proc"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, Stat::of(pid)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_brackets_does_not_shift_the_fields() {
        let tail = "S 1 77 66 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 4242 0";
        for command in ["(sh)", "(a) Z 9 9)", "(x y)"] {
            let stat = Stat::parse(&format!("78 {command} {tail}")).unwrap();
            assert_eq!((stat.live, stat.parent, stat.group), (true, 1, 77));
            assert_eq!((stat.session, stat.started), (66, 4242));
        }
    }

    #[test]
    fn descendants_are_found_over_every_generation() {
        let of = |parent| Stat {
            live: true,
            parent,
            group: 0,
            session: 0,
            started: 0,
        };
        let all = BTreeMap::from([(1, of(0)), (5, of(1)), (3, of(5)), (9, of(3)), (4, of(1))]);
        assert_eq!(below(5, &all), BTreeSet::from([3, 9]));
        assert_eq!(below(9, &all), BTreeSet::new());
    }
}
