//! Windows as blockers (DESIGN.md 5, rule 5): closed ones, those that have opened but not yet for
//! this pipeline, and those that have let through as many attempts as they may. Whether a window
//! is open is `model::opening`.

use crate::model::opening::ClosedBy;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Blocker, BlockerId, BlockerKind, Clears, Definition, Passage, Pipeline, Region, Stage,
    StageState, Time, Window,
};

/// Closed windows, one blocker per window and distinct moment of closing.
pub(super) fn of(
    definition: &Definition,
    stage: &Stage,
    regions: &[&Region],
    now: Time,
) -> Vec<Blocker> {
    let closings = closings(definition, stage, regions, now).into_iter();
    closings.map(|(blocker, _)| blocker).collect()
}

/// The same, each with what closes it.
pub(in crate::model) fn closings(
    definition: &Definition,
    stage: &Stage,
    regions: &[&Region],
    now: Time,
) -> Vec<(Blocker, ClosedBy)> {
    let mut found: Vec<(Blocker, ClosedBy)> = Vec::new();
    for window in windows(definition, stage) {
        for region in regions {
            let closed = closed(window, region, now);
            let staggered = || {
                let waits = staggered(definition, window, region, now)?;
                Some((waits, ClosedBy::Week))
            };
            let Some(closing) = closed.or_else(staggered) else {
                continue;
            };
            let new = &closing.0;
            let known = |(b, _): &(Blocker, _)| b.id == new.id && b.since == new.since;
            if !found.iter().any(known) {
                found.push(closing);
            }
        }
    }
    found
}

/// The first moment after `at` at which a window of the stage may keep out more or less than it
/// did, in any of its regions.
pub(in crate::model) fn next_change(
    definition: &Definition,
    stage: &Stage,
    at: Time,
) -> Option<Time> {
    let mut zones: Vec<_> = stage.regions.iter().map(|r| r.time_zone).collect();
    zones.dedup();
    let moments = windows(definition, stage).flat_map(|window| {
        let delay = window.delay(&definition.name);
        zones.iter().flat_map(move |zone| {
            let opened = window.opened(at, *zone).filter(|_| !delay.is_zero());
            let turn = opened.map(|opened| opened + delay);
            [
                window.next_change(at, *zone),
                turn.filter(|turn| *turn > at),
            ]
        })
    });
    moments.flatten().min()
}

fn windows<'a>(
    definition: &'a Definition,
    stage: &'a Stage,
) -> impl Iterator<Item = &'a Window> + 'a {
    let named = stage.windows.iter();
    named.filter_map(|name| definition.window(name))
}

/// The window as a blocker, when it is closed in the region's time zone.
fn closed(window: &Window, region: &Region, now: Time) -> Option<(Blocker, ClosedBy)> {
    let zone = region.time_zone;
    let closed = window.closed(now, zone)?;
    let blocker = Blocker {
        id: BlockerId(format!("window/{}", window.name)),
        kind: BlockerKind::Window,
        since: closed.since,
        region: Some(region.name.clone()),
        why: format!("window {} {} ({zone})", window.name, closed.why),
        clears: closed.until.map_or_else(
            || Clears::When("its rule is changed".to_owned()),
            Clears::At,
        ),
        passage: Passage::Override,
        overridden: None,
    };
    Some((blocker, closed.by))
}

/// The window as a blocker, when it has opened and this pipeline's turn has not come.
fn staggered(
    definition: &Definition,
    window: &Window,
    region: &Region,
    now: Time,
) -> Option<Blocker> {
    let delay = window.delay(&definition.name);
    let opened = (!delay.is_zero()).then(|| window.opened(now, region.time_zone))??;
    let turn = opened + delay;
    let waits = now < turn && !planted(Bug::StaggerIgnored);
    waits.then(|| Blocker {
        id: BlockerId(format!("stagger/{}", window.name)),
        kind: BlockerKind::Window,
        since: opened,
        region: Some(region.name.clone()),
        why: format!(
            "window {} has opened; {} begins {delay} later, so that not all begin at once",
            window.name, definition.name
        ),
        clears: Clears::At(turn),
        passage: Passage::Override,
        overridden: None,
    })
}

/// Windows that have let as many attempts of the stage start since they opened as they may. They
/// keep out the next attempt, never a target of one under way.
pub(super) fn quotas(
    pipeline: &Pipeline,
    definition: &Definition,
    stage: &Stage,
    now: Time,
) -> Vec<Blocker> {
    let Some(state) = pipeline.stage(&stage.name) else {
        return Vec::new();
    };
    let mut found: Vec<Blocker> = Vec::new();
    for window in windows(definition, stage) {
        let spent = stage
            .regions
            .iter()
            .filter_map(|region| spent(state, window, region, now));
        // Of several regions the one that opens last again.
        let last = spent.max_by_key(|blocker| match blocker.clears {
            Clears::At(at) => Some(at),
            Clears::When(_) => None,
        });
        found.extend(last);
    }
    found
}

fn spent(state: &StageState, window: &Window, region: &Region, now: Time) -> Option<Blocker> {
    let (quota, zone) = (window.quota?, region.time_zone);
    let opened = window.opened(now, zone)?;
    let newest = state.attempt.iter().map(|a| (a.is_rollback(), a.started));
    let past = state.past.iter().map(|past| (past.rollback, past.started));
    let started: Vec<Time> = newest
        .chain(past)
        .filter(|(rollback, started)| !rollback && *started >= opened)
        .map(|(_, started)| started)
        .collect();
    let enough = started.len() >= usize::try_from(quota).unwrap_or(usize::MAX);
    let enough = enough && !planted(Bug::QuotaIgnored);
    let since = started.into_iter().max().filter(|_| enough)?;
    let again = window.next_change(now, zone);
    let again = again.and_then(|closes| window.next_change(closes, zone));
    Some(Blocker {
        id: BlockerId(format!("quota/{}", window.name)),
        kind: BlockerKind::Quota,
        since,
        region: None,
        why: format!(
            "window {} lets {quota} attempts start each time it opens, and has",
            window.name
        ),
        clears: again.map_or_else(
            || Clears::When("its rule is changed".to_owned()),
            Clears::At,
        ),
        passage: Passage::Override,
        overridden: None,
    })
}
