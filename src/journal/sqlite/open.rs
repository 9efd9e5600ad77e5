//! Opening a journal file: one server at a time, a SQLite that can be trusted, the newest schema,
//! and a clear word when something else lies in its place.

use crate::{
    entropy,
    journal::{JournalError, Sqlite},
    model::Time,
};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

/// The journal's file in the state directory.
pub const FILE: &str = "journal.db";

const LOCK: &str = "journal.lock";

/// Older ones can corrupt a write-ahead log.
const SQLITE_LEAST: i32 = 3_051_003;

/// Marks our files in their header: "Pilo".
const APPLICATION_ID: i64 = 0x5069_6c6f;

/// How long to wait for somebody who looks at the file with another program.
const BUSY: Duration = Duration::from_secs(5);

/// Prepared statements kept; more than there are in this module.
const STATEMENTS: usize = 32;

/// Each brings the schema from one version to the next; never change one that was released.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE epoch (epoch TEXT NOT NULL) STRICT;
    CREATE TABLE fact (
        seq      INTEGER PRIMARY KEY,
        stream   TEXT NOT NULL,
        revision INTEGER NOT NULL,
        at       INTEGER NOT NULL,
        fact     TEXT NOT NULL,
        UNIQUE (stream, revision)
    ) STRICT;
    CREATE TABLE request (
        key TEXT PRIMARY KEY,
        seq INTEGER NOT NULL REFERENCES fact (seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE effect (
        id     TEXT PRIMARY KEY,
        seq    INTEGER NOT NULL REFERENCES fact (seq),
        runner TEXT,
        until  INTEGER
    ) STRICT, WITHOUT ROWID;
"];

impl Sqlite {
    /// Opens the journal of a state directory, or begins one.
    pub fn open(directory: &Path) -> Result<Self, JournalError> {
        let have = rusqlite::version_number();
        if have < SQLITE_LEAST {
            return Err(JournalError::OldSqlite {
                have,
                need: SQLITE_LEAST,
            });
        }
        let lock = lock(directory)?;
        let path = directory.join(FILE);
        let mut db = Connection::open(&path).map_err(|source| failed(&path, "opening", source))?;
        settings(&db).map_err(|source| failed(&path, "opening", source))?;
        migrate(&mut db, &path)?;
        let (epoch, last) = position(&db).map_err(|source| failed(&path, "opening", source))?;
        Ok(Self {
            path,
            db,
            epoch,
            last,
            _lock: lock,
        })
    }
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

fn lock(directory: &Path) -> Result<Alone, JournalError> {
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
    match file.try_lock() {
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

/// Brings the file to the newest schema, after making sure that it is ours.
fn migrate(db: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let known = bound(MIGRATIONS.len());
    let (have, tables, mark) = header(db).map_err(|source| failed(path, "opening", source))?;
    if mark != APPLICATION_ID && tables > 0 {
        return Err(JournalError::Foreign {
            path: path.to_owned(),
            why: "it is a database of another program".to_owned(),
        });
    }
    if have > known {
        return Err(JournalError::Newer {
            path: path.to_owned(),
            have,
            known,
        });
    }
    if have == known {
        return Ok(());
    }
    let epoch = entropy::hex(8).map_err(JournalError::Epoch)?;
    upgrade(db, usize::try_from(have).unwrap_or(0), &epoch)
        .map_err(|source| failed(path, "bringing the journal to a newer format", source))
}

fn upgrade(db: &mut Connection, have: usize, epoch: &str) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in &MIGRATIONS[have..] {
        transaction.execute_batch(migration)?;
    }
    if have == 0 {
        transaction.execute("INSERT INTO epoch (epoch) VALUES (?1)", [epoch])?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.pragma_update(None, "user_version", bound(MIGRATIONS.len()))?;
    transaction.commit()
}

/// Schema version, number of tables, and whose file it is.
fn header(db: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let pragma = |name| db.pragma_query_value(None, name, |row| row.get(0));
    let tables = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((pragma("user_version")?, tables, pragma("application_id")?))
}

fn position(db: &Connection) -> rusqlite::Result<(String, (u64, Time))> {
    let epoch = db.query_row("SELECT epoch FROM epoch", [], |row| row.get(0))?;
    let newest = "SELECT coalesce(max(seq), 0), coalesce(max(at), ?1) FROM fact";
    let (seq, at): (i64, i64) =
        db.query_row(newest, [i64::MIN], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((epoch, (seq.cast_unsigned(), Time(at))))
}

fn failed(path: &Path, doing: &'static str, source: rusqlite::Error) -> JournalError {
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => JournalError::Foreign {
            path: path.to_owned(),
            why: source.to_string(),
        },
        Some(_) | None => JournalError::Sql {
            doing,
            path: path.to_owned(),
            source,
        },
    }
}

fn bound(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
