//! A release: an immutable batch of changes, built once. Identity is the full commit id plus the
//! artifact's digest; no moved branch or tag alters it (INVARIANTS.md I24).

use crate::model::{Artifact, Change, Person, ReleaseId, Sha, SourceName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    pub id: ReleaseId,
    pub sha: Sha,
    /// The commits of the sources beside the main one that it was cut with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub also: BTreeMap<SourceName, Sha>,
    /// The release whose changes this one contains besides its own batch.
    pub parent: Option<ReleaseId>,
    /// The batch: changes after the parent's, oldest first.
    pub changes: Vec<Change>,
    pub cut: Time,
    pub artifact: Option<Artifact>,
}

/// All releases of a pipeline; containment is a question about them together. A release's number is
/// greater than its parent's, so walks along lineages end as soon as they are past the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    from = "BTreeMap<ReleaseId, Arc<Release>>",
    into = "BTreeMap<ReleaseId, Arc<Release>>"
)]
pub struct Releases(
    pub BTreeMap<ReleaseId, Arc<Release>>,
    /// The first release with each change in its batch.
    Arc<BTreeMap<Sha, ReleaseId>>,
);

impl From<BTreeMap<ReleaseId, Arc<Release>>> for Releases {
    fn from(all: BTreeMap<ReleaseId, Arc<Release>>) -> Self {
        let mut releases = Self::default();
        for release in all.into_values() {
            releases.insert(release);
        }
        releases
    }
}

impl From<Releases> for BTreeMap<ReleaseId, Arc<Release>> {
    fn from(releases: Releases) -> Self {
        releases.0
    }
}

impl Releases {
    pub fn get(&self, id: ReleaseId) -> Option<&Release> {
        self.0.get(&id).map(Arc::as_ref)
    }

    pub(in crate::model) fn insert(&mut self, release: Arc<Release>) {
        let first = Arc::make_mut(&mut self.1);
        for change in &release.changes {
            first.entry(change.sha.clone()).or_insert(release.id);
        }
        self.0.insert(release.id, release);
    }

    /// For the fold alone, which adds to a release what became of its build; its batch stays.
    pub(in crate::model) fn get_mut(&mut self, id: ReleaseId) -> Option<&mut Release> {
        self.0.get_mut(&id).map(Arc::make_mut)
    }

    pub fn newest(&self) -> Option<&Release> {
        self.0.values().next_back().map(Arc::as_ref)
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
        let Some(first) = self.1.get(change) else {
            return false;
        };
        let mut reverted = Vec::new();
        let near = self.lineage(id).take_while(|release| release.id >= *first);
        for contained in near.flat_map(|release| release.changes.iter().rev()) {
            // Newest first: a revert that is itself reverted later does not count.
            let undone = reverted.contains(&(&contained.source, &contained.sha));
            if contained.sha == *change {
                return !undone;
            }
            if !undone {
                let reverts = contained.reverts.iter();
                // What is said about another source changes nothing there.
                reverted.extend(reverts.map(|sha| (&contained.source, sha)));
            }
        }
        false
    }

    /// Changes in `id` that are not in `base`, newest first; all of them without a base.
    pub fn changes_since(&self, id: ReleaseId, base: Option<ReleaseId>) -> Vec<&Change> {
        let mut own = self.lineage(id).peekable();
        let mut theirs = base.into_iter().flat_map(|base| self.lineage(base));
        let mut their = theirs.next();
        let (mut new, mut known) = (Vec::new(), BTreeSet::new());
        // Down both lines, the higher number first, to where they meet.
        while let Some(release) = own.peek() {
            match their.map(|theirs| theirs.id.cmp(&release.id)) {
                Some(Ordering::Equal) => break,
                Some(Ordering::Greater) => {
                    known.extend(their.iter().flat_map(|r| &r.changes).map(|c| &c.sha));
                    their = theirs.next();
                }
                Some(Ordering::Less) | None => {
                    new.extend(release.changes.iter().rev());
                    own.next();
                }
            }
        }
        new.retain(|change| !known.contains(&change.sha));
        new
    }
}

impl Release {
    /// The commit that it has of a source; the main one has no name.
    pub fn pin(&self, source: Option<&SourceName>) -> Option<&Sha> {
        match source {
            None => Some(&self.sha),
            Some(name) => self.also.get(name),
        }
    }

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
