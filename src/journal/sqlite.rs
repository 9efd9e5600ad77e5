//! The journal in one SQLite file: write-ahead log, synced to the disk with every commit. Facts are
//! JSON text, so that people can read the file with the tools they have. How it is opened, locked
//! and migrated is in `open`.

mod open;

pub use open::FILE;

use crate::{
    journal::{Commit, Committed, Conflict, Journal, JournalError, Lease},
    model::{EffectId, Entry, Fact, Owed, PipelineName, RequestKey, Revision, Stream, Time},
};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::{collections::BTreeMap, path::PathBuf};

#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    db: Connection,
    epoch: String,
    last: (u64, Time),
    /// Locked as long as this journal is open.
    _lock: open::Alone,
}

/// A row of the table of facts, not yet understood.
struct Raw {
    seq: i64,
    stream: String,
    revision: i64,
    at: i64,
    fact: String,
}

impl Sqlite {
    fn entries<P: rusqlite::Params>(
        &self,
        doing: &'static str,
        sql: &str,
        params: P,
    ) -> Result<Vec<Entry>, JournalError> {
        let rows = || {
            let mut statement = self.db.prepare_cached(sql)?;
            let rows = statement.query_map(params, raw)?;
            rows.collect::<rusqlite::Result<Vec<Raw>>>()
        };
        let rows = rows().map_err(|source| self.failed(doing, source))?;
        rows.iter().map(|row| self.understand(row)).collect()
    }

    fn understand(&self, row: &Raw) -> Result<Entry, JournalError> {
        let damaged = |why: String| JournalError::Damaged {
            path: self.path.clone(),
            seq: row.seq.cast_unsigned(),
            why,
        };
        let fact: Fact = serde_json::from_str(&row.fact).map_err(|why| damaged(why.to_string()))?;
        Ok(Entry {
            stream: stream(&row.stream).map_err(damaged)?,
            revision: Revision(row.revision.cast_unsigned()),
            seq: row.seq.cast_unsigned(),
            at: Time(row.at),
            fact,
        })
    }

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

impl Journal for Sqlite {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn last(&self) -> (u64, Time) {
        self.last
    }

    fn read(
        &self,
        stream: &Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        self.entries(
            "reading a stream",
            "SELECT seq, stream, revision, at, fact FROM fact
             WHERE stream = ?1 AND revision > ?2 ORDER BY revision LIMIT ?3",
            params![name(stream), after.0.cast_signed(), bound(limit)],
        )
    }

    fn history(&self, after_seq: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        self.entries(
            "reading the history",
            "SELECT seq, stream, revision, at, fact FROM fact
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            params![after_seq.cast_signed(), bound(limit)],
        )
    }

    fn heads(&self) -> Result<BTreeMap<Stream, Revision>, JournalError> {
        let newest = self.entries(
            "reading the heads of the streams",
            "SELECT seq, stream, max(revision), at, fact FROM fact GROUP BY stream",
            params![],
        )?;
        Ok(newest
            .into_iter()
            .map(|entry| (entry.stream, entry.revision))
            .collect())
    }

    fn request(&self, key: &RequestKey) -> Result<Option<Entry>, JournalError> {
        let found = self.entries(
            "looking up a request",
            "SELECT seq, stream, revision, at, fact FROM fact
             WHERE seq = (SELECT seq FROM request WHERE key = ?1)",
            params![key.as_str()],
        )?;
        Ok(found.into_iter().next())
    }

    fn commit(&mut self, batch: &[Commit]) -> Result<Committed, JournalError> {
        let texts: Vec<Vec<String>> = batch
            .iter()
            .map(|commit| commit.facts.iter().map(serde_json::to_string).collect())
            .collect::<Result<_, _>>()
            .map_err(JournalError::Unwritable)?;
        let mut last = self.last;
        let done = self.durably("a commit", |transaction| {
            let mut done = Vec::with_capacity(batch.len());
            for (commit, texts) in batch.iter().zip(&texts) {
                let result = append(transaction, commit, texts, last)?;
                if let Some(newest) = result.iter().flatten().last() {
                    last = (newest.seq, newest.at);
                }
                done.push(result);
            }
            Ok(done)
        })?;
        self.last = last;
        Ok(done)
    }

    fn owed(&self) -> Result<Vec<(Stream, Owed)>, JournalError> {
        let opened = self.entries(
            "reading the owed effects",
            "SELECT fact.seq, fact.stream, revision, at, fact FROM effect
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

fn append(
    transaction: &Transaction<'_>,
    commit: &Commit,
    texts: &[String],
    last: (u64, Time),
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
    let entries = commit.entries(last);
    for (entry, text) in entries.iter().zip(texts) {
        insert(transaction, &stream, entry, text)?;
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
    stream: &str,
    entry: &Entry,
    text: &str,
) -> rusqlite::Result<()> {
    let seq = entry.seq.cast_signed();
    let revision = entry.revision.0.cast_signed();
    transaction
        .prepare_cached(
            "INSERT INTO fact (seq, stream, revision, at, fact) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![seq, stream, revision, entry.at.0, text])?;
    if let Some(id) = entry.fact.closes() {
        transaction
            .prepare_cached("DELETE FROM effect WHERE id = ?1")?
            .execute([&id.0])?;
    }
    if let Some(owed) = entry.fact.opens() {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO effect (id, seq) VALUES (?1, ?2)")?
            .execute(params![owed.id.0, seq])?;
    }
    Ok(())
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        seq: row.get(0)?,
        stream: row.get(1)?,
        revision: row.get(2)?,
        at: row.get(3)?,
        fact: row.get(4)?,
    })
}

/// A stream as the file names it. No pipeline's name has a slash.
fn name(stream: &Stream) -> String {
    match stream {
        Stream::Organization => "organization".to_owned(),
        Stream::Pipeline(pipeline) => format!("pipeline/{pipeline}"),
    }
}

fn stream(name: &str) -> Result<Stream, String> {
    match name.strip_prefix("pipeline/") {
        Some(pipeline) => PipelineName::parse(pipeline)
            .map(Stream::Pipeline)
            .map_err(|why| why.to_string()),
        None if name == "organization" => Ok(Stream::Organization),
        None => Err(format!("{name:?} is no stream")),
    }
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
