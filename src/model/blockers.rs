//! Why a candidate may not start: the whole list, not the first reason, each with since when, what
//! would clear it and who may pass it (DESIGN.md 5, rule 18). A pure question about the folded
//! state, so the engine that obeys it and the screen that shows it cannot disagree.

mod alarms;
mod fine;
mod guards;
mod windows;

pub use fine::{Fine, fine};
pub(in crate::model) use windows::{closings, next_change as next_window_change};

use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, Blocker, BlockerId, BlockerKind, Clears, Definition, Org, Passage, Person, Pipeline,
    Region, ReleaseId, StageName, StageState, Time,
};

/// A question about one candidate.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub stage: &'a StageName,
    pub release: ReleaseId,
}

/// Everything between a release and a stage, except that the stage may be busy with it already.
/// Overridden blockers are in the list, marked so.
pub fn blockers(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    candidate: Candidate<'_>,
) -> Vec<Blocker> {
    let under_way = pipeline.stage(candidate.stage).is_some_and(|state| {
        let attempt = state.attempt.as_ref().filter(|attempt| attempt.is_active());
        attempt.is_some_and(|attempt| attempt.release == candidate.release)
    });
    // What is under way goes on under the definition it entered with; the rest enters the newest.
    let definition = if under_way {
        pipeline.in_force(candidate.stage)
    } else {
        pipeline.definition.as_ref()
    };
    let Some(definition) = definition else {
        return Vec::new();
    };
    let mut found = standing(pipeline, definition, candidate);
    found.extend(guards::of(pipeline, org, now, candidate));
    if let Some(stage) = definition.stage(candidate.stage) {
        let regions: Vec<&Region> = stage.regions.iter().collect();
        found.extend(windows::of(definition, stage, &regions, now));
        found.extend(windows::quotas(pipeline, definition, stage, now));
        found.extend(alarms::of(pipeline, definition, stage));
    }
    mark_overridden(pipeline, candidate, now, &mut found);
    found
}

/// What stands against the start of one more target of a region in an attempt under way: rules are
/// tested at every target's start (rule 5, INVARIANTS.md I11 and I14).
pub fn target_blockers(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    candidate: Candidate<'_>,
    region: &Region,
) -> Vec<Blocker> {
    let Some(definition) = pipeline.in_force(candidate.stage) else {
        return Vec::new();
    };
    let mut found = guards::of(pipeline, org, now, candidate);
    if planted(Bug::HoldsOnlyAtEntry) {
        found.retain(|blocker| blocker.kind != BlockerKind::Hold);
    }
    if let Some(stage) = definition.stage(candidate.stage) {
        if !planted(Bug::WindowsOnlyAtEntry) {
            found.extend(windows::of(definition, stage, &[region], now));
        }
        if !planted(Bug::AlarmsOnlyAtEntry) {
            found.extend(alarms::of(pipeline, definition, stage));
        }
    }
    mark_overridden(pipeline, candidate, now, &mut found);
    found
}

/// Where the release and the stage stand: turn not come, lane taken, review wanting.
fn standing(
    pipeline: &Pipeline,
    definition: &Definition,
    candidate: Candidate<'_>,
) -> Vec<Blocker> {
    let mut found = Vec::new();
    let Some(state) = pipeline.stage(candidate.stage) else {
        return found;
    };
    let active = state.attempt.as_ref().filter(|attempt| attempt.is_active());
    let inside = |attempt: &Attempt| attempt.release == candidate.release && !attempt.is_rollback();
    if active.is_some_and(inside) {
        return found;
    }
    let waiting = state
        .waiting
        .iter()
        .find(|(release, _)| *release == candidate.release);
    if waiting.is_none() {
        let before = definition
            .columns()
            .take_while(|column| column != candidate.stage)
            .last();
        found.extend(before.map(|before| not_approved(pipeline, state, candidate, &before)));
    }
    if let Some(attempt) = state.attempt.as_ref().filter(|attempt| attempt.is_active()) {
        found.push(Blocker {
            id: BlockerId("busy".to_owned()),
            kind: BlockerKind::Busy,
            since: attempt.started,
            region: None,
            why: format!("{} is busy with {}", candidate.stage, attempt.release),
            clears: Clears::When(format!("{} has passed or failed", attempt.release)),
            passage: Passage::Nobody,
            overridden: None,
        });
    }
    if *candidate.stage == StageName::build() {
        found.extend(review(pipeline, definition, candidate.release));
    }
    found
}

/// A release whose turn has not come, or that has had it.
fn not_approved(
    pipeline: &Pipeline,
    state: &StageState,
    candidate: Candidate<'_>,
    before: &StageName,
) -> Blocker {
    let release = candidate.release;
    let (since, why, clears) = match state.last_of(release) {
        Some((ended, word)) => (
            ended,
            format!("{release} has been in {} and {word}", candidate.stage),
            "it is tried again there, or a newer release comes".to_owned(),
        ),
        None => (
            pipeline
                .releases
                .get(release)
                .map_or(pipeline.at, |r| r.cut),
            format!("{release} has not passed {before}"),
            format!("{before} approves it"),
        ),
    };
    Blocker {
        id: BlockerId("not-approved".to_owned()),
        kind: BlockerKind::NotApproved,
        since,
        region: None,
        why,
        clears: Clears::When(clears),
        passage: Passage::Nobody,
        overridden: None,
    }
}

/// Changes that nobody but the author reviewed: all since the last release that passed the build,
/// so that those of a superseded release do not slip in with the next one.
fn review(pipeline: &Pipeline, definition: &Definition, release: ReleaseId) -> Option<Blocker> {
    let base = pipeline.built_before(release).map(|base| base.id);
    let mut changes = pipeline.releases.changes_since(release, base);
    changes.reverse();
    let release = pipeline.releases.get(release)?;
    let lacking = changes.into_iter().filter_map(|change| {
        let source = definition.source_named(change.source.as_ref())?;
        let rule = source.review.as_ref()?;
        let author = rule.not_author && !planted(Bug::ReviewByTheAuthor);
        let counts = |by: &Person| !(author && by.same_as(&change.author));
        (!change.reviewers.iter().any(counts)).then_some((change, rule))
    });
    let lacking: Vec<_> = lacking.collect();
    let (first, rule) = lacking.first()?;
    let more = if lacking.len() > 1 {
        format!(" and {} more", lacking.len() - 1)
    } else {
        String::new()
    };
    let source = first.source.as_ref();
    let source = source.map_or_else(String::new, |name| format!(" of {name}"));
    Some(Blocker {
        id: BlockerId("review".to_owned()),
        kind: BlockerKind::Review,
        since: release.cut,
        region: None,
        why: format!(
            "{}{source} by {} has no {} by another person{more}",
            first.sha.short(),
            first.author.name,
            rule.trailer
        ),
        clears: Clears::When("a reviewed history is pushed".to_owned()),
        passage: Passage::Override,
        overridden: None,
    })
}

fn mark_overridden(
    pipeline: &Pipeline,
    candidate: Candidate<'_>,
    now: Time,
    found: &mut [Blocker],
) {
    let pass = pipeline.pass(candidate.stage, candidate.release);
    for blocker in found.iter_mut().filter(|b| b.passage == Passage::Override) {
        let given = pipeline.guards.overrides.values();
        // One that this attempt uses already comes before one that it would use up.
        let covering = given
            .filter(|given| given.covers(&pass, (&blocker.id, blocker.since), now))
            .min_by_key(|given| !pass.attempt.is_some_and(|a| given.used_by.contains(&a)));
        blocker.overridden = covering.map(|given| given.id);
    }
}
