//! From commits to releases: each move of a source cuts one release, whose batch is what came
//! since. A release is the full commit id of the main source and those that the others were pinned
//! to; a moved branch never alters one that exists (INVARIANTS.md I24).

use crate::engine::draft::Draft;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Change, Definition, Fact, Head, Pin, Pipeline, Release, ReleaseId, Releases, Sha, SourceName,
};
use std::collections::BTreeSet;

pub(super) fn moved(draft: &mut Draft<'_>, mut head: Head) {
    let Some(definition) = draft.definition() else {
        return;
    };
    let name = head.source.clone();
    if definition.source_named(name.as_ref()).is_none() {
        return;
    }
    recovered(draft, name.as_ref());
    let state = draft.pipeline.source_state(name.as_ref());
    let was = state.and_then(|state| state.head.clone());
    if was.as_ref() == Some(&head.sha) {
        return;
    }
    // A release is pinned to all its sources: the main one is looked at again until all were seen.
    if name.is_none() && !draft.pipeline.unseen_sources().is_empty() {
        return;
    }
    for change in &mut head.changes {
        change.source.clone_from(&name);
    }
    let before = current(&draft.pipeline);
    draft.record(Fact::HeadMoved { head: head.clone() });
    cut(draft, head, was.as_ref(), before);
}

/// The newest release of the commits that the sources are at. A source that was added or left out
/// since makes no difference.
fn current(pipeline: &Pipeline) -> Option<ReleaseId> {
    let head = pipeline.source.head.as_ref()?;
    let same = |release: &Release| {
        let pinned = release.also.iter().all(|(name, sha)| {
            let seen = pipeline
                .also
                .get(name)
                .and_then(|state| state.head.as_ref());
            seen.is_none_or(|seen| seen == sha)
        });
        release.sha == *head && pinned
    };
    let mut newest = pipeline.releases.0.values().rev();
    newest
        .find(|release| same(release))
        .map(|release| release.id)
}

fn cut(draft: &mut Draft<'_>, head: Head, was: Option<&Sha>, before: Option<ReleaseId>) {
    let Some((sha, also)) = draft.pipeline.pins() else {
        return;
    };
    let releases = &draft.pipeline.releases;
    // Moved back to what was released: that release is what it was.
    if releases
        .0
        .values()
        .any(|known| known.sha == sha && known.also == also)
    {
        return;
    }
    let moved = head.source.as_ref();
    // What the sources that did not move bring stays in the next release.
    let stays = |id: ReleaseId| {
        let changes = releases.changes(id);
        changes.filter(|change| change.source.as_ref() != moved)
    };
    let kept: Vec<&Change> = before.into_iter().flat_map(stays).collect();
    let kept_ids: BTreeSet<&Sha> = kept.iter().map(|change| &change.sha).collect();
    let parent = match before {
        // Also at the first look at a source that was added.
        Some(before) if was == head.base.as_ref() => Some(before),
        Some(_) | None => head.base.as_ref().and_then(|base| {
            let fits = |known: &&Release| {
                known.pin(moved) == Some(base)
                    && stays(known.id).all(|change| kept_ids.contains(&change.sha))
            };
            releases
                .0
                .values()
                .map(AsRef::as_ref)
                .rev()
                .find(fits)
                .map(|known| known.id)
        }),
    };
    let known: BTreeSet<&Sha> = parent
        .into_iter()
        .flat_map(|parent| releases.changes(parent))
        .map(|change| &change.sha)
        .collect();
    let first_seen = draft.pipeline.also.iter();
    let first_seen = first_seen.filter(|(name, _)| Some(*name) != moved);
    let beside = kept
        .into_iter()
        .rev()
        .chain(first_seen.flat_map(|(_, state)| &state.unreleased));
    let beside = beside.filter(|change| !known.contains(&change.sha));
    let below = match (parent, &head.base) {
        (None, Some(base)) if !planted(Bug::HistoryForgotten) => down_to(releases, moved, base),
        (None, Some(_) | None) | (Some(_), _) => Vec::new(),
    };
    let changes = beside.chain(below).cloned().chain(head.changes);
    let changes: Vec<Change> = changes.collect();
    let release = ReleaseId(draft.pipeline.counters.releases + 1);
    draft.record(Fact::ReleaseCut {
        release,
        sha,
        also,
        parent,
        changes,
    });
}

/// What a source holds up to a commit of its own, oldest first. When several sources were rewritten
/// no release may be below the next one, which then says all that it holds.
fn down_to<'a>(
    releases: &'a Releases,
    source: Option<&SourceName>,
    commit: &Sha,
) -> Vec<&'a Change> {
    let mut newest = releases.0.values().rev();
    let at = newest.find(|known| known.pin(source) == Some(commit));
    let all = at.into_iter().flat_map(|known| releases.changes(known.id));
    let mut own: Vec<&Change> = all
        .filter(|change| change.source.as_ref() == source)
        .collect();
    own.reverse();
    own
}

pub(super) fn failed(draft: &mut Draft<'_>, source: Option<SourceName>, why: String) {
    let Some(definition) = draft.definition() else {
        return;
    };
    let known = definition.source_named(source.as_ref()).is_some();
    if known && trouble(draft, source.as_ref()).is_none() {
        draft.record(Fact::SourceFailed { source, why });
    }
}

fn recovered(draft: &mut Draft<'_>, source: Option<&SourceName>) {
    if trouble(draft, source).is_some() {
        let source = source.cloned();
        draft.record(Fact::SourceRecovered { source });
    }
}

fn trouble<'a>(draft: &'a Draft<'_>, source: Option<&SourceName>) -> Option<&'a str> {
    let state = draft.pipeline.source_state(source)?;
    state.trouble.as_ref().map(|(_, why)| why.as_str())
}

/// Where the sources beside the main one are to be checked out from.
pub(super) fn pinned(definition: &Definition, release: &Release) -> Vec<Pin> {
    let pins = definition.also.iter().filter_map(|also| {
        Some(Pin {
            name: also.name.clone(),
            repository: also.source.repository.clone(),
            sha: release.also.get(&also.name)?.clone(),
        })
    });
    pins.collect()
}
