//! What one release is made of and what became of it: its changes, what tested it, where it runs,
//! what its artifact is, when it went through each stage, and what taking it back would mean.

use crate::{
    model::{
        AttemptState, Change, Entry, Fact, GateState, Org, Phase, Pipeline, Release, ReleaseId,
        Span, StageName, StageView, Status, Time, board,
    },
    tui::{
        query::{
            card::{Baking, baking},
            events::{EventRow, event},
        },
        screen::EventKinds,
    },
};
use std::cmp::Reverse;

/// A change with the release in whose batch it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRow<'a> {
    pub change: &'a Change,
    pub from: ReleaseId,
}

/// One gate that a release went through or is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRow {
    pub stage: StageName,
    pub what: String,
    pub status: Status,
    /// Why it failed, since when it asks.
    pub note: String,
    /// How long it took when it last went well.
    pub took: Option<Span>,
}

/// One stage, as a release sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    pub stage: StageName,
    /// How many of the stage's targets run it, of how many.
    pub runs_it: (usize, usize),
    /// What else runs there, with how many targets.
    pub others: Vec<(Option<ReleaseId>, usize)>,
}

/// One attempt of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripRow {
    pub stage: StageName,
    pub started: Time,
    pub ended: Option<Time>,
    pub word: String,
}

/// What changes if a release takes the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison<'a> {
    pub with: ReleaseId,
    pub come: Vec<&'a Change>,
    pub go: Vec<&'a Change>,
}

/// The column that a release is in: where it is under way, else where most is said about it, else
/// the last that it reached; none when the board is about other releases alone.
pub fn column(pipeline: &Pipeline, id: ReleaseId, (org, now): (&Org, Time)) -> Option<StageView> {
    let under_way = |view: &StageView| {
        let attempt = pipeline.stage(&view.stage)?.attempt.as_ref()?;
        Some(attempt.release == id && attempt.is_active())
    };
    let views = board(pipeline, org, now).into_iter().enumerate();
    let own = views.filter(|(_, view)| view.release == Some(id));
    let nearest = own.min_by_key(|(at, view)| {
        let idle = under_way(view) != Some(true);
        (idle, view.status, Reverse(*at))
    });
    nearest.map(|(_, view)| view)
}

/// The bakes of its attempts that are the newest of their stage, as far as they are.
pub fn bake_rows(pipeline: &Pipeline, id: ReleaseId) -> Vec<(StageName, Baking)> {
    let mut rows = Vec::new();
    for stage in pipeline.columns() {
        let attempt = pipeline.stage(&stage).and_then(|s| s.attempt.as_ref());
        let own = attempt.filter(|a| a.release == id && !a.is_rollback());
        // Of several places that bake, the one that has the longest way to go.
        let bakes = own.map_or(&[][..], |attempt| &attempt.bakes).iter();
        let slowest = bakes.min_by_key(|bake| bake.healthy);
        rows.extend(slowest.map(|bake| (stage, baking(bake))));
    }
    rows
}

/// The changes that it brings since the last release that was built, newest first.
pub fn change_rows(pipeline: &Pipeline, id: ReleaseId) -> Vec<ChangeRow<'_>> {
    let (brought, _) = pipeline.brings(&StageName::build(), id);
    let batches = pipeline.releases.lineage(id);
    let rows = batches.flat_map(|release| {
        let changes = release.changes.iter().rev();
        changes.map(move |change| ChangeRow {
            change,
            from: release.id,
        })
    });
    let wanted = brought.len();
    rows.filter(|row| brought.iter().any(|brought| brought.sha == row.change.sha))
        .take(wanted)
        .collect()
}

pub fn test_rows(pipeline: &Pipeline, id: ReleaseId) -> Vec<TestRow> {
    let mut rows = Vec::new();
    for stage in pipeline.columns() {
        let Some(state) = pipeline.stage(&stage) else {
            continue;
        };
        let attempt = state.attempt.as_ref();
        let own = attempt.filter(|a| a.release == id && !a.is_rollback());
        for gate in own.map_or(&[][..], |attempt| &attempt.gates) {
            let title = gate.gate.title();
            let name = title
                .split_once(' ')
                .map_or(title.as_str(), |(_, name)| name);
            let (status, note) = gate_words(&gate.state);
            rows.push(TestRow {
                stage: stage.clone(),
                status,
                note,
                took: state.took.get(name).copied(),
                what: title,
            });
        }
    }
    rows
}

fn gate_words(state: &GateState) -> (Status, String) {
    match state {
        GateState::Waiting => (Status::NotYet, String::new()),
        GateState::Running { since, .. } => (Status::Run, format!("since {since}")),
        GateState::Baking => (Status::Bake, String::new()),
        GateState::Asked { since, approvals } => {
            let given: Vec<&str> = approvals.iter().map(|a| a.by.as_str()).collect();
            let given = match given.len() {
                0 => String::new(),
                _ => format!(", so far {}", given.join(" ")),
            };
            (Status::Approve, format!("asked {since}{given}"))
        }
        GateState::Passed { at } => (Status::Ok, format!("passed {at}")),
        GateState::Failed { why, .. } => (Status::Fail, why.clone()),
    }
}

pub fn place_rows(pipeline: &Pipeline, id: ReleaseId) -> Vec<PlaceRow> {
    let stages = pipeline.definition.iter().flat_map(|d| &d.stages);
    stages
        .map(|stage| {
            let mut running = pipeline.running(&stage.name);
            let own = running.remove(&Some(id)).unwrap_or(0);
            let all = own + running.values().sum::<usize>();
            PlaceRow {
                stage: stage.name.clone(),
                runs_it: (own, all),
                others: running.into_iter().collect(),
            }
        })
        .collect()
}

/// When it was cut and what its attempts came to, oldest first.
pub fn trip_rows(pipeline: &Pipeline, release: &Release) -> Vec<TripRow> {
    let mut rows = vec![TripRow {
        stage: StageName::source(),
        started: release.cut,
        ended: Some(release.cut),
        word: "cut".to_owned(),
    }];
    for (stage, state) in &pipeline.stages {
        let past = state.past.iter().filter(|past| past.release == release.id);
        rows.extend(past.map(|past| TripRow {
            stage: stage.clone(),
            started: past.started,
            ended: Some(past.ended),
            word: if past.rollback {
                format!("rollback {}", past.word)
            } else {
                past.word.clone()
            },
        }));
        let newest = state.attempt.iter().filter(|a| a.release == release.id);
        rows.extend(newest.map(|attempt| TripRow {
            stage: stage.clone(),
            started: attempt.started,
            ended: attempt.ended(),
            word: if attempt.is_rollback() {
                format!("rollback {}", attempt.state.word())
            } else {
                attempt.state.word().to_owned()
            },
        }));
    }
    rows.sort_by_key(|row| row.started);
    rows
}

/// What people decided about it, and what stopped it, oldest first.
pub fn decisions<'a>(
    pipeline: &Pipeline,
    entries: impl IntoIterator<Item = &'a Entry, IntoIter: DoubleEndedIterator + Clone>,
    id: ReleaseId,
) -> Vec<EventRow> {
    let entries = entries.into_iter();
    let about = |entry: &&Entry| {
        let attempt = entry.fact.attempt();
        let place = attempt.and_then(|attempt| pipeline.place_of(attempt));
        place.is_some_and(|(_, release)| release == id) || names(&entry.fact, id)
    };
    let decides = |entry: &&Entry| {
        let kind = entry.fact.told().kind;
        EventKinds::People.shows(kind) || EventKinds::Stops.shows(kind)
    };
    let found = entries.clone().filter(about).filter(decides);
    let rows = found.map(|entry| event(pipeline, entries.clone(), entry));
    rows.collect()
}

/// Whether a fact that is about no attempt names the release.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others name no release, or an attempt of it"
)]
fn names(fact: &Fact, id: ReleaseId) -> bool {
    match fact {
        Fact::Overridden { release, .. }
        | Fact::Quarantined { release, .. }
        | Fact::QuarantineLifted { release, .. }
        | Fact::TicketOpened { release, .. } => *release == id,
        _ => false,
    }
}

/// When its build passed.
pub fn built(pipeline: &Pipeline, id: ReleaseId) -> Option<Time> {
    let state = pipeline.stage(&StageName::build())?;
    let attempt = state.attempt.as_ref().filter(|a| a.release == id);
    let newest = attempt.and_then(|attempt| match attempt.state {
        AttemptState::Passed { at } => Some(at),
        AttemptState::Deploying
        | AttemptState::Approving
        | AttemptState::Paused { .. }
        | AttemptState::Failed { .. }
        | AttemptState::RolledBack { .. }
        | AttemptState::Preempted { .. }
        | AttemptState::Withdrawn { .. } => None,
    });
    let past = state.past.iter().find(|past| past.release == id);
    newest.or(past.map(|past| past.ended))
}

/// What runs in a stage, compared with a release.
pub fn comparison<'a>(
    pipeline: &'a Pipeline,
    id: ReleaseId,
    stage: &StageName,
) -> Option<Comparison<'a>> {
    let running = pipeline.running(stage).into_iter();
    let most = running.max_by_key(|(_, targets)| *targets);
    let with = most.and_then(|(release, _)| release)?;
    Some(Comparison {
        with,
        come: pipeline.releases.changes_since(id, Some(with)),
        go: pipeline.releases.changes_since(with, Some(id)),
    })
}

/// What taking it back would mean: for how many production targets there is a good release whose
/// artifact is kept, and which of its changes say that going back does not undo them.
pub fn safety(pipeline: &Pipeline, id: ReleaseId) -> (usize, usize, Vec<&Change>) {
    let stages = pipeline.definition.iter().flat_map(|d| &d.stages);
    let production: Vec<&StageName> = stages
        .filter(|stage| stage.phase == Phase::Production)
        .map(|stage| &stage.name)
        .collect();
    let retained = pipeline.retained();
    let kept = |release: ReleaseId| {
        let artifact = pipeline
            .releases
            .get(release)
            .and_then(|r| r.artifact.as_ref());
        artifact.is_some_and(|artifact| retained.contains(&artifact.digest))
    };
    let targets = pipeline.targets.values();
    let targets: Vec<_> = targets
        .filter(|target| {
            target
                .stage
                .as_ref()
                .is_some_and(|s| production.contains(&s))
        })
        .collect();
    let safe = targets.iter().filter(|target| {
        let mut good = target.good.iter();
        good.any(|good| good.release != id && kept(good.release))
    });
    let changes = change_rows(pipeline, id).into_iter().map(|row| row.change);
    (
        safe.count(),
        targets.len(),
        changes.filter(|c| c.one_way).collect(),
    )
}

/// Releases in trouble somewhere whose changes are in it and not reverted since: `contains r3's
/// changes; r3 is ALARM in wave-1`.
pub fn containment(pipeline: &Pipeline, id: ReleaseId, (org, now): (&Org, Time)) -> Vec<String> {
    let views = board(pipeline, org, now).into_iter();
    let troubled = views.filter_map(|view| {
        let release = view.release.filter(|release| *release != id)?;
        let trouble = matches!(view.status, Status::Alarm | Status::Fail | Status::Rollback);
        let changes = pipeline.releases.get(release).into_iter();
        let mut changes = changes.flat_map(|release| &release.changes);
        let inside = changes.any(|change| pipeline.releases.carries(id, &change.sha));
        (trouble && inside).then(|| {
            let word = view.status.word();
            format!(
                "contains {release}'s changes; {release} is {word} in {}",
                view.stage
            )
        })
    });
    let held = pipeline.quarantined(id);
    let held = held.map(|held| format!("in quarantine for {}: {}", held.culprit, held.why));
    troubled.chain(held).collect()
}
