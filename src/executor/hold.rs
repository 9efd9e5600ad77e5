//! A keeper's hold on the folder of its step: a lock for as long as it lives, which the kernel takes
//! away with it, and beside the lock who holds it, and for which command. Two keepers of one step never
//! run side by side, whichever servers started them, and no pid is mistaken for a later namesake.

use crate::{
    clock,
    executor::{ended::Unreadable, tree::Stat},
    model::Span,
};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, Write},
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

    /// Notes that this process is the holder, for the command of this key.
    pub(crate) fn sign(&mut self, key: &str) -> io::Result<()> {
        let (holder, begun) = (this_process(), clock::since_boot().0);
        self.note(&format!("{holder} {begun} {key}\n"))
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

/// Who holds a folder, or held it last: a process, by its pid and its start, and what it holds it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) pid: i32,
    started: u64,
    begun: Span,
    /// Of the command that it keeps.
    pub(crate) key: String,
}

impl Holder {
    /// The one that a folder names, when it lives.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        let last = Self::last_of(folder).ok().flatten();
        last.filter(Self::lives)
    }

    /// The one that a folder names, which is whoever held it last.
    pub(crate) fn last_of(folder: &Path) -> Result<Option<Self>, Unreadable> {
        match fs::read(file(folder)) {
            Ok(text) => Ok(str::from_utf8(&text).ok().and_then(Self::parse)),
            Err(why) if is_absence(&why) => Ok(None),
            Err(why) => Err(unreadable(folder, why)),
        }
    }

    /// `pid start run begun key`; none from an earlier run of the machine, of which nothing is left.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let pid = words.next()?.parse().ok()?;
        let started = words.next()?.parse().ok()?;
        if words.next()? != this_run() {
            return None;
        }
        // The keepers of an older server note no more than that.
        let begun = words.next().and_then(|begun| begun.parse().ok());
        Some(Self {
            pid,
            started,
            begun: Span(begun.unwrap_or(0)),
            key: words.next().unwrap_or_default().to_owned(),
        })
    }

    pub(crate) fn lives(&self) -> bool {
        Stat::of(self.pid).is_some_and(|stat| stat.started == self.started && stat.live)
    }

    /// How long ago it began.
    pub(crate) fn age(&self) -> Span {
        clock::since_boot().saturating_sub(self.begun)
    }
}

/// The file of a folder that is locked, and names the holder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Whether somebody holds a folder.
pub(crate) fn is_held(folder: &Path) -> Result<bool, Unreadable> {
    match File::open(file(folder)) {
        Ok(file) => Ok(matches!(
            file.try_lock_shared(),
            Err(TryLockError::WouldBlock)
        )),
        Err(why) if is_absence(&why) => Ok(false),
        Err(why) => Err(unreadable(folder, why)),
    }
}

fn is_absence(why: &io::Error) -> bool {
    let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    absent.contains(&why.kind())
}

fn unreadable(folder: &Path, source: io::Error) -> Unreadable {
    Unreadable {
        path: file(folder),
        says: "who keeps it",
        source,
    }
}

/// Names this process for ever: `pid start run`.
pub(crate) fn this_process() -> String {
    let pid = std::process::id().cast_signed();
    let started = Stat::of(pid).map_or(0, |stat| stat.started);
    format!("{pid} {started} {}", this_run())
}

/// Names this run of the machine, or of the container: with it everything in it ends, and pids and
/// start times begin again.
fn this_run() -> String {
    let boot = clock::boot().unwrap_or_else(|| "unknown".to_owned());
    let first = Stat::of(1).map_or(0, |stat| stat.started);
    format!("{boot}.{first}")
}
