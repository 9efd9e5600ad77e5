//! A journal from a backup becomes one that a server can go on from: in its own epoch, and on hold,
//! because what it owes may have been done since the backup, and what was done since is not in it.

use crate::{
    clock,
    journal::{Audit, BackupError, Commit, Conflict, Journal, JournalError, Restoring},
    model::{Actor, Fact, HoldCause, HoldId, HoldScope, Impossible, Org, Revision, Stream, Time},
};
use std::path::Path;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Of the backup.
    pub audit: Audit,
    pub epoch: String,
    /// When the newest fact in it happened.
    pub at: Time,
    /// Effects that it owes, none of which is run before the hold is lifted.
    pub owed: usize,
    pub hold: HoldId,
}

#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error("the backup cannot be folded: {0}")]
    Impossible(#[from] Impossible),
}

/// Restores a backup into a state directory without a journal. Nothing is there unless all of it is.
pub fn restore(backup: &Path, state: &Path, by: Actor) -> Result<Restored, RestoreError> {
    let mut restoring = Restoring::begin(backup, state)?;
    match stop(&mut restoring, by) {
        Ok(restored) => {
            restoring.finish()?;
            Ok(restored)
        }
        Err(why) => {
            restoring.give_up();
            Err(why)
        }
    }
}

/// Puts what was restored on hold before anybody can go on from it.
fn stop(restoring: &mut Restoring, by: Actor) -> Result<Restored, RestoreError> {
    let journal = &mut restoring.journal;
    let org = organization(journal)?;
    let (_, at) = journal.last();
    let hold = HoldId(org.holds_placed + 1);
    let reason = format!(
        "restored from a backup of {at}: nothing is run until somebody looked at the targets"
    );
    let placed = Fact::HoldPlaced {
        id: hold,
        scope: HoldScope::Organization,
        by,
        reason,
        lasts: None,
        cause: HoldCause::Restore,
    };
    let commit = Commit {
        stream: Stream::Organization,
        expect: org.revision,
        at: clock::now().max(at),
        facts: vec![placed],
        request: None,
    };
    for committed in journal.commit(&[commit])? {
        committed?;
    }
    Ok(Restored {
        audit: restoring.audit.clone(),
        epoch: journal.epoch().to_owned(),
        at,
        owed: journal.owed()?.len(),
        hold,
    })
}

fn organization(journal: &dyn Journal) -> Result<Org, RestoreError> {
    let mut org = Org::default();
    for entry in journal.read(&Stream::Organization, Revision(0), usize::MAX)? {
        org.apply(&entry)?;
    }
    Ok(org)
}
