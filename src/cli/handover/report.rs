//! The report as data, from the same questions as the screens. Pure.

use crate::{
    model::{
        Entry, Fact, Forecast, OnCall, Org, Phase, Pipeline, PipelineName, Purpose, Quarantine,
        ReleaseId, Revision, StageName, StageView, Status, Summary, TeamName, Ticket, Time, board,
    },
    tui::{
        query::{EventRow, Need, Standing, card, event, needs, standing_orders},
        screen::EventKinds,
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What was asked for about one pipeline.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) row: Summary,
    pub(super) pipeline: Pipeline,
    /// What happened in the shift, oldest first.
    pub(super) entries: Vec<Entry>,
    /// None where nothing moves.
    pub(super) forecast: Option<Forecast>,
}

#[derive(Debug, Serialize)]
pub(super) struct Report<'a> {
    pub(super) from: Time,
    pub(super) to: Time,
    /// The state of each pipeline, the most urgent first.
    pub(super) fleet: Vec<Status>,
    /// Of each team of these pipelines that has a rota.
    pub(super) on_call: BTreeMap<TeamName, OnCall<'a>>,
    pub(super) happened: Vec<Story>,
    pub(super) open: Vec<Of<Need>>,
    pub(super) tickets: Vec<Of<Ticket>>,
    pub(super) under_way: Vec<Of<UnderWay>>,
    /// Holds and overrides; those of the organization belong to no pipeline.
    pub(super) in_force: Vec<Of<Standing>>,
    pub(super) quarantines: Vec<Of<Quarantine>>,
    pub(super) next: Vec<Of<Next>>,
    /// What does not move by itself.
    pub(super) waits: Vec<Of<Stuck>>,
}

/// One thing with the pipeline that it is about.
#[derive(Debug, Serialize)]
pub(super) struct Of<T> {
    pub(super) pipeline: Option<PipelineName>,
    #[serde(flatten)]
    pub(super) what: T,
}

/// What happened in one pipeline.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub(super) pipeline: PipelineName,
    pub(super) status: Status,
    pub(super) why: String,
    pub(super) counts: Counts,
    /// What people did, what stopped releases, what failed and what was rolled back.
    pub(super) events: Vec<EventRow>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    pub(super) releases: usize,
    pub(super) production_stages_passed: usize,
    pub(super) failures: usize,
    pub(super) rollbacks: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct UnderWay {
    pub(super) stage: StageName,
    pub(super) release: Option<ReleaseId>,
    pub(super) status: Status,
    pub(super) since: Option<Time>,
    pub(super) progress: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Next {
    pub(super) at: Time,
    pub(super) what: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Stuck {
    pub(super) stage: StageName,
    pub(super) release: ReleaseId,
    pub(super) why: Vec<String>,
}

/// The report of a shift, from and to.
pub(super) fn of<'a>((from, to): (Time, Time), seen: &[Seen], org: &'a Org) -> Report<'a> {
    let mut report = Report {
        from,
        to,
        fleet: seen.iter().map(|seen| seen.row.status).collect(),
        on_call: on_call(seen, org, to),
        happened: seen.iter().filter_map(story).collect(),
        open: Vec::new(),
        tickets: Vec::new(),
        under_way: Vec::new(),
        in_force: each(None, standing_orders(None, org, to)),
        quarantines: Vec::new(),
        next: Vec::new(),
        waits: Vec::new(),
    };
    let shift = to.since(from);
    for Seen {
        row,
        pipeline,
        forecast,
        ..
    } in seen
    {
        let name = Some(&row.pipeline);
        let views = board(pipeline, org, to);
        report.open.extend(each(name, needs(pipeline, &views)));
        let tickets = pipeline.guards.tickets.values();
        let open = tickets.filter(|ticket| ticket.is_open()).cloned();
        report.tickets.extend(each(name, open));
        let moving = views.into_iter();
        let moving = moving.filter_map(|view| under_way(pipeline, org, view));
        report.under_way.extend(each(name, moving));
        report.in_force.extend(each(name, in_force(pipeline, to)));
        let quarantines = pipeline.guards.quarantines().cloned();
        report.quarantines.extend(each(name, quarantines));
        if let Some(forecast) = forecast {
            report.next.extend(each(name, next(forecast, to + shift)));
            report.waits.extend(each(name, waits(forecast)));
        }
    }
    report
        .open
        .sort_by_key(|open| (open.what.status, open.what.since));
    report.next.sort_by_key(|next| next.what.at);
    report
}

/// Who is on call for the teams of these pipelines.
fn on_call<'a>(seen: &[Seen], org: &'a Org, now: Time) -> BTreeMap<TeamName, OnCall<'a>> {
    let teams = seen.iter().map(|seen| &seen.row.owner);
    let found = teams.filter_map(|team| Some((team.clone(), org.on_call(team, now)?)));
    found.collect()
}

fn each<T>(pipeline: Option<&PipelineName>, things: impl IntoIterator<Item = T>) -> Vec<Of<T>> {
    let things = things.into_iter();
    things
        .map(|what| Of {
            pipeline: pipeline.cloned(),
            what,
        })
        .collect()
}

/// None where nothing happened.
fn story(seen: &Seen) -> Option<Story> {
    let told = seen.entries.iter().enumerate();
    let told = told.filter(|(at, entry)| {
        let follows = seen.entries.get(at + 1);
        is_told(entry) && !is_told_again(entry, follows) && !is_over(seen, entry)
    });
    let events: Vec<EventRow> = told
        .map(|(_, entry)| event(&seen.pipeline, &seen.entries, entry))
        .collect();
    let counts = counts(seen);
    (!events.is_empty() || counts != Counts::default()).then(|| Story {
        pipeline: seen.row.pipeline.clone(),
        status: seen.row.status,
        why: seen.row.why.clone(),
        counts,
        events,
    })
}

/// Whether somebody who comes on duty must know of it.
fn is_told(entry: &Entry) -> bool {
    let kind = entry.fact.told().kind;
    let wanted = EventKinds::People.shows(kind)
        || EventKinds::Stops.shows(kind)
        || matches!(kind, "FAIL" | "PAUSE" | "RESUME" | "ROLLBACK" | "DEFINE");
    // A commit is told as the release that it comes in.
    wanted && !matches!(entry.fact, Fact::HeadMoved { .. })
}

/// Whether it was only a beginning: of a pipeline that is served for the first time, or of a trouble
/// with a source that is over.
fn is_over(seen: &Seen, entry: &Entry) -> bool {
    let is_first = entry.revision == Revision(1) && matches!(entry.fact, Fact::Defined { .. });
    let of_source = |fact: &Fact| {
        matches!(
            fact,
            Fact::SourceFailed { .. } | Fact::SourceRecovered { .. }
        )
    };
    let newest = seen
        .entries
        .iter()
        .rev()
        .find(|entry| of_source(&entry.fact));
    let failing = newest.filter(|newest| matches!(newest.fact, Fact::SourceFailed { .. }));
    let is_past = failing.is_none_or(|failing| failing.revision != entry.revision);
    is_first || of_source(&entry.fact) && is_past
}

/// Whether a request is what the next entry tells anyway: the same person at the same moment.
fn is_told_again(entry: &Entry, follows: Option<&Entry>) -> bool {
    let Fact::CommandAccepted { by, .. } = &entry.fact else {
        return false;
    };
    follows.is_some_and(|next| {
        let who = next.fact.told().who;
        next.at == entry.at && who.as_deref() == Some(by.as_str())
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "four of all facts are counted"
)]
fn counts(seen: &Seen) -> Counts {
    let definition = seen.pipeline.definition.as_deref();
    let is_production = |stage: &StageName| {
        let stage = definition.and_then(|definition| definition.stage(stage));
        stage.is_some_and(|stage| stage.phase == Phase::Production)
    };
    let mut counts = Counts::default();
    for entry in &seen.entries {
        match &entry.fact {
            Fact::ReleaseCut { .. } => counts.releases += 1,
            Fact::AttemptFailed { .. } => counts.failures += 1,
            Fact::AttemptStarted {
                purpose: Purpose::Rollback(_),
                ..
            } => counts.rollbacks += 1,
            Fact::AttemptPassed { attempt } => {
                let place = seen.pipeline.place_of(*attempt);
                let passed = place.is_some_and(|(stage, _)| is_production(stage));
                counts.production_stages_passed += usize::from(passed);
            }
            _ => {}
        }
    }
    counts
}

/// None for a stage in which nothing goes on.
fn under_way(pipeline: &Pipeline, org: &Org, view: StageView) -> Option<UnderWay> {
    let card = card(pipeline, org, view);
    let moves = matches!(card.view.status, Status::Run | Status::Bake);
    if !moves && card.baking.is_none() {
        return None;
    }
    let mut progress: Vec<String> = Vec::new();
    if let Some((done, of)) = card.deploy.filter(|(done, of)| done < of) {
        progress.push(format!("{done} of {of} targets deployed"));
    }
    if let Some(bake) = card.baking {
        progress.push(format!(
            "{} of {} healthy, {} of {} points",
            bake.healthy.short(),
            bake.wanted.short(),
            bake.points,
            bake.points_wanted
        ));
        progress.extend(bake.paused.map(|why| format!("nothing counts now: {why}")));
    }
    if progress.is_empty() {
        progress.push(card.view.why);
    }
    Some(UnderWay {
        stage: card.view.stage,
        release: card.view.release,
        status: card.view.status,
        since: card.view.since,
        progress: progress.join("; "),
    })
}

/// What is in force for a pipeline alone.
fn in_force(pipeline: &Pipeline, now: Time) -> Vec<Standing> {
    standing_orders(Some(pipeline), &Org::default(), now)
}

fn next(forecast: &Forecast, until: Time) -> Vec<Next> {
    let moments = forecast.moments.iter();
    let moments = moments.filter(|moment| moment.at <= until);
    moments
        .map(|moment| Next {
            at: moment.at,
            what: format!(
                "{} {} {}",
                moment.release,
                moment.event.word(),
                moment.stage
            ),
        })
        .collect()
}

fn waits(forecast: &Forecast) -> Vec<Stuck> {
    let waits = forecast.waits.iter();
    waits
        .map(|wait| Stuck {
            stage: wait.stage.clone(),
            release: wait.release,
            why: wait.blockers.iter().map(|b| b.why.clone()).collect(),
        })
        .collect()
}
