//! What became of a request, read from the entry that settled it.

use crate::{
    api::Settled,
    model::{Actor, Command, Entry, Fact},
};

/// The answer that an entry is; none when it settles no request.
pub(super) fn settled(entry: &Entry) -> Option<Settled> {
    if let Fact::CommandAccepted { key, .. } = &entry.fact {
        Some(Settled::Accepted {
            key: key.clone(),
            at: entry.at,
            revision: entry.revision,
        })
    } else if let Fact::CommandRefused { key, refusal, .. } = &entry.fact {
        Some(Settled::Refused {
            key: key.clone(),
            at: entry.at,
            refusal: refusal.clone(),
        })
    } else {
        None
    }
}

/// Whether the entry settled the same command of the same operator.
pub(super) fn is_same(fact: &Fact, by: &Actor, command: &Command) -> bool {
    let (Fact::CommandAccepted {
        by: first_by,
        command: first,
        ..
    }
    | Fact::CommandRefused {
        by: first_by,
        command: first,
        ..
    }) = fact
    else {
        return false;
    };
    first_by == by && first == command
}
