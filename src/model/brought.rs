//! What a release brings to a stage: the changes since what is there, each with the release in
//! whose batch it came, because what was superseded travels on in its successor.

use crate::model::{Change, ChangeSize, Pipeline, ReleaseId, Releases, Sha, SourceName, StageName};
use serde::Serialize;
use std::collections::BTreeSet;

/// A change that a release brings somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brought {
    pub sha: Sha,
    /// None for the main source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
    pub author: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<ChangeSize>,
    /// The release in whose batch it came, where that is another one: it never came this far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ReleaseId>,
}

impl Pipeline {
    /// The changes that a release brings to a stage, newest first, and the newest release there
    /// that they are counted from; before the first stage, the last one that was built.
    pub fn brings(
        &self,
        stage: &StageName,
        release: ReleaseId,
    ) -> (Vec<Brought>, Option<ReleaseId>) {
        let built = || self.built_before(release).map(|built| built.id);
        let early = [StageName::source(), StageName::build()];
        let there = if early.contains(stage) {
            built()
        } else {
            let running = self.running(stage).into_keys().flatten();
            running.filter(|there| *there < release).max()
        };
        (brought(&self.releases, release, there), there)
    }
}

fn brought(releases: &Releases, release: ReleaseId, there: Option<ReleaseId>) -> Vec<Brought> {
    let new = releases.changes_since(release, there);
    let mut left: BTreeSet<&Sha> = new.iter().map(|change| &change.sha).collect();
    let mut found = Vec::new();
    for holder in releases.lineage(release) {
        for change in holder.changes.iter().rev() {
            if left.remove(&change.sha) {
                let from = Some(holder.id).filter(|holder| *holder != release);
                found.push(Brought::of(change, from));
            }
        }
        if left.is_empty() {
            break;
        }
    }
    found
}

impl Brought {
    fn of(change: &Change, from: Option<ReleaseId>) -> Self {
        Self {
            sha: change.sha.clone(),
            source: change.source.clone(),
            author: change.author.name.clone(),
            title: change.title.clone(),
            size: change.size,
            from,
        }
    }

    /// `0123456789 by Ana Lima: retry twice (came with r6)`.
    pub fn words(&self) -> String {
        let source = self.source.as_ref();
        let of = source.map_or_else(String::new, |name| format!(" of {name}"));
        let from = self.from;
        let from = from.map_or_else(String::new, |from| format!(" (came with {from})"));
        let Brought {
            sha, author, title, ..
        } = self;
        format!("{}{of} by {author}: {title}{from}", sha.short())
    }
}
