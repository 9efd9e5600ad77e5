//! A keeper's hold on the folder of its step: a lock for as long as it lives, which the kernel takes
//! away with it, and beside the lock who holds it. Two keepers of one step never run side by side,
//! whichever servers started them, and no pid is mistaken for a later namesake.

use crate::executor::tree::Stat;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

const FILE: &str = "keeper";

/// Held until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold(File);

impl Hold {
    /// Takes hold of a folder; none when somebody has it.
    pub(crate) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(file(folder))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(why),
        }
    }

    /// Notes that this process is the holder.
    pub(crate) fn sign(&mut self) -> io::Result<()> {
        let pid = std::process::id().cast_signed();
        let started = Stat::of(pid).map_or(0, |stat| stat.started);
        self.note(&format!("{pid} {started} {}\n", this_boot()))
    }

    /// Whom the folder names, which is whoever held it last.
    pub(crate) fn last(&mut self) -> Option<Holder> {
        self.0.rewind().ok()?;
        let mut text = String::new();
        self.0.read_to_string(&mut text).ok()?;
        Holder::parse(&text)
    }

    /// Forgets who held it last.
    pub(crate) fn forget(&mut self) {
        // A note that stays is checked again, and names nobody who lives.
        let _kept = self.note("");
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.rewind()?;
        self.0.write_all(text.as_bytes())
    }
}

/// Who holds a folder: a process, by its pid and its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) pid: i32,
    started: u64,
}

impl Holder {
    /// The one that a folder names, when it lives.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(file(folder)).ok()?;
        Self::parse(&text).filter(|holder| holder.lives())
    }

    /// `pid start boot`; none from an earlier run of the machine.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let pid = words.next()?.parse().ok()?;
        let started = words.next()?.parse().ok()?;
        (words.next()? == this_boot()).then_some(Self { pid, started })
    }

    pub(crate) fn lives(self) -> bool {
        Stat::of(self.pid).is_some_and(|stat| stat.started == self.started && stat.live)
    }
}

/// The file of a folder that is locked, and names the holder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Whether somebody holds a folder.
pub(crate) fn is_held(folder: &Path) -> bool {
    let Ok(file) = File::open(file(folder)) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Names this run of the machine; pids and start times begin again with the next.
fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_or_else(|_no_proc| "unknown".to_owned(), |id| id.trim().to_owned())
}
