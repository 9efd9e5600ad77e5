//! The files that an open journal is in, and whether they still are where they were. What is written
//! to a file that has lost its name is gone with the process, and SQLite does not say so.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

#[derive(Debug)]
pub(super) struct Files {
    database: File,
    log: File,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    /// Device and inode; none while there is no such file yet.
    identity: Option<(u64, u64)>,
}

impl Files {
    /// Those of a journal that is open.
    pub(super) fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self {
            database: File::at(path.to_owned()),
            log: File::at(log.into()),
        }
    }

    /// The first that was removed, or that another one has the place of.
    pub(super) fn missing(&mut self) -> Option<&Path> {
        let files = [&mut self.database, &mut self.log];
        files.into_iter().find_map(File::missing)
    }

    pub(super) fn has_database(&mut self) -> bool {
        self.database.missing().is_none()
    }
}

impl File {
    fn at(path: PathBuf) -> Self {
        let identity = identity(&path);
        Self { path, identity }
    }

    fn missing(&mut self) -> Option<&Path> {
        let now = identity(&self.path);
        self.identity = self.identity.or(now);
        (now != self.identity).then_some(self.path.as_path())
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let about = fs::metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}
