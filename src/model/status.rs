//! The words of the board: what state a stage, and so a pipeline, is in, most urgent first
//! (DESIGN.md 3, UX.md "Glyphs"). Pure questions about the folded state.

use crate::model::{
    AlarmLevel, Attempt, AttemptState, Bake, BakeState, Blocker, BlockerKind, Candidate, Org, Part,
    Pipeline, Progress, Purpose, ReleaseId, StageName, Time, blockers, tally,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// In order of urgency: the smallest needs a human most.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Alarm,
    Fail,
    Approve,
    Rollback,
    Blocked,
    Held,
    NoData,
    Partial,
    Run,
    Bake,
    Ok,
    NotYet,
    Superseded,
}

impl Status {
    pub const ALL: [Status; 13] = [
        Status::Alarm,
        Status::Fail,
        Status::Approve,
        Status::Rollback,
        Status::Blocked,
        Status::Held,
        Status::NoData,
        Status::Partial,
        Status::Run,
        Status::Bake,
        Status::Ok,
        Status::NotYet,
        Status::Superseded,
    ];

    /// Whether nothing is under way, and nothing is wanted.
    pub fn is_at_rest(self) -> bool {
        matches!(self, Status::Ok | Status::NotYet | Status::Superseded)
    }

    pub fn word(self) -> &'static str {
        match self {
            Status::Alarm => "ALARM",
            Status::Fail => "FAIL",
            Status::Approve => "APPROVE",
            Status::Rollback => "ROLLBACK",
            Status::Blocked => "BLOCKED",
            Status::Held => "HELD",
            Status::NoData => "NO DATA",
            Status::Partial => "PARTIAL",
            Status::Run => "RUN",
            Status::Bake => "BAKE",
            Status::Ok => "OK",
            Status::NotYet => "NOT YET",
            Status::Superseded => "SUPERSEDED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a stage shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageView {
    pub stage: StageName,
    pub status: Status,
    /// The release the status is about: in the stage, waiting for it, or running there.
    pub release: Option<ReleaseId>,
    pub since: Option<Time>,
    /// One line: what is going on, or why nothing is.
    pub why: String,
}

/// What every column of the board shows, in order.
pub fn board(pipeline: &Pipeline, org: &Org, now: Time) -> Vec<StageView> {
    let columns = pipeline.columns();
    let views = columns
        .iter()
        .map(|stage| stage_view(pipeline, org, now, stage));
    views.collect()
}

fn stage_view(pipeline: &Pipeline, org: &Org, now: Time, stage: &StageName) -> StageView {
    let view = |status, release, since, why: String| StageView {
        stage: stage.clone(),
        status,
        release,
        since,
        why,
    };
    if *stage == StageName::source() {
        return source_view(pipeline, view);
    }
    let Some(state) = pipeline.stage(stage) else {
        return view(Status::NotYet, None, None, String::new());
    };
    if let Some(attempt) = state.attempt.as_ref().filter(|attempt| attempt.is_active()) {
        let (status, why) = attempt_view(pipeline, org, now, attempt);
        return view(status, Some(attempt.release), Some(attempt.started), why);
    }
    if let Some(&(release, since)) = state.waiting.last() {
        let standing = blockers(pipeline, org, now, Candidate { stage, release });
        let worst = standing
            .iter()
            .filter(|b| b.blocks())
            .min_by_key(|b| b.kind);
        if let Some(worst) = worst {
            let status = worst.kind.status();
            return view(status, Some(release), Some(since), worst.why.clone());
        }
    }
    let firing = firing(pipeline, stage);
    match (&state.attempt, firing) {
        (_, Some((why, since))) => view(Status::Alarm, current(pipeline, stage), Some(since), why),
        (Some(attempt), None) => ended_view(pipeline, attempt, view),
        (None, None) => idle_view(pipeline, stage, view),
    }
}

fn source_view(
    pipeline: &Pipeline,
    view: impl Fn(Status, Option<ReleaseId>, Option<Time>, String) -> StageView,
) -> StageView {
    let newest = pipeline.releases.newest();
    match (pipeline.source_trouble(), newest) {
        (Some((name, since, why)), _) => {
            let of = name.map_or_else(String::new, |name| format!("{name}: "));
            view(
                Status::NoData,
                newest.map(|r| r.id),
                Some(since),
                format!("{of}{why}"),
            )
        }
        (None, Some(release)) => {
            let title = release
                .changes
                .last()
                .map(|c| c.title.clone())
                .unwrap_or_default();
            view(Status::Ok, Some(release.id), Some(release.cut), title)
        }
        (None, None) => view(Status::NotYet, None, None, "no change seen yet".to_owned()),
    }
}

/// The first alarm of a stage that fires.
fn firing(pipeline: &Pipeline, stage: &StageName) -> Option<(String, Time)> {
    let attempt = pipeline.stage(stage).and_then(|s| s.attempt.as_ref());
    let under_way = attempt.filter(|attempt| attempt.is_active());
    pipeline.alarms_of(stage).iter().find_map(|alarm| {
        let state = pipeline.alarms.get(alarm)?;
        let value = state
            .value
            .map(|value| format!(" at {value}"))
            .unwrap_or_default();
        // Rule 8: the screen says so.
        let known = under_way.is_some_and(|attempt| attempt.knows(alarm, state));
        let known = if known { ", as was known" } else { "" };
        (state.level == AlarmLevel::Firing)
            .then(|| (format!("alarm {alarm} fires{value}{known}"), state.since))
    })
}

fn attempt_view(pipeline: &Pipeline, org: &Org, now: Time, attempt: &Attempt) -> (Status, String) {
    let (done, total) = attempt.done();
    let lost = attempt
        .progress
        .iter()
        .find_map(|(target, progress)| match progress {
            Progress::Unknown { why, .. } => Some(format!("{target}: {why}")),
            Progress::Waiting
            | Progress::Running { .. }
            | Progress::Done { .. }
            | Progress::Failed { .. }
            | Progress::Skipped { .. } => None,
        });
    if let AttemptState::Paused { why, .. } = &attempt.state {
        return (Status::Fail, format!("paused: {why}"));
    }
    if attempt.is_rollback() {
        return (
            Status::Rollback,
            format!(
                "rolling back {}: {done} of {total} targets",
                attempt.release
            ),
        );
    }
    if let Some((why, _)) = firing(pipeline, &attempt.stage) {
        return (Status::Alarm, why);
    }
    if let Some(why) = lost {
        return (Status::NoData, why);
    }
    if let Some(request) = tally(pipeline, attempt) {
        // Once it is approved nothing is wanted of anybody.
        let status = if request.takes_effect().is_some() {
            Status::Run
        } else {
            Status::Approve
        };
        return (status, request.words());
    }
    if let Some(bake) = attempt.bakes.iter().find(|bake| !bake.is_finished()) {
        let (status, words) = bake_view(bake);
        return match attempt.weight_at(bake.place) {
            Some(weight) => (status, format!("at {weight}%, {words}")),
            None => (status, words),
        };
    }
    if let Some(stuck) = stuck_view(pipeline, org, now, attempt) {
        return stuck;
    }
    if attempt.building.is_some() {
        return (Status::Run, format!("building {}", attempt.release));
    }
    let gates = attempt.current_gates();
    if attempt.state == AttemptState::Approving && !gates.is_empty() {
        let titles: Vec<String> = gates.iter().map(|(_, gate)| gate.gate.title()).collect();
        return (Status::Run, titles.join(", "));
    }
    (Status::Run, part_words(attempt, done, total))
}

/// How far a deployment is; while it goes on in parts, with which of them.
fn part_words(attempt: &Attempt, done: usize, total: usize) -> String {
    let targets = format!("{done} of {total} targets");
    match attempt.part() {
        Some(Part::Install) => format!("installing beside, {targets}"),
        Some(Part::Test) => format!("testing beside, {targets}"),
        Some(Part::Switch) => format!("switching, {targets}"),
        Some(Part::Shift(weight)) => format!("shifting {weight}%, {targets}"),
        Some(Part::Deploy) | None => targets,
    }
}

/// A deployment under way of which no target may start at this moment.
fn stuck_view(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    attempt: &Attempt,
) -> Option<(Status, String)> {
    let any = |wanted: fn(&Progress) -> bool| attempt.progress.values().any(wanted);
    let running = any(|progress| matches!(progress, Progress::Running { .. }));
    let waiting = any(|progress| matches!(progress, Progress::Waiting));
    if running || !waiting {
        return None;
    }
    let candidate = Candidate {
        stage: &attempt.stage,
        release: attempt.release,
    };
    let standing = blockers(pipeline, org, now, candidate);
    let worst = standing
        .into_iter()
        .filter(Blocker::blocks)
        .min_by_key(|b| b.kind)?;
    let (done, total) = attempt.done();
    Some((
        worst.kind.status(),
        format!("{done} of {total} targets, then {}", worst.why),
    ))
}

fn bake_view(bake: &Bake) -> (Status, String) {
    match &bake.state {
        BakeState::Paused { why, .. } => (Status::NoData, format!("bake paused: {why}")),
        BakeState::Counting | BakeState::Finished { .. } => {
            let points = if bake.rule.points > 0 {
                format!(", {}/{} points", bake.points, bake.rule.points)
            } else {
                String::new()
            };
            let text = format!(
                "bake {}/{}{points}",
                bake.healthy.short(),
                bake.rule.time.short()
            );
            (Status::Bake, text)
        }
    }
}

fn ended_view(
    pipeline: &Pipeline,
    attempt: &Attempt,
    view: impl Fn(Status, Option<ReleaseId>, Option<Time>, String) -> StageView,
) -> StageView {
    let release = Some(attempt.release);
    match &attempt.state {
        AttemptState::Failed { at, why } => view(Status::Fail, release, Some(*at), why.clone()),
        AttemptState::Withdrawn { at, why }
            if attempt.progress.is_empty() && attempt.purpose == Purpose::Forward =>
        {
            view(Status::Superseded, release, Some(*at), why.clone())
        }
        AttemptState::RolledBack { at } => {
            let now = current(pipeline, &attempt.stage);
            let text = format!("{} was rolled back", attempt.release);
            view(mixed(pipeline, &attempt.stage), now, Some(*at), text)
        }
        AttemptState::Withdrawn { at, why } => view(
            mixed(pipeline, &attempt.stage),
            release,
            Some(*at),
            why.clone(),
        ),
        AttemptState::Passed { at } | AttemptState::Preempted { at, .. } => view(
            mixed(pipeline, &attempt.stage),
            release,
            Some(*at),
            String::new(),
        ),
        AttemptState::Deploying | AttemptState::Approving | AttemptState::Paused { .. } => {
            view(Status::Run, release, Some(attempt.started), String::new())
        }
    }
}

fn idle_view(
    pipeline: &Pipeline,
    stage: &StageName,
    view: impl Fn(Status, Option<ReleaseId>, Option<Time>, String) -> StageView,
) -> StageView {
    match current(pipeline, stage) {
        Some(release) => view(mixed(pipeline, stage), Some(release), None, String::new()),
        None => view(Status::NotYet, None, None, String::new()),
    }
}

/// The newest release that runs on the stage's targets.
fn current(pipeline: &Pipeline, stage: &StageName) -> Option<ReleaseId> {
    pipeline.running(stage).into_keys().flatten().max()
}

/// OK when every target runs the same release, PARTIAL when they differ (rule 13).
fn mixed(pipeline: &Pipeline, stage: &StageName) -> Status {
    if pipeline.running(stage).len() > 1 {
        Status::Partial
    } else {
        Status::Ok
    }
}

impl BlockerKind {
    /// The status of a stage that is kept from starting by this.
    pub fn status(self) -> Status {
        match self {
            BlockerKind::Alarm => Status::Alarm,
            BlockerKind::NoData => Status::NoData,
            BlockerKind::Hold | BlockerKind::Drain | BlockerKind::Clock => Status::Held,
            BlockerKind::Window
            | BlockerKind::Quota
            | BlockerKind::Quarantine
            | BlockerKind::Rejected
            | BlockerKind::Review
            | BlockerKind::Busy
            | BlockerKind::NotApproved => Status::Blocked,
        }
    }
}
