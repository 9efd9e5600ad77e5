//! A column of the board with its facts: what runs there, what is on its way in, how far, what it
//! waits for and who may help.

use crate::{
    model::{
        Actor, AlarmLevel, AlarmName, Attempt, Bake, BakeState, Blocker, Change, Gate, GateState,
        Org, Pipeline, ReleaseId, Span, StageName, StageView, Status, Time, tally,
    },
    tui::query::{AlarmCount, LaneRow, count, lane_rows},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card<'a> {
    pub view: StageView,
    /// Releases that run there with how many targets each; none is nothing certain.
    pub running: Vec<(Option<ReleaseId>, usize)>,
    /// The release that waits to enter.
    pub next: Option<ReleaseId>,
    /// Older ones that wait, oldest first: they go in inside its batch.
    pub inside: Vec<ReleaseId>,
    /// Targets done and in all, of the attempt under way.
    pub deploy: Option<(usize, usize)>,
    /// The regions of the attempt under way.
    pub lanes: Vec<LaneRow>,
    pub baking: Option<Baking>,
    /// Whether an alarm that fires takes the release back.
    pub armed: bool,
    /// Tests and bakes of the approval workflow, in the build stage the checks.
    pub gates: Vec<GateRow<'a>>,
    pub alarms: AlarmCount,
    /// Alarms that fire or have no data, with since when.
    pub troubled: Vec<(&'a AlarmName, AlarmLevel, Time)>,
    pub blockers: Vec<Blocker>,
    pub request: Option<Request<'a>>,
    pub source: Option<Source<'a>>,
    /// Since when the build runs.
    pub building: Option<Time>,
    /// Ended attempts, newest first: release, how it ended, when, how long it took.
    pub past: Vec<(ReleaseId, &'a str, Time, Span)>,
}

/// A bake under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baking {
    pub healthy: Span,
    pub wanted: Span,
    pub points: u64,
    pub points_wanted: u64,
    /// Why nothing counts now.
    pub paused: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow<'a> {
    pub name: &'a str,
    pub kind: &'static str,
    pub status: Status,
    /// Why it failed.
    pub why: &'a str,
}

/// A request for approval that people have not answered in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    pub name: &'a str,
    pub from: String,
    pub members: &'a [Actor],
    pub given: usize,
    pub wanted: u32,
    /// When it passes, once enough people have approved; until then they can undo.
    pub takes_effect: Option<Time>,
    pub since: Time,
    pub not_author: bool,
    pub changes: Vec<&'a Change>,
}

/// The branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source<'a> {
    pub repository: &'a str,
    pub branch: &'a str,
    pub newest: Option<&'a Change>,
    pub moved: Option<Time>,
    /// The newest releases.
    pub releases: Vec<(ReleaseId, &'a str)>,
}

/// The card of a column, but for its blockers, which need more than the pipeline to know. The view
/// comes from `board`, which is asked once for all columns.
pub fn card<'a>(pipeline: &'a Pipeline, org: &'a Org, view: StageView) -> Card<'a> {
    let state = pipeline.stage(&view.stage);
    let attempt = state.and_then(|state| state.attempt.as_ref());
    let active = attempt.filter(|attempt| attempt.is_active());
    let definition = pipeline.definition.as_deref();
    let stage =
        definition.and_then(|definition| Some((definition, definition.stage(&view.stage)?)));
    let alarms = stage.map(|(definition, stage)| definition.alarms_of(stage));
    let alarms: Vec<&AlarmName> = alarms.iter().flatten().map(|alarm| &alarm.name).collect();
    let next = state
        .and_then(|state| state.waiting.last())
        .map(|(release, _)| *release);
    let waiting = state.map_or(&[][..], |state| &state.waiting);
    let older = &waiting[..waiting.len().saturating_sub(1)];
    Card {
        inside: older.iter().map(|(release, _)| *release).collect(),
        lanes: active.map_or_else(Vec::new, |_| lane_rows(pipeline, &view.stage)),
        armed: !alarms.is_empty() && active.is_some_and(Attempt::is_armed),
        running: running(pipeline, &view.stage),
        next,
        deploy: active.map(Attempt::done).filter(|(_, total)| *total > 0),
        baking: active
            .and_then(|active| active.bakes.iter().find(|b| !b.is_finished()))
            .map(baking),
        gates: attempt.map(gate_rows).unwrap_or_default(),
        alarms: count(pipeline, &alarms),
        troubled: troubled(pipeline, &alarms),
        blockers: Vec::new(),
        request: active.and_then(|active| request(pipeline, org, active)),
        source: (view.stage == StageName::source())
            .then(|| source(pipeline))
            .flatten(),
        building: active
            .filter(|active| active.building.is_some())
            .map(|active| active.started),
        past: state.map_or_else(Vec::new, |state| past(&state.past)),
        view,
    }
}

/// What runs on the targets of a stage, newest first. A target that no deployment has reached yet
/// is left out: nothing about it is uncertain.
fn running(pipeline: &Pipeline, stage: &StageName) -> Vec<(Option<ReleaseId>, usize)> {
    let here = pipeline.targets.values();
    let untouched = here
        .filter(|t| t.stage.as_ref() == Some(stage) && t.epoch == 0)
        .count();
    let counts = pipeline.running(stage).into_iter().rev();
    counts
        .map(|(release, n)| match release {
            Some(_) => (release, n),
            None => (None, n.saturating_sub(untouched)),
        })
        .filter(|(_, n)| *n > 0)
        .collect()
}

/// Alarms that are not OK, firing ones first.
fn troubled<'a>(
    pipeline: &'a Pipeline,
    alarms: &[&'a AlarmName],
) -> Vec<(&'a AlarmName, AlarmLevel, Time)> {
    let states = alarms
        .iter()
        .filter_map(|alarm| Some((*alarm, pipeline.alarms.get(*alarm)?)));
    let mut found: Vec<_> = states
        .filter(|(_, state)| state.level != AlarmLevel::Ok)
        .map(|(alarm, state)| (alarm, state.level, state.since))
        .collect();
    found.sort_by_key(|(_, level, since)| (*level == AlarmLevel::NoData, *since));
    found
}

pub(super) fn baking(bake: &Bake) -> Baking {
    let paused = match &bake.state {
        BakeState::Paused { why, .. } => Some(why.clone()),
        BakeState::Counting | BakeState::Finished { .. } => None,
    };
    Baking {
        healthy: bake.healthy,
        wanted: bake.rule.time,
        points: bake.points,
        points_wanted: bake.rule.points,
        paused,
    }
}

pub fn gate_rows(attempt: &Attempt) -> Vec<GateRow<'_>> {
    let rows = attempt.gates.iter().map(|gate| {
        let (name, kind) = match &gate.gate {
            Gate::Test(test) => (test.name.as_str(), "test"),
            Gate::Bake(_) => ("", "bake"),
            Gate::Manual(manual) => (manual.name.as_str(), "approval"),
            Gate::Coverage(_) => ("", "coverage"),
        };
        let (status, why) = match &gate.state {
            GateState::Waiting => (Status::NotYet, ""),
            GateState::Running { .. } => (Status::Run, ""),
            GateState::Baking => (Status::Bake, ""),
            GateState::Asked { .. } => (Status::Approve, ""),
            GateState::Passed { .. } => (Status::Ok, ""),
            GateState::Failed { why, .. } => (Status::Fail, why.as_str()),
        };
        GateRow {
            name,
            kind,
            status,
            why,
        }
    });
    rows.collect()
}

fn request<'a>(pipeline: &'a Pipeline, org: &'a Org, attempt: &'a Attempt) -> Option<Request<'a>> {
    let open = tally(pipeline, attempt)?;
    let manual = open.manual;
    let group = manual.from.as_ref();
    let members = group.and_then(|group| org.groups.get(group));
    Some(Request {
        name: &manual.name,
        from: group.map_or_else(|| "anybody".to_owned(), ToString::to_string),
        members: members.map_or(&[], Vec::as_slice),
        given: open.counted.len(),
        wanted: manual.count,
        takes_effect: open.takes_effect(),
        since: open.since,
        not_author: manual.not_author,
        changes: new_changes(pipeline, attempt.release),
    })
}

/// What a release brings to production: its changes since the newest release that is there.
fn new_changes(pipeline: &Pipeline, release: ReleaseId) -> Vec<&Change> {
    let definition = pipeline.definition.as_deref();
    let production = definition
        .into_iter()
        .flat_map(|definition| &definition.stages);
    let there = production
        .filter(|stage| stage.phase == crate::model::Phase::Production)
        .filter_map(|stage| pipeline.running(&stage.name).into_keys().flatten().max())
        .filter(|there| *there < release)
        .max();
    pipeline.releases.changes_since(release, there)
}

fn source(pipeline: &Pipeline) -> Option<Source<'_>> {
    let definition = pipeline.definition.as_deref()?;
    let newest = pipeline.releases.newest();
    let releases = pipeline.releases.0.values().rev().take(8);
    Some(Source {
        repository: &definition.source.repository,
        branch: &definition.source.branch,
        newest: newest.and_then(|release| release.changes.last()),
        moved: pipeline.source.moved,
        releases: releases
            .map(|release| (release.id, release.sha.short()))
            .collect(),
    })
}

fn past(past: &[crate::model::PastAttempt]) -> Vec<(ReleaseId, &str, Time, Span)> {
    let rows = past.iter();
    rows.map(|a| {
        (
            a.release,
            a.word.as_str(),
            a.ended,
            a.ended.since(a.started),
        )
    })
    .collect()
}
