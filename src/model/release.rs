//! A release: an immutable batch of changes, built once. Identity is the full commit id plus the
//! artifact's digest; no moved branch or tag alters it (INVARIANTS.md I24).

use crate::model::{Artifact, Change, Person, ReleaseId, Sha, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub id: ReleaseId,
    pub sha: Sha,
    /// The release whose changes this one contains besides its own batch.
    pub parent: Option<ReleaseId>,
    /// The batch: changes after the parent's, oldest first.
    pub changes: Vec<Change>,
    pub cut: Time,
    pub artifact: Option<Artifact>,
}

/// All releases of a pipeline; containment is a question about them together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Releases(pub BTreeMap<ReleaseId, Release>);

impl Releases {
    pub fn get(&self, id: ReleaseId) -> Option<&Release> {
        self.0.get(&id)
    }

    pub fn newest(&self) -> Option<&Release> {
        self.0.values().next_back()
    }

    /// A release and all those it descends from, newest first.
    pub fn lineage(&self, id: ReleaseId) -> impl Iterator<Item = &Release> {
        std::iter::successors(self.get(id), |release| self.get(release.parent?))
    }

    /// Every change in a release, by lineage and not by number.
    pub fn changes(&self, id: ReleaseId) -> impl Iterator<Item = &Change> {
        self.lineage(id)
            .flat_map(|release| release.changes.iter().rev())
    }

    /// Whether the effect of a change is in a release: contained and not reverted in it.
    pub fn carries(&self, id: ReleaseId, change: &Sha) -> bool {
        let mut reverted = Vec::new();
        for contained in self.changes(id) {
            // Newest first: a revert that is itself reverted later does not count.
            let undone = reverted.contains(&&contained.sha);
            if contained.sha == *change {
                return !undone;
            }
            if !undone {
                reverted.extend(&contained.reverts);
            }
        }
        false
    }

    /// Changes in `id` that are not in `base`, newest first; all of them without a base.
    pub fn changes_since(&self, id: ReleaseId, base: Option<ReleaseId>) -> Vec<&Change> {
        let known: Vec<&Sha> = base
            .into_iter()
            .flat_map(|base| self.changes(base))
            .map(|c| &c.sha)
            .collect();
        self.changes(id)
            .filter(|change| !known.contains(&&change.sha))
            .collect()
    }

    /// The newest release whose commit is `sha`.
    pub fn at_commit(&self, sha: &Sha) -> Option<ReleaseId> {
        self.0
            .values()
            .rev()
            .find(|release| release.sha == *sha)
            .map(|release| release.id)
    }
}

impl Release {
    /// Authors of the batch, each once, in order.
    pub fn authors(&self) -> Vec<&Person> {
        let mut authors: Vec<&Person> = Vec::new();
        for change in &self.changes {
            if !authors.iter().any(|known| known.same_as(&change.author)) {
                authors.push(&change.author);
            }
        }
        authors
    }
}
