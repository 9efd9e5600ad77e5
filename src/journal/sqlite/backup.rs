//! Copies of a journal: one that is made while a server writes, and one that a server goes on from.
//! Neither ever overwrites anything, and both are only there once they are whole and on the disk.

use crate::{
    durable, entropy,
    journal::{
        Audit, AuditError, FILE, JournalError, Sqlite,
        sqlite::{audit, open, schema},
    },
};
use rusqlite::{Connection, OpenFlags, backup::Backup, backup::StepResult};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// What the names of a database and of the files that SQLite keeps beside it end with.
const ENDS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Audit(#[from] AuditError),
    #[error("{} is there already, and nothing is overwritten: give another name", path.display())]
    Exists { path: PathBuf },
    #[error(
        "there is a journal in {} already ({}), and nothing is overwritten: move it away, or give \
         another directory", directory.display(), file.display()
    )]
    Occupied { directory: PathBuf, file: PathBuf },
    #[error("another program reads {}: end it, and restore again", path.display())]
    Read { path: PathBuf },
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Copies the journal of a state directory, as it is at one moment, to a new file that needs no other
/// beside it. Commits go on meanwhile.
pub fn backup(directory: &Path, to: &Path) -> Result<Audit, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists {
            path: to.to_owned(),
        });
    }
    let part = followed(to, ".part");
    let made = copy(&directory.join(FILE), &part).and_then(|()| {
        let audit = audit(&part, None)?;
        publish(&part, to)?;
        Ok(Audit {
            path: to.to_owned(),
            ..audit
        })
    });
    remove(&part);
    made
}

/// Copies a journal of an older format before it is brought to the newest. What an earlier try left is
/// of the same journal, or of one that was restored since.
pub(super) fn keep(journal: &Path, to: &Path) -> Result<(), JournalError> {
    let part = followed(to, ".part");
    let kept = copy(journal, &part).and_then(|()| {
        sync(&part)?;
        fs::rename(&part, to).map_err(failed("make", to))?;
        durable::sync_folder_of(to).map_err(failed("sync the folder of", to))
    });
    remove(&part);
    kept.map_err(|why| JournalError::NotKept {
        path: to.to_owned(),
        why: why.to_string(),
    })
}

/// A journal that came from a backup and is not in its place yet.
#[derive(Debug)]
pub struct Restoring {
    /// What was found in the backup.
    pub audit: Audit,
    /// To be added to before any server reads it.
    pub journal: Sqlite,
    part: PathBuf,
    file: PathBuf,
}

impl Restoring {
    /// Begins to restore a backup into a state directory that no server uses and that has no journal,
    /// under a new epoch: what clients and targets know of the journal is not true any more.
    pub fn begin(backup: &Path, directory: &Path) -> Result<Self, BackupError> {
        let lock = open::lock(directory)?;
        let file = directory.join(FILE);
        // A log that was left alone would be taken for one of the restored file.
        for file in ENDS.map(|end| followed(&file, end)) {
            if file.exists() {
                let directory = directory.to_owned();
                return Err(BackupError::Occupied { directory, file });
            }
        }
        let part = followed(&file, ".part");
        let begun = copy(backup, &part).and_then(|()| {
            let mut journal = Sqlite::open_file(part.clone(), lock)?;
            let audit = audit(&part, None)?;
            let epoch = entropy::hex(8).map_err(JournalError::Epoch)?;
            journal.begin_epoch(&epoch)?;
            Ok((journal, audit))
        });
        match begun {
            Ok((journal, audit)) => Ok(Self {
                audit: Audit {
                    path: backup.to_owned(),
                    ..audit
                },
                journal,
                part,
                file,
            }),
            Err(why) => {
                remove(&part);
                Err(why)
            }
        }
    }

    /// Puts it in its place.
    pub fn finish(self) -> Result<(), BackupError> {
        // Closing it would do that, too, and keep to itself what went wrong.
        let emptied = self.journal.empty_log();
        drop(self.journal);
        let whole = match emptied {
            Ok(true) => Ok(()),
            Ok(false) => Err(BackupError::Read {
                path: self.part.clone(),
            }),
            Err(source) => Err(schema::failed(&self.part, "moving the log", source).into()),
        };
        let published = whole.and_then(|()| publish(&self.part, &self.file));
        remove(&self.part);
        published
    }

    /// Leaves no trace of it.
    pub fn give_up(self) {
        drop(self.journal);
        remove(&self.part);
    }
}

impl Sqlite {
    fn begin_epoch(&mut self, epoch: &str) -> Result<(), JournalError> {
        let begun = schema::begin_epoch(&mut self.db, epoch);
        begun.map_err(|source| self.failed("beginning a new epoch", source))?;
        self.restores += 1;
        epoch.clone_into(&mut self.epoch);
        Ok(())
    }
}

/// Copies a database as it is at one moment, with what is only in its log, to a file of which nothing
/// is in a log.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let unreadable = |source| schema::failed(from, "reading", source);
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let source = source.map_err(unreadable)?;
    source.busy_timeout(open::BUSY).map_err(unreadable)?;
    schema::ours(&source, from)?;
    remove(to);
    // Facts are nobody else's business.
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(to);
    made.map_err(failed("make", to))?;
    let write = || {
        let mut target = Connection::open(to)?;
        {
            let copy = Backup::new(&source, &mut target)?;
            while copy.step(-1)? != StepResult::Done {}
        }
        target.pragma_update(None, "journal_mode", "DELETE")
    };
    write().map_err(|source| schema::failed(to, "copying the journal", source))?;
    Ok(())
}

/// Gives a whole file its name, unless something else has it.
fn publish(part: &Path, to: &Path) -> Result<(), BackupError> {
    sync(part)?;
    // Unlike a rename, a link never takes the place of a file.
    fs::hard_link(part, to).map_err(|source| {
        if source.kind() == io::ErrorKind::AlreadyExists {
            let path = to.to_owned();
            return BackupError::Exists { path };
        }
        failed("make", to)(source)
    })?;
    // One that stays is removed by the next copy.
    let _stays = fs::remove_file(part);
    durable::sync_folder_of(to).map_err(|why| {
        // What may be gone after a loss of power is not there.
        let _stays = fs::remove_file(to);
        failed("sync the folder of", to)(why)
    })
}

fn sync(part: &Path) -> Result<(), BackupError> {
    let synced = File::open(part).and_then(|file| file.sync_all());
    synced.map_err(failed("sync", part))
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File {
        doing,
        path,
        source,
    }
}

/// What is left of a copy that was not finished, with what SQLite keeps beside it.
fn remove(part: &Path) {
    for file in ENDS.map(|end| followed(part, end)) {
        drop(fs::remove_file(file));
    }
}

/// A file whose name goes on.
fn followed(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
