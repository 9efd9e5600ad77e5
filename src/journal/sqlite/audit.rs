//! Walks the chain of a journal file from its first entry to its last and names the first that is not
//! as it was recorded. The file is only read, so a server may be at work on it. What it cannot see is
//! that entries were cut off the end, unless somebody noted a head before.

use crate::{
    journal::{
        JournalError,
        chain::{Kept, Link},
        sqlite::{
            row::{Raw, facts, raw, understood},
            schema,
        },
    },
    model::{Fact, Revision},
};
use rusqlite::{Connection, OpenFlags, params};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// What is known of a journal whose chain is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub path: PathBuf,
    pub entries: u64,
    /// Every stream, as the file names it, with its newest revision.
    pub streams: BTreeMap<String, Revision>,
    pub head: Head,
    /// Where the head is that was noted before, if one was asked for.
    pub noted: Option<u64>,
}

/// The end of a chain. Noted elsewhere, it proves later that nothing up to it was changed or cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub seq: u64,
    pub link: Link,
}

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(
        "entry {seq} of {stream} (revision {revision}) in {} {what}; the {} before it are whole. \
         Keep the file as evidence, and restore a backup from before",
        path.display(), seq - 1
    )]
    Broken {
        path: PathBuf,
        seq: u64,
        stream: String,
        revision: u64,
        what: Break,
    },
    #[error(
        "entry {seq} is missing in {}: the next one there is {next}; the {} before it are whole. \
         Keep the file as evidence, and restore a backup from before",
        path.display(), seq - 1
    )]
    Missing { path: PathBuf, seq: u64, next: u64 },
    #[error(
        "{} is damaged behind entry {whole}, up to which all are whole: {why}. Restore it from a \
         backup", path.display()
    )]
    Damaged {
        path: PathBuf,
        whole: u64,
        why: String,
    },
    #[error(
        "the entries in {} are whole, and {what}: the file was changed by something else than \
         Pilothouse, or something was cut off its end; keep it as evidence, and restore a backup",
        path.display()
    )]
    Stray { path: PathBuf, what: String },
    #[error(
        "no entry in {} has the head {head}; the last one, {}, has {}: entries were cut off its \
         end, or this is another journal", path.display(), last.seq, last.link
    )]
    Cut {
        path: PathBuf,
        head: Link,
        last: Head,
    },
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    Changed,
    /// Only the sum was; the entries around agree about the content.
    SumChanged,
    Swapped {
        with: u64,
    },
    Order {
        follows: u64,
    },
    Unreadable(String),
}

/// Everything that was seen on the way.
struct Walk {
    head: Head,
    noted: Option<u64>,
    revisions: BTreeMap<String, i64>,
    /// Where each request was settled, and where each effect that is owed was opened.
    requests: BTreeMap<String, i64>,
    effects: BTreeMap<String, i64>,
}

/// Verifies a journal file; `noted` is a head that it must contain.
pub fn audit(file: &Path, noted: Option<Link>) -> Result<Audit, AuditError> {
    let path = file.to_owned();
    let failed = |source| schema::failed(&path, "reading", source);
    let db =
        Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    // One transaction, so that all is read as it was at one moment.
    db.execute_batch("BEGIN").map_err(failed)?;
    schema::current(&db, &path)?;
    let first = schema::epochs(&db).map_err(failed)?.first;
    let walk = walk(&db, &path, first, noted)?;
    for (table, key, kept) in [
        ("request", "key", &walk.requests),
        ("effect", "id", &walk.effects),
    ] {
        let whole = walk.head.seq;
        let stray = stray(&db, (table, key), kept, whole);
        if let Some(what) = stray.map_err(|why| damaged(&path, whole, &why))? {
            return Err(AuditError::Stray { path, what });
        }
    }
    let check = "PRAGMA integrity_check(1)";
    let said: rusqlite::Result<String> = db.query_row(check, [], |row| row.get(0));
    let said = said.map_err(|why| damaged(&path, walk.head.seq, &why))?;
    if said != "ok" {
        let what = said
            .replace("*** in database main ***", "")
            .replace('\n', " ");
        let what = what.trim().to_owned();
        return Err(AuditError::Stray { path, what });
    }
    let last = walk.head;
    match noted {
        Some(head) if walk.noted.is_none() => Err(AuditError::Cut { path, head, last }),
        Some(_) | None => Ok(walk.done(path)),
    }
}

fn walk(
    db: &Connection,
    path: &Path,
    first: Link,
    noted: Option<Link>,
) -> Result<Walk, AuditError> {
    let mut walk = Walk {
        head: Head {
            seq: 0,
            link: first,
        },
        noted: noted.filter(|noted| *noted == first).map(|_empty| 0),
        revisions: BTreeMap::new(),
        requests: BTreeMap::new(),
        effects: BTreeMap::new(),
    };
    let all = facts!("ORDER BY seq");
    let mut statement = db.prepare(all).map_err(|why| damaged(path, 0, &why))?;
    let mut rows = statement.query([]).map_err(|why| damaged(path, 0, &why))?;
    loop {
        let row = rows.next().and_then(|row| row.map(raw).transpose());
        let Some(row) = row.map_err(|why| damaged(path, walk.head.seq, &why))? else {
            return Ok(walk);
        };
        let (path, seq, next) = (path.to_owned(), walk.head.seq + 1, row.seq.cast_unsigned());
        if next != seq {
            return Err(AuditError::Missing { path, seq, next });
        }
        walk.step(db, &row).map_err(|what| AuditError::Broken {
            path,
            seq,
            stream: row.stream.clone(),
            revision: row.revision.cast_unsigned(),
            what,
        })?;
        if noted == Some(walk.head.link) {
            walk.noted = Some(walk.head.seq);
        }
    }
}

fn damaged(path: &Path, whole: u64, why: &rusqlite::Error) -> AuditError {
    AuditError::Damaged {
        path: path.to_owned(),
        whole,
        why: why.to_string(),
    }
}

impl Walk {
    /// Goes on to the next entry if it is the one that was recorded.
    fn step(&mut self, db: &Connection, row: &Raw) -> Result<(), Break> {
        let link = self.head.link.next(&row.kept());
        if link.bytes() != row.link {
            return Err(why(db, &self.head.link, row, &link));
        }
        let before = self.revisions.insert(row.stream.clone(), row.revision);
        let follows = before.unwrap_or(0);
        if row.revision != follows + 1 {
            let follows = follows.cast_unsigned();
            return Err(Break::Order { follows });
        }
        let fact = understood(row).map_err(Break::Unreadable)?.fact;
        if let Some(id) = fact.closes() {
            self.effects.remove(&id.0);
        }
        if let Some(owed) = fact.opens() {
            self.effects.insert(owed.id.0.clone(), row.seq);
        }
        if let Fact::CommandAccepted { key, .. } | Fact::CommandRefused { key, .. } = &fact {
            self.requests.insert(key.as_str().to_owned(), row.seq);
        }
        let seq = row.seq.cast_unsigned();
        self.head = Head { seq, link };
        Ok(())
    }

    fn done(self, path: PathBuf) -> Audit {
        let streams = self.revisions.into_iter();
        Audit {
            path,
            entries: self.head.seq,
            streams: streams
                .map(|(stream, revision)| (stream, Revision(revision.cast_unsigned())))
                .collect(),
            head: self.head,
            noted: self.noted,
        }
    }
}

/// Finds out what was done to an entry whose sum should be `link`. That the file cannot be read any
/// further here only means that less can be told.
fn why(db: &Connection, before: &Link, row: &Raw, link: &Link) -> Break {
    let all = facts!("WHERE seq != ?1");
    let Ok(mut statement) = db.prepare(all) else {
        return Break::Changed;
    };
    let Ok(others) = statement.query_map(params![row.seq], raw) else {
        return Break::Changed;
    };
    for other in others.map_while(Result::ok) {
        if other.seq == row.seq + 1 && link.next(&other.kept()).bytes() == other.link {
            return Break::SumChanged;
        }
        // All of it, or only what it says.
        let swapped = [
            Kept {
                seq: row.seq,
                ..other.kept()
            },
            Kept {
                fact: &other.fact,
                ..row.kept()
            },
        ];
        let sums = [row.link.as_slice(), other.link.as_slice()];
        if swapped
            .iter()
            .any(|kept| sums.contains(&before.next(kept).bytes()))
        {
            let with = other.seq.cast_unsigned();
            return Break::Swapped { with };
        }
    }
    Break::Changed
}

/// What a table that only repeats what the entries say has to say otherwise.
fn stray(
    db: &Connection,
    (table, key): (&str, &str),
    expected: &BTreeMap<String, i64>,
    last: u64,
) -> rusqlite::Result<Option<String>> {
    let mut statement = db.prepare(&format!("SELECT {key}, seq FROM {table}"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kept = rows.collect::<rusqlite::Result<BTreeMap<String, i64>>>()?;
    if kept == *expected {
        return Ok(None);
    }
    let beyond = kept.iter().find(|(_, seq)| seq.cast_unsigned() > last);
    if let Some((key, seq)) = beyond {
        return Ok(Some(format!(
            "{table} {key} is of entry {seq}, behind the last one, {last}"
        )));
    }
    let different = |(key, seq): &(&String, &i64)| expected.get(*key) != Some(*seq);
    let wrong = kept.iter().find(different).map(|(key, _)| key);
    let lost = expected.keys().find(|key| !kept.contains_key(*key));
    Ok(wrong
        .or(lost)
        .map(|key| format!("the table of {table}s has {key} in another way than they do")))
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Break::Changed => f.write_str("is not what was recorded: it was changed"),
            Break::SumChanged => {
                f.write_str("has another sum than was recorded; what it says was not changed")
            }
            Break::Swapped { with } => write!(f, "was swapped with entry {with}"),
            Break::Order { follows } => write!(f, "is out of order: it comes after {follows}"),
            Break::Unreadable(why) => write!(f, "cannot be understood ({why})"),
        }
    }
}
