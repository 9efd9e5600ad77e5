//! Why a candidate may not start: the whole list, not the first reason, each with since when, what
//! would clear it and who may pass it (DESIGN.md 5, rule 18). A pure question about the folded
//! state, so the engine that obeys it and the screen that shows it cannot disagree.

use crate::model::{
    AlarmLevel, AlarmState, Blocker, BlockerId, BlockerKind, Clears, Definition, Hold, HoldScope,
    Org, Passage, Pipeline, Region, ReleaseId, Stage, StageName, Time, Window,
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
    let Some(definition) = &pipeline.definition else {
        return Vec::new();
    };
    let mut found = standing(pipeline, definition, candidate);
    found.extend(guards(pipeline, org, now, candidate));
    if let Some(stage) = definition.stage(candidate.stage) {
        let regions: Vec<&Region> = stage.regions.iter().collect();
        found.extend(windows(definition, stage, &regions, now));
        found.extend(alarms(pipeline, stage));
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
    let Some(definition) = &pipeline.definition else {
        return Vec::new();
    };
    let mut found = guards(pipeline, org, now, candidate);
    if let Some(stage) = definition.stage(candidate.stage) {
        found.extend(windows(definition, stage, &[region], now));
        found.extend(alarms(pipeline, stage));
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
    if active.is_some_and(|attempt| attempt.release == candidate.release) {
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
        found.extend(before.map(|before| {
            Blocker {
                id: BlockerId("not-approved".to_owned()),
                kind: BlockerKind::NotApproved,
                since: pipeline
                    .releases
                    .get(candidate.release)
                    .map_or(pipeline.at, |r| r.cut),
                region: None,
                why: format!("{} has not passed {before}", candidate.release),
                clears: Clears::When(format!("{before} approves it")),
                passage: Passage::Nobody,
                overridden: None,
            }
        }));
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

/// Changes of the batch that nobody but the author reviewed.
fn review(pipeline: &Pipeline, definition: &Definition, release: ReleaseId) -> Option<Blocker> {
    let rule = definition.source.review.as_ref()?;
    let release = pipeline.releases.get(release)?;
    let lacking: Vec<_> = release
        .changes
        .iter()
        .filter(|change| {
            let counts =
                |by: &&crate::model::Person| !(rule.not_author && by.same_as(&change.author));
            change.reviewers.iter().find(counts).is_none()
        })
        .collect();
    let first = lacking.first()?;
    let more = if lacking.len() > 1 {
        format!(" and {} more", lacking.len() - 1)
    } else {
        String::new()
    };
    Some(Blocker {
        id: BlockerId("review".to_owned()),
        kind: BlockerKind::Review,
        since: release.cut,
        region: None,
        why: format!(
            "{} by {} has no {} by another person{more}",
            first.sha.short(),
            first.author.name,
            rule.trailer
        ),
        clears: Clears::When("a reviewed history is pushed".to_owned()),
        passage: Passage::Override,
        overridden: None,
    })
}

/// Quarantine, rejection and holds.
fn guards(pipeline: &Pipeline, org: &Org, now: Time, candidate: Candidate<'_>) -> Vec<Blocker> {
    let mut found = Vec::new();
    if let Some(entry) = pipeline.quarantined(candidate.release) {
        found.push(Blocker {
            id: BlockerId("quarantine".to_owned()),
            kind: BlockerKind::Quarantine,
            since: entry.at,
            region: None,
            why: format!(
                "{} carries {}, rolled back with {}: {}",
                candidate.release,
                entry.change.short(),
                entry.release,
                entry.why
            ),
            clears: Clears::When("a release without it, or with its revert, comes".to_owned()),
            passage: Passage::Lift,
            overridden: None,
        });
    }
    let rejected = |state: &crate::model::StageState| state.rejected.contains(&candidate.release);
    if pipeline.stage(candidate.stage).is_some_and(rejected) {
        found.push(Blocker {
            id: BlockerId("rejected".to_owned()),
            kind: BlockerKind::Rejected,
            since: pipeline.at,
            region: None,
            why: format!("{} was rejected here, which is final", candidate.release),
            clears: Clears::When("a newer release comes".to_owned()),
            passage: Passage::Nobody,
            overridden: None,
        });
    }
    let own = pipeline.guards.holds.values().filter(|hold| {
        let reaches = match &hold.scope {
            HoldScope::Stage(stage) => stage == candidate.stage,
            HoldScope::Pipeline => true,
            HoldScope::Service(_) | HoldScope::Organization => false,
        };
        reaches && hold.is_active(now)
    });
    found.extend(own.map(|hold| held("hold", hold)));
    if let Some(definition) = &pipeline.definition {
        found.extend(
            org.holds_on(&definition.service, now)
                .map(|hold| held("org-hold", hold)),
        );
    }
    found
}

fn held(prefix: &str, hold: &Hold) -> Blocker {
    let scope = match &hold.scope {
        HoldScope::Stage(stage) => format!("stage {stage}"),
        HoldScope::Pipeline => "the pipeline".to_owned(),
        HoldScope::Service(service) => format!("service {service}"),
        HoldScope::Organization => "the whole organization".to_owned(),
    };
    Blocker {
        id: BlockerId(format!("{prefix}/{}", hold.id)),
        kind: BlockerKind::Hold,
        since: hold.at,
        region: None,
        why: format!("{} holds {scope}: {}", hold.by, hold.reason),
        clears: hold
            .expires
            .map_or_else(|| Clears::When("it is lifted".to_owned()), Clears::At),
        passage: Passage::Lift,
        overridden: None,
    }
}

/// Closed windows, one blocker per window and distinct moment of closing.
fn windows(definition: &Definition, stage: &Stage, regions: &[&Region], now: Time) -> Vec<Blocker> {
    let mut found: Vec<Blocker> = Vec::new();
    for window in stage
        .windows
        .iter()
        .filter_map(|name| definition.window(name))
    {
        for region in regions {
            let Some(closed) = closed(window, region, now) else {
                continue;
            };
            let known = |b: &Blocker| b.id == closed.id && b.since == closed.since;
            if !found.iter().any(known) {
                found.push(closed);
            }
        }
    }
    found
}

/// The window as a blocker, when it is closed in the region's time zone. Deny beats allow.
fn closed(window: &Window, region: &Region, now: Time) -> Option<Blocker> {
    let zone = region.time_zone;
    let denied = window.deny.as_ref().filter(|deny| deny.is_open(now, zone));
    let outside = window
        .allow
        .as_ref()
        .filter(|allow| !allow.is_open(now, zone));
    let (rule, text) = match (denied, outside) {
        (Some(deny), _) => (deny, format!("denies {deny}")),
        (None, Some(allow)) => (allow, format!("allows {allow}")),
        (None, None) => return None,
    };
    let next = rule.next_change(now, zone);
    Some(Blocker {
        id: BlockerId(format!("window/{}", window.name)),
        kind: BlockerKind::Window,
        since: rule.unchanged_since(now, zone),
        region: Some(region.name.clone()),
        why: format!("window {} {text} ({zone})", window.name),
        clears: next.map_or_else(
            || Clears::When("its rule is changed".to_owned()),
            Clears::At,
        ),
        passage: Passage::Override,
        overridden: None,
    })
}

/// Alarms of the stage that fire or have no data.
fn alarms(pipeline: &Pipeline, stage: &Stage) -> Vec<Blocker> {
    let unread = AlarmState {
        level: AlarmLevel::NoData,
        since: pipeline.at,
        value: None,
        why: "not read yet".to_owned(),
    };
    let blocking = stage.alarms.iter().filter_map(|alarm| {
        let state = pipeline.alarms.get(alarm).unwrap_or(&unread);
        let (kind, why, clears) = match state.level {
            AlarmLevel::Ok => return None,
            AlarmLevel::Firing => {
                let value = state
                    .value
                    .map(|value| format!(" at {value}"))
                    .unwrap_or_default();
                (
                    BlockerKind::Alarm,
                    format!("alarm {alarm} fires{value}"),
                    "the alarm clears",
                )
            }
            AlarmLevel::NoData => {
                let why = format!("alarm {alarm} has no data: {}", state.why);
                (
                    BlockerKind::NoData,
                    why,
                    "its source answers with enough data",
                )
            }
        };
        Some(Blocker {
            id: BlockerId(format!("alarm/{alarm}")),
            kind,
            since: state.since,
            region: None,
            why,
            clears: Clears::When(clears.to_owned()),
            passage: Passage::Override,
            overridden: None,
        })
    });
    blocking.collect()
}

fn mark_overridden(
    pipeline: &Pipeline,
    candidate: Candidate<'_>,
    now: Time,
    found: &mut [Blocker],
) {
    for blocker in found.iter_mut().filter(|b| b.passage == Passage::Override) {
        let covering = pipeline.guards.overrides.values().find(|given| {
            let entry = (candidate.stage, candidate.release);
            given.covers(entry, (&blocker.id, blocker.since), now)
        });
        blocker.overridden = covering.map(|given| given.id);
    }
}
