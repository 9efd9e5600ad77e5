//! A row of the table of facts: as the file keeps it, and as the entry that it is. It makes no query.

use crate::{
    journal::chain::Kept,
    model::{Entry, Fact, PipelineName, Revision, Stream, Time},
};
use rusqlite::Row;

/// A query for rows of the table of facts, as [`raw`] reads them.
macro_rules! facts {
    ($rest:literal) => {
        concat!(
            "SELECT seq, stream, revision, at, fact, link FROM fact ",
            $rest
        )
    };
}
pub(super) use facts;

/// A row of the table of facts, not yet understood.
pub(super) struct Raw {
    pub(super) seq: i64,
    pub(super) stream: String,
    pub(super) revision: i64,
    pub(super) at: i64,
    pub(super) fact: String,
    pub(super) link: Vec<u8>,
}

impl Raw {
    pub(super) fn kept(&self) -> Kept<'_> {
        Kept {
            seq: self.seq,
            stream: &self.stream,
            revision: self.revision,
            at: self.at,
            fact: &self.fact,
        }
    }
}

pub(super) fn understood(row: &Raw) -> Result<Entry, String> {
    let fact: Fact = serde_json::from_str(&row.fact).map_err(|why| why.to_string())?;
    Ok(Entry {
        stream: stream(&row.stream)?,
        revision: Revision(row.revision.cast_unsigned()),
        seq: row.seq.cast_unsigned(),
        at: Time(row.at),
        fact,
    })
}

pub(super) fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        seq: row.get(0)?,
        stream: row.get(1)?,
        revision: row.get(2)?,
        at: row.get(3)?,
        fact: row.get(4)?,
        link: row.get(5)?,
    })
}

/// A stream as the file names it. No pipeline's name has a slash.
pub(super) fn name(stream: &Stream) -> String {
    match stream {
        Stream::Organization => "organization".to_owned(),
        Stream::Pipeline(pipeline) => format!("pipeline/{pipeline}"),
    }
}

pub(super) fn stream(name: &str) -> Result<Stream, String> {
    match name.strip_prefix("pipeline/") {
        Some(pipeline) => PipelineName::parse(pipeline)
            .map(Stream::Pipeline)
            .map_err(|why| why.to_string()),
        None if name == "organization" => Ok(Stream::Organization),
        None => Err(format!("{name:?} is no stream")),
    }
}
