//! The tables of a journal file, and how a file of an older format becomes one of the newest: in one
//! transaction, so that it is either. It opens no file.

use crate::{
    entropy,
    journal::{
        JournalError,
        chain::Link,
        sqlite::row::{Raw, facts, raw},
    },
};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior, params,
};
use std::path::Path;

/// Marks our files in their header: "Pilo".
const APPLICATION_ID: i64 = 0x5069_6c6f;

/// Each brings the schema from one version to the next; never change one that was released. The words
/// that facts are written in belong to the format: who adds some adds a format, if only an empty one,
/// so that older programs refuse the file (`tests/golden/words.txt` holds those of the newest).
const MIGRATIONS: [&str; 4] = [
    "
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
    ",
    // The sums of the entries that are there already follow in the same transaction.
    "ALTER TABLE fact ADD COLUMN link BLOB NOT NULL DEFAULT x'';",
    "CREATE TABLE writer (version TEXT NOT NULL, after_seq INTEGER NOT NULL) STRICT;",
    // Who made and revoked tokens is told.
    "",
];

/// The first format with a chain.
const CHAINED: usize = 2;

/// Brings a file of ours to the newest format.
pub(super) fn migrate(db: &mut Connection, path: &Path, have: usize) -> Result<(), JournalError> {
    if have == MIGRATIONS.len() {
        return Ok(());
    }
    let epoch = entropy::hex(8).map_err(JournalError::Epoch)?;
    let chained = upgrade(db, have, &epoch)
        .map_err(|source| failed(path, "bringing the journal to a newer format", source))?;
    if have > 0 {
        let (path, format) = (path.display(), MIGRATIONS.len());
        tracing::info!(%path, format, chained, "the journal was brought to a newer format");
    }
    Ok(())
}

/// Whether a journal has that format and is to be brought to the newest; one that is new has none.
pub(super) fn is_older(format: usize) -> bool {
    (1..MIGRATIONS.len()).contains(&format)
}

/// Notes which version of the program writes from here on, and names the one that did last.
pub(super) fn note_writer(db: &Connection, last: i64) -> rusqlite::Result<String> {
    let version = env!("CARGO_PKG_VERSION");
    let before = writer(db)?;
    if before.as_deref() != Some(version) {
        let note = "INSERT INTO writer (version, after_seq) VALUES (?1, ?2)";
        db.execute(note, params![version, last])?;
    }
    Ok(before.unwrap_or_else(|| version.to_owned()))
}

fn writer(db: &Connection) -> rusqlite::Result<Option<String>> {
    let newest = "SELECT version FROM writer ORDER BY rowid DESC LIMIT 1";
    db.query_row(newest, [], |row| row.get(0)).optional()
}

/// Makes sure that a file that is only read is ours, and of the newest format.
pub(super) fn current(db: &Connection, path: &Path) -> Result<(), JournalError> {
    let have = ours(db, path)?;
    if have < MIGRATIONS.len() {
        return Err(JournalError::Older {
            path: path.to_owned(),
            have: bound(have),
            known: bound(MIGRATIONS.len()),
        });
    }
    Ok(())
}

/// The names that a journal has had: one from its beginning, and one from every restore.
pub(super) struct Epochs {
    pub(super) newest: String,
    pub(super) restores: u64,
    /// What the first entry follows; that is of the first name, because it was chained under it.
    pub(super) first: Link,
}

pub(super) fn epochs(db: &Connection) -> rusqlite::Result<Epochs> {
    let newest = "SELECT epoch, (SELECT count(*) FROM epoch) FROM epoch
         ORDER BY rowid DESC LIMIT 1";
    let first = "SELECT epoch FROM epoch ORDER BY rowid LIMIT 1";
    let first: String = db.query_row(first, [], |row| row.get(0))?;
    let (newest, count): (String, i64) =
        db.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Epochs {
        newest,
        restores: count.cast_unsigned() - 1,
        first: Link::first(&first),
    })
}

/// A journal that goes on from a backup is another one from here on, whatever has become of the
/// first; nobody holds what it owes.
pub(super) fn begin_epoch(db: &mut Connection, epoch: &str) -> rusqlite::Result<()> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO epoch (epoch) VALUES (?1)", [epoch])?;
    transaction.execute("UPDATE effect SET runner = NULL, until = NULL", [])?;
    transaction.commit()
}

/// An error of SQLite, said as what it means for a journal.
pub(super) fn failed(path: &Path, doing: &'static str, source: rusqlite::Error) -> JournalError {
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

/// The format of a file that is ours.
pub(super) fn ours(db: &Connection, path: &Path) -> Result<usize, JournalError> {
    let known = MIGRATIONS.len();
    let (have, tables, mark) = header(db).map_err(|source| failed(path, "opening", source))?;
    if mark != APPLICATION_ID && tables > 0 {
        return Err(JournalError::Foreign {
            path: path.to_owned(),
            why: "it is a database of another program".to_owned(),
        });
    }
    let format = usize::try_from(have).unwrap_or(usize::MAX);
    if format > known {
        return Err(JournalError::Newer {
            path: path.to_owned(),
            have,
            known: bound(known),
            // Whatever else a newer format has, it may have this.
            writer: writer(db)
                .ok()
                .flatten()
                .map_or_else(String::new, |version| format!(", {version}")),
        });
    }
    Ok(format)
}

/// How many entries were chained.
fn upgrade(db: &mut Connection, have: usize, epoch: &str) -> rusqlite::Result<usize> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in &MIGRATIONS[have..] {
        transaction.execute_batch(migration)?;
    }
    if have == 0 {
        transaction.execute("INSERT INTO epoch (epoch) VALUES (?1)", [epoch])?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let chained = if have < CHAINED {
        chain(&transaction)?
    } else {
        0
    };
    transaction.pragma_update(None, "user_version", bound(MIGRATIONS.len()))?;
    transaction.commit()?;
    Ok(chained)
}

/// Gives every entry its sum, as if each had been chained when it was added.
fn chain(transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
    let mut link = epochs(transaction)?.first;
    let mut chained = 0;
    let mut after = 0;
    loop {
        let page = facts!("WHERE seq > ?1 ORDER BY seq LIMIT 1000");
        let rows = transaction.prepare_cached(page)?;
        let rows = { rows }
            .query_map([after], raw)?
            .collect::<Result<Vec<Raw>, _>>()?;
        let Some(newest) = rows.last() else {
            return Ok(chained);
        };
        after = newest.seq;
        let mut set = transaction.prepare_cached("UPDATE fact SET link = ?2 WHERE seq = ?1")?;
        for row in &rows {
            link = link.next(&row.kept());
            set.execute(params![row.seq, link.bytes()])?;
        }
        chained += rows.len();
    }
}

/// Schema version, number of tables, and whose file it is.
fn header(db: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let pragma = |name| db.pragma_query_value(None, name, |row| row.get(0));
    let tables = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((pragma("user_version")?, tables, pragma("application_id")?))
}

fn bound(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
