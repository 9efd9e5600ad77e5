//! Opening a journal file: one server at a time, a SQLite that can be trusted, the newest schema,
//! and a clear word when something else lies in its place.

use crate::{
    journal::{
        JournalError, Sqlite,
        chain::Link,
        sqlite::{
            Place, backup,
            files::Files,
            row::{Raw, facts, raw},
            schema,
        },
    },
    model::Time,
};
use rusqlite::{Connection, OptionalExtension as _};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

/// The journal's file in the state directory.
pub const FILE: &str = "journal.db";

const LOCK: &str = "journal.lock";

/// A program that a killed server was starting has its lock until it has begun.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Older ones can corrupt a write-ahead log.
const SQLITE_LEAST: i32 = 3_051_003;

/// How long to wait for somebody who looks at the file with another program.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Prepared statements kept; more than there are in this module.
const STATEMENTS: usize = 32;

impl Sqlite {
    /// Opens the journal of a state directory, or begins one. One of an older format is kept as it is
    /// beside it, for the way back, and brought to the newest.
    pub fn open(directory: &Path) -> Result<Self, JournalError> {
        let lock = lock(directory)?;
        let path = directory.join(FILE);
        let (db, format) = connect(&path)?;
        if schema::is_older(format) {
            let kept = directory.join(format!("journal-format-{format}.db"));
            backup::keep(&path, &kept)?;
        }
        Self::on((db, format), path, lock)
    }

    /// Opens a file in a directory that is locked already, and of which there is another one.
    pub(super) fn open_file(path: PathBuf, lock: Alone) -> Result<Self, JournalError> {
        Self::on(connect(&path)?, path, lock)
    }

    fn on(
        (mut db, format): (Connection, usize),
        path: PathBuf,
        lock: Alone,
    ) -> Result<Self, JournalError> {
        schema::migrate(&mut db, &path, format)?;
        let failed = |source| schema::failed(&path, "opening", source);
        let epochs = schema::epochs(&db).map_err(failed)?;
        let newest = newest(&db).map_err(failed)?;
        let last = match newest {
            None => Place {
                seq: 0,
                at: Time(i64::MIN),
                link: epochs.first,
            },
            Some(row) => Place {
                seq: row.seq.cast_unsigned(),
                at: Time(row.at),
                link: Link::of_bytes(&row.link).ok_or_else(|| JournalError::Damaged {
                    path: path.clone(),
                    seq: row.seq.cast_unsigned(),
                    why: "it has no sum".to_owned(),
                })?,
            },
        };
        let writer = schema::note_writer(&db, last.seq.cast_signed()).map_err(failed)?;
        Ok(Self {
            files: Files::of(&path),
            path,
            db,
            writer,
            epoch: epochs.newest,
            restores: epochs.restores,
            first: epochs.first,
            last,
            reserve: None,
            mark: None,
            _lock: lock,
        })
    }
}

/// With the format of the file, which is one of ours or a new one.
fn connect(path: &Path) -> Result<(Connection, usize), JournalError> {
    let have = rusqlite::version_number();
    if have < SQLITE_LEAST {
        return Err(JournalError::OldSqlite {
            have,
            need: SQLITE_LEAST,
        });
    }
    let failed = |source| schema::failed(path, "opening", source);
    let db = Connection::open(path).map_err(failed)?;
    settings(&db).map_err(failed)?;
    let format = schema::ours(&db, path)?;
    Ok((db, format))
}

/// A directory that is this process's alone. The lock goes with the process, however that ends.
#[derive(Debug)]
pub(super) struct Alone(File);

impl Drop for Alone {
    /// Says it, as closing the file is not enough: a child that was forked a moment ago still has
    /// the file open, and with it the lock, until it has become its own program.
    fn drop(&mut self) {
        let _ends_with_the_process = self.0.unlock();
    }
}

pub(super) fn lock(directory: &Path) -> Result<Alone, JournalError> {
    let unusable = |source| JournalError::Directory {
        path: directory.to_owned(),
        source,
    };
    fs::create_dir_all(directory).map_err(unusable)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(directory.join(LOCK))
        .map_err(unusable)?;
    let mut locked = file.try_lock();
    for _look in 0..LOOKS {
        if !matches!(locked, Err(TryLockError::WouldBlock)) {
            break;
        }
        sleep(LOOK_EVERY);
        locked = file.try_lock();
    }
    match locked {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(JournalError::InUse {
                directory: directory.to_owned(),
                holder: holder(&mut file),
            });
        }
        Err(TryLockError::Error(source)) => return Err(unusable(source)),
    }
    file.set_len(0).map_err(unusable)?;
    writeln!(file, "{}", std::process::id()).map_err(unusable)?;
    Ok(Alone(file))
}

/// Who has the lock, as a remark; empty when the file does not say.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let process = file.take(20).read_to_string(&mut text).ok();
    process
        .and_then(|_length| text.trim().parse::<u32>().ok())
        .map_or_else(String::new, |id| format!(" (process {id})"))
}

fn settings(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    // The first statement that reads the file, so it is what a foreign file fails at.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_row| Ok(()))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)
}

fn newest(db: &Connection) -> rusqlite::Result<Option<Raw>> {
    let newest = facts!("ORDER BY seq DESC LIMIT 1");
    db.query_row(newest, [], raw).optional()
}
