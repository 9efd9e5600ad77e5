//! The journal in one SQLite file: write-ahead log, synced to the disk with every commit. Facts are
//! JSON text, so that people can read the file with the tools they have. How it is opened and locked
//! is in `open`, its tables are in `schema`, how rows become entries again in `reading`; `audit` walks its
//! chain, `backup` copies it.

mod audit;
mod backup;
mod files;
mod mark;
mod open;
mod reading;
mod row;
mod schema;

pub use audit::{Audit, AuditError, Head, audit};
pub use backup::{BackupError, Restoring, backup};
pub use open::FILE;

use crate::{
    journal::{
        Commit, Committed, Conflict, Journal, JournalError, Lease, Space,
        chain::{Kept, Link},
        reserve::Reserve,
    },
    model::{EffectId, Entry, Fact, Owed, RequestKey, Revision, Stream, Time},
};
use files::Files;
use mark::{Mark, Noted};
use row::{facts, name};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, config::DbConfig,
    params,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    db: Connection,
    epoch: String,
    restores: u64,
    /// The version of the program that wrote to it before this one did.
    writer: String,
    /// What the first entry follows.
    first: Link,
    last: Place,
    files: Files,
    /// None for one that no server is on.
    reserve: Option<Reserve>,
    mark: Option<Mark>,
    /// Locked as long as this journal is open.
    _lock: open::Alone,
}

/// The end of the journal.
#[derive(Debug, Clone, Copy)]
struct Place {
    seq: u64,
    at: Time,
    link: Link,
}

impl Sqlite {
    fn failed(&self, doing: &'static str, source: rusqlite::Error) -> JournalError {
        JournalError::Sql {
            doing,
            path: self.path.clone(),
            source,
        }
    }

    /// Does something in one transaction that is on the disk when this returns.
    fn durably<T>(
        &mut self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let run = || {
            let transaction = self
                .db
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        run().map_err(|source| self.failed(doing, source))
    }
}

impl Sqlite {
    /// Makes it ready for a server: takes space for when the disk is full, and makes sure that it goes
    /// on from where the last server was.
    pub fn serving(mut self) -> Result<Self, JournalError> {
        if let Some(directory) = self.path.parent() {
            let mark = Mark::in_directory(directory);
            if let Some(noted) = mark.read() {
                self.reaches(&noted)?;
            }
            self.mark = Some(mark);
            self.reserve = Some(Reserve::take(directory));
        }
        Ok(self)
    }

    /// Makes sure that an entry is there that was on the disk before.
    fn reaches(&self, noted: &Noted) -> Result<(), JournalError> {
        if noted.epoch != self.epoch || self.link(noted.seq)? == Some(noted.link) {
            return Ok(());
        }
        Err(JournalError::Behind {
            path: self.path.clone(),
            last: self.last.seq,
            noted: noted.seq,
        })
    }

    /// Makes sure that what is written is found by the next server.
    fn in_place(&mut self) -> Result<(), JournalError> {
        let Some(path) = self.files.missing().map(Path::to_owned) else {
            return Ok(());
        };
        // This process has the log open still, with all that was committed.
        let is_moved = self.empty_log().unwrap_or(false);
        let is_saved = is_moved && self.files.has_database();
        let saved = if is_saved {
            "all that was committed is in the journal's file"
        } else {
            "put it back before the next start, or restore a backup"
        };
        Err(JournalError::Removed { path, saved })
    }

    /// Moves all that is in the log to the journal's file; not when somebody else reads it now.
    fn empty_log(&self) -> rusqlite::Result<bool> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    fn write(&mut self, batch: &[Commit]) -> Result<Committed, JournalError> {
        let texts: Vec<Vec<String>> = batch
            .iter()
            .map(|commit| commit.facts.iter().map(serde_json::to_string).collect())
            .collect::<Result<_, _>>()
            .map_err(JournalError::Unwritable)?;
        let mut last = self.last;
        let done = self.durably("a commit", |transaction| {
            let mut done = Vec::with_capacity(batch.len());
            for (commit, texts) in batch.iter().zip(&texts) {
                done.push(append(transaction, commit, texts, &mut last)?);
            }
            Ok(done)
        })?;
        self.last = last;
        Ok(done)
    }
}

impl Journal for Sqlite {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn restores(&self) -> u64 {
        self.restores
    }

    fn last(&self) -> (u64, Time) {
        (self.last.seq, self.last.at)
    }

    fn read(
        &self,
        stream: &Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        self.entries(
            "reading a stream",
            facts!("WHERE stream = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3"),
            params![name(stream), after.0.cast_signed(), bound(limit)],
        )
    }

    fn history(&self, after_seq: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let after = after_seq.cast_signed();
        let rows = self.rows(
            "reading the history",
            facts!("WHERE seq > ?1 ORDER BY seq LIMIT ?2"),
            params![after, bound(limit)],
        )?;
        self.check(after, &rows)?;
        rows.iter().map(|row| self.understand(row)).collect()
    }

    fn heads(&self) -> Result<BTreeMap<Stream, Revision>, JournalError> {
        let newest = self.entries(
            "reading the heads of the streams",
            "SELECT seq, stream, max(revision), at, fact, link FROM fact GROUP BY stream",
            params![],
        )?;
        Ok(newest
            .into_iter()
            .map(|entry| (entry.stream, entry.revision))
            .collect())
    }

    fn link(&self, seq: u64) -> Result<Option<Link>, JournalError> {
        if seq == 0 {
            return Ok(Some(self.first));
        }
        let sql = facts!("WHERE seq = ?1");
        let rows = self.rows("reading an entry", sql, [seq.cast_signed()])?;
        Ok(rows.first().and_then(|row| Link::of_bytes(&row.link)))
    }

    fn request(&self, key: &RequestKey) -> Result<Option<Entry>, JournalError> {
        let found = self.entries(
            "looking up a request",
            facts!("WHERE seq = (SELECT seq FROM request WHERE key = ?1)"),
            params![key.as_str()],
        )?;
        Ok(found.into_iter().next())
    }

    fn commit(&mut self, batch: &[Commit]) -> Result<Committed, JournalError> {
        self.in_place()?;
        let written = self.write(batch);
        let Err(JournalError::Sql { source, .. }) = &written else {
            return written;
        };
        // Of a disk that is full SQLite knows before it syncs, and takes all of the transaction back:
        // it was never there. That is true of no other error.
        let is_full = source.sqlite_error_code() == Some(ErrorCode::DiskFull);
        if is_full && self.reserve.as_mut().is_some_and(Reserve::give_back) {
            return self.write(batch);
        }
        // What is in the log is not touched again by this process.
        let stays = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(why) = self.db.set_db_config(stays, true) {
            tracing::error!(%why, "the journal may be written to when it is closed");
        }
        written
    }

    fn owed(&self) -> Result<Vec<(Stream, Owed)>, JournalError> {
        let opened = self.entries(
            "reading the owed effects",
            "SELECT fact.seq, fact.stream, revision, at, fact, link FROM effect
             JOIN fact USING (seq) ORDER BY effect.id",
            params![],
        )?;
        Ok(opened
            .into_iter()
            .filter_map(|entry| Some((entry.stream, entry.fact.opens()?.clone())))
            .collect())
    }

    fn lease(&mut self, ids: &[EffectId], lease: &Lease) -> Result<Vec<EffectId>, JournalError> {
        self.durably("leasing effects", |transaction| {
            let mut statement = transaction.prepare_cached(
                "UPDATE effect SET runner = ?2, until = ?4 WHERE id = ?1
                 AND (runner IS NULL OR runner = ?2 OR until <= ?3)",
            )?;
            let mut taken = Vec::new();
            for id in ids {
                let row = params![id.0, lease.runner, lease.now.0, lease.until.0];
                if statement.execute(row)? == 1 {
                    taken.push(id.clone());
                }
            }
            Ok(taken)
        })
    }

    fn look(&mut self) -> Result<Space, JournalError> {
        self.in_place()?;
        if let Some(mark) = &mut self.mark {
            mark.note(&Noted {
                epoch: self.epoch.clone(),
                seq: self.last.seq,
                link: self.last.link,
            });
        }
        let space = self.reserve.as_mut().map(Reserve::look);
        Ok(space.unwrap_or(Space::Enough))
    }

    fn renew(&mut self, lease: &Lease) -> Result<Vec<EffectId>, JournalError> {
        self.durably("renewing leases", |transaction| {
            let mut statement = transaction
                .prepare_cached("UPDATE effect SET until = ?2 WHERE runner = ?1 RETURNING id")?;
            let ids = statement.query_map(params![lease.runner, lease.until.0], |row| {
                row.get(0).map(EffectId)
            })?;
            let mut held = ids.collect::<rusqlite::Result<Vec<EffectId>>>()?;
            held.sort();
            Ok(held)
        })
    }
}

/// Adds a commit behind `last`, which moves on.
fn append(
    transaction: &Transaction<'_>,
    commit: &Commit,
    texts: &[String],
    last: &mut Place,
) -> rusqlite::Result<Result<Vec<Entry>, Conflict>> {
    if let Some(key) = &commit.request {
        let first = transaction
            .prepare_cached(
                "SELECT seq, revision FROM fact JOIN request USING (seq) WHERE key = ?",
            )?
            .query_row([key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((seq, revision)) = first.map(|(a, b): (i64, i64)| (a, b)) {
            return Ok(Err(Conflict::KeyUsed {
                seq: seq.cast_unsigned(),
                revision: Revision(revision.cast_unsigned()),
            }));
        }
    }
    let stream = name(&commit.stream);
    let have: i64 = transaction
        .prepare_cached("SELECT coalesce(max(revision), 0) FROM fact WHERE stream = ?")?
        .query_row([&stream], |row| row.get(0))?;
    let have = Revision(have.cast_unsigned());
    if have != commit.expect {
        return Ok(Err(Conflict::Revision { have }));
    }
    let entries = commit.entries((last.seq, last.at));
    for (entry, text) in entries.iter().zip(texts) {
        let kept = Kept {
            seq: entry.seq.cast_signed(),
            stream: &stream,
            revision: entry.revision.0.cast_signed(),
            at: entry.at.0,
            fact: text,
        };
        let link = last.link.next(&kept);
        insert(transaction, &kept, &link, &entry.fact)?;
        *last = Place {
            seq: entry.seq,
            at: entry.at,
            link,
        };
    }
    if let (Some(key), Some(entry)) = (&commit.request, entries.get(commit.settling())) {
        transaction
            .prepare_cached("INSERT INTO request (key, seq) VALUES (?1, ?2)")?
            .execute(params![key.as_str(), entry.seq.cast_signed()])?;
    }
    Ok(Ok(entries))
}

/// Adds an entry and keeps the owed effects in step with it.
fn insert(
    transaction: &Transaction<'_>,
    kept: &Kept<'_>,
    link: &Link,
    fact: &Fact,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO fact (seq, stream, revision, at, fact, link)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            kept.seq,
            kept.stream,
            kept.revision,
            kept.at,
            kept.fact,
            link.bytes()
        ])?;
    if let Some(id) = fact.closes() {
        transaction
            .prepare_cached("DELETE FROM effect WHERE id = ?1")?
            .execute([&id.0])?;
    }
    if let Some(owed) = fact.opens() {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO effect (id, seq) VALUES (?1, ?2)")?
            .execute(params![owed.id.0, kept.seq])?;
    }
    Ok(())
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
