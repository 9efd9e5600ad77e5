//! From commits to releases: each move of the branch cuts one release, whose batch is what came
//! since. A release is its full commit id; a moved branch never alters one that exists
//! (INVARIANTS.md I24).

use crate::engine::draft::Draft;
use crate::model::{Fact, Head, ReleaseId};

pub(super) fn moved(draft: &mut Draft<'_>, head: Head) {
    if draft.pipeline.source.trouble.is_some() {
        draft.record(Fact::SourceRecovered);
    }
    if draft.pipeline.source.head.as_ref() == Some(&head.sha) {
        return;
    }
    draft.record(Fact::HeadMoved { head: head.clone() });
    // A branch moved back to a commit that was released: that release is what it was.
    if draft.pipeline.releases.at_commit(&head.sha).is_some() {
        return;
    }
    let parent = head
        .base
        .as_ref()
        .and_then(|base| draft.pipeline.releases.at_commit(base));
    let release = ReleaseId(draft.pipeline.counters.releases + 1);
    draft.record(Fact::ReleaseCut {
        release,
        sha: head.sha,
        parent,
        changes: head.changes,
    });
}

pub(super) fn failed(draft: &mut Draft<'_>, why: String) {
    if draft.pipeline.source.trouble.is_none() {
        draft.record(Fact::SourceFailed { why });
    }
}
