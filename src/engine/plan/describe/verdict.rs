//! Plans of approvals and rejects: where the release goes on to and what it would wait for there.

use crate::engine::plan::describe::{Told, row, waits, weigh};
use crate::engine::{draft::Draft, request};
use crate::model::{Actor, ReleaseId, StageName, Verdict, tally};

/// Changes that a plan names one by one.
const BROUGHT_NAMED: usize = 10;

pub(super) fn approve(
    before: &Draft<'_>,
    after: &Draft<'_>,
    by: &Actor,
    verdict: &Verdict,
) -> Told {
    let Verdict { stage, release, .. } = verdict;
    let mut told = Told {
        title: format!("approve {release} in {stage}"),
        ..Told::default()
    };
    let Some(definition) = before.definition() else {
        return told;
    };
    let later = definition
        .stages
        .iter()
        .skip_while(|s| s.name != *stage)
        .skip(1);
    for stage in later {
        let row = row(
            before,
            stage,
            release.to_string(),
            waits(after, &stage.name, *release),
        );
        told.rows.push(row);
    }
    match told.rows.first() {
        Some(next) => {
            told.title = format!("approve {release} in {stage}: it goes on to {}", next.stage);
            let next = next.stage.clone();
            let (brings, _) = before.pipeline.brings(&next, *release);
            let named = brings.iter().take(BROUGHT_NAMED);
            told.notes
                .extend(named.map(|change| format!("it brings {}", change.words())));
            if brings.len() > BROUGHT_NAMED {
                let more = brings.len() - BROUGHT_NAMED;
                told.notes.push(format!("and {more} older changes"));
            }
        }
        None => told.notes.push(format!("{stage} is the last stage")),
    }
    told.facts = weigh::approve(before, after, by, verdict);
    told
}

pub(super) fn reject(verdict: &Verdict) -> Told {
    Told {
        title: format!("reject {} in {}", verdict.release, verdict.stage),
        notes: vec![
            "a reject is final for this release and stage; a newer release may pass".to_owned(),
            "its targets keep running it until the next release comes".to_owned(),
        ],
        ..Told::default()
    }
}

pub(super) fn undo(after: &Draft<'_>, by: &Actor, stage: &StageName, release: ReleaseId) -> Told {
    let open = after
        .active(stage)
        .and_then(|attempt| tally(&after.pipeline, attempt));
    Told {
        title: format!("take back the approval of {release} in {stage} by {by}"),
        notes: open.map(|open| open.words()).into_iter().collect(),
        ..Told::default()
    }
}

pub(super) fn give_way(
    before: &Draft<'_>,
    after: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
) -> Told {
    let active = before.active(stage);
    let newer = active.and_then(|attempt| request::newer(before, attempt));
    let named = newer.map_or("the newer release".to_owned(), |newer| newer.to_string());
    let mut told = Told {
        title: format!("let {named} take the place of {release} in {stage}"),
        notes: vec![format!(
            "nobody can approve {release} any more; its changes are in {named}"
        )],
        ..Told::default()
    };
    let definition = before.definition();
    let spec = definition.as_ref().and_then(|d| d.stage(stage));
    if let (Some(newer), Some(spec)) = (newer, spec) {
        let waits = waits(after, stage, newer);
        if after.active(stage).is_none() {
            told.warnings
                .push(format!("{newer} does not enter {stage} now: it {waits}"));
        }
        told.rows.push(row(before, spec, newer.to_string(), waits));
    }
    told
}
