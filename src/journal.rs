//! Where facts are kept: appended in one durable transaction before anything follows from them, and
//! read back to fold. A journal knows no rules. The trait is shaped so that the same engine can run
//! on several machines over another database (DESIGN.md 1): appends are fenced by the revision they
//! expect, owed effects are leased. Entries are chained, so that a change behind the program's back
//! is found (INVARIANTS.md I31, I38).

mod chain;
mod error;
mod memory;
mod reserve;
mod sqlite;
mod writer;

pub use chain::Link;
pub use error::JournalError;
pub use memory::Memory;
pub use sqlite::{Audit, AuditError, BackupError, FILE, Head, Restoring, Sqlite, audit, backup};
pub use writer::{Writer, WriterError};

use crate::model::{EffectId, Entry, Fact, Owed, RequestKey, Revision, Stream, Time};
use std::collections::BTreeMap;

/// Facts to be added to one stream: all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub stream: Stream,
    /// The revision of the state that the facts were decided on.
    pub expect: Revision,
    /// When, as the engine saw it; the journal never goes back behind its last entry.
    pub at: Time,
    pub facts: Vec<Fact>,
    /// Counts once in the whole journal.
    pub request: Option<RequestKey>,
}

/// Why a commit was not added. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("the stream is at revision {have}, not at the expected one")]
    Revision { have: Revision },
    #[error("the request key was used before (seq {seq}, revision {revision})")]
    KeyUsed { seq: u64, revision: Revision },
}

/// Whether the disk has room for more than what must go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    Enough,
    /// What was reserved for this is used now.
    Low,
}

/// What became of each commit of a batch, in its order.
pub type Committed = Vec<Result<Vec<Entry>, Conflict>>;

/// A claim to be the only one who runs some owed effects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub runner: String,
    pub now: Time,
    /// From then on somebody else may take them over.
    pub until: Time,
}

/// The facts of one organization. Every error means that the journal as a whole is in trouble.
pub trait Journal: Send {
    /// Names this journal; another one, even in the same place, has another epoch.
    fn epoch(&self) -> &str;

    /// How often it was restored from a backup.
    fn restores(&self) -> u64 {
        0
    }

    /// Position and engine time of the newest entry.
    fn last(&self) -> (u64, Time);

    /// Entries of a stream after a revision, oldest first.
    fn read(
        &self,
        stream: &Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError>;

    /// Entries of all streams after a position, oldest first.
    fn history(&self, after_seq: u64, limit: usize) -> Result<Vec<Entry>, JournalError>;

    /// The revision of every stream that has entries.
    fn heads(&self) -> Result<BTreeMap<Stream, Revision>, JournalError>;

    /// The sum of an entry and of everything before it; none where there is no such entry.
    fn link(&self, seq: u64) -> Result<Option<Link>, JournalError>;

    /// The entry that settled a request: it was accepted, or refused.
    fn request(&self, key: &RequestKey) -> Result<Option<Entry>, JournalError>;

    /// Adds a batch in one durable transaction. A commit that conflicts is left out alone; later
    /// ones of the batch see the earlier ones. After an error nobody knows what is on the disk, and
    /// nothing may be committed any more.
    fn commit(&mut self, batch: &[Commit]) -> Result<Committed, JournalError>;

    /// Effects that are open, as they were opened. Their tries and delays are in the fold.
    fn owed(&self) -> Result<Vec<(Stream, Owed)>, JournalError>;

    /// Claims owed effects. The answer names those that were free, expired, or the runner's own.
    fn lease(&mut self, ids: &[EffectId], lease: &Lease) -> Result<Vec<EffectId>, JournalError>;

    /// Looks at the disk: whether there is room, and whether the journal still is where the next server
    /// looks for it. After an error nothing may be committed any more.
    fn look(&mut self) -> Result<Space, JournalError> {
        Ok(Space::Enough)
    }

    /// Extends every lease that the runner still holds, and names their effects; others are lost.
    fn renew(&mut self, lease: &Lease) -> Result<Vec<EffectId>, JournalError>;
}

impl Commit {
    /// Which of the facts a request is found by: the one that says what became of it.
    fn settling(&self) -> usize {
        let settles = |fact: &Fact| {
            matches!(
                fact,
                Fact::CommandAccepted { .. } | Fact::CommandRefused { .. }
            )
        };
        self.facts.iter().position(settles).unwrap_or(0)
    }

    /// The entries that it becomes behind `last` of the journal and its own stream's head.
    fn entries(&self, (seq, last): (u64, Time)) -> Vec<Entry> {
        let mut place = (seq, self.expect);
        self.facts
            .iter()
            .map(|fact| {
                place = (place.0 + 1, place.1.next());
                Entry {
                    stream: self.stream.clone(),
                    revision: place.1,
                    seq: place.0,
                    at: self.at.max(last),
                    fact: fact.clone(),
                }
            })
            .collect()
    }
}
