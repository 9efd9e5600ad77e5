//! Removes from the state directory what nothing needs any more: artifacts that nobody retains and
//! the logs of old steps. A little at a time, and nothing that is young: a build may have stored
//! what no journal knows yet. An interrupted round leaves whole files and is done again; what cannot be
//! removed keeps nothing else.

use crate::{
    clock,
    executor::hold,
    model::{Digest, Span, Time},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Removed in one round, so that a round is short.
const AT_ONCE: usize = 200;
/// Nothing younger goes.
const OLD: Span = Span::hours(24);
/// Logs of the newest steps of each pipeline are kept.
const STEPS_KEPT: usize = 1_000;

/// What could not be looked at or removed first.
pub(crate) type Stuck = (PathBuf, io::Error);

/// Removes artifacts that are not retained.
pub(crate) fn artifacts(store: &Path, retained: &BTreeSet<Digest>) -> Result<usize, Stuck> {
    let mut round = Round::default();
    for path in old(store)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unneeded = match name.parse::<Digest>() {
            Ok(digest) => !retained.contains(&digest),
            // What an interrupted build left behind.
            Err(_other) => name.starts_with(".incoming-"),
        };
        if unneeded && round.gone < AT_ONCE {
            round.note(fs::remove_file(&path), path);
        }
    }
    round.done()
}

/// Removes the logs of steps that are old, ended, and not among the newest of their pipeline.
pub(crate) fn steps(folder: &Path) -> Result<usize, Stuck> {
    let mut by_pipeline: BTreeMap<String, Vec<(u64, PathBuf)>> = BTreeMap::new();
    for path in old(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = name.rsplit_once('-');
        let number = number.and_then(|(of, number)| Some((of, number.parse().ok()?)));
        // One that still runs is held by its keeper.
        if let Some((of, number)) = number
            && hold::is_held(&path).is_ok_and(|held| !held)
        {
            let known = by_pipeline.entry(of.to_owned()).or_default();
            known.push((number, path.clone()));
        }
    }
    let mut round = Round::default();
    for mut steps in by_pipeline.into_values() {
        steps.sort_unstable();
        let n_old = steps.len().saturating_sub(STEPS_KEPT);
        for (_, path) in steps.into_iter().take(n_old.min(AT_ONCE - round.gone)) {
            round.note(fs::remove_dir_all(&path), path);
        }
    }
    round.done()
}

#[derive(Default)]
struct Round {
    gone: usize,
    stuck: Option<Stuck>,
}

impl Round {
    fn note(&mut self, removed: io::Result<()>, path: PathBuf) {
        match removed {
            Ok(()) => self.gone += 1,
            Err(why) => self.stuck = self.stuck.take().or(Some((path, why))),
        }
    }

    fn done(self) -> Result<usize, Stuck> {
        self.stuck.map_or(Ok(self.gone), Err)
    }
}

/// Entries of a folder that nobody has written to for long.
fn old(folder: &Path) -> Result<Vec<PathBuf>, Stuck> {
    let unreadable = |why| (folder.to_owned(), why);
    let now = clock::now();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // One that has gone meanwhile is not there to be removed.
        let Ok(modified) = entry.metadata().and_then(|about| about.modified()) else {
            continue;
        };
        let written = modified.duration_since(SystemTime::UNIX_EPOCH);
        let written = written.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
        if now.since(Time(written)) >= OLD {
            found.push(entry.path());
        }
    }
    Ok(found)
}
