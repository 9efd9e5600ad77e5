//! What a row of the fleet tells besides its state: what is newest and what production runs, who is
//! asked, what blocks and until when, which tickets are open. From the fold alone, like the row.

use crate::model::{
    AlarmLevel, AlarmName, AlarmState, BlockerId, Candidate, Clears, Definition, Gate, GateState,
    GroupName, Measure, Org, Phase, Pipeline, ReleaseId, Severity, StageName, StageView, Ticket,
    Time, bearing, blockers,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowDetail {
    pub newest: Option<ReleaseId>,
    /// What most targets of the last stage run.
    pub production: Option<ReleaseId>,
    /// How many releases were cut after that one.
    pub behind: u32,
    /// When a release last passed a production stage.
    pub deployed: Option<Time>,
    /// Alarms that fire, and alarms in all.
    pub alarms: (u32, u32),
    /// Those that fire or have no data.
    #[serde(default)]
    pub troubled: Vec<TroubledAlarm>,
    /// What keeps the candidate out of the stage that the row is about.
    pub blockers: Vec<BlockerId>,
    /// When the last of them goes away by itself, where all of them do.
    pub clears: Option<Time>,
    /// The groups that the manual approvals of the pipeline ask.
    pub approvers: BTreeSet<GroupName>,
    /// Who is asked for an approval at this moment; none stands for everybody.
    pub asked: BTreeSet<Option<GroupName>>,
    /// Logins of those whose changes are on their way to production, at most [`AUTHORS_KEPT`].
    pub authors: BTreeSet<String>,
    /// Tickets that are open, newest first.
    pub tickets: Vec<Ticket>,
}

/// An alarm that is not ok, as far as a list of the whole fleet tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TroubledAlarm {
    pub alarm: AlarmName,
    pub severity: Severity,
    pub state: AlarmState,
    /// What a value must be above; none where the source itself judges.
    pub limit: Option<Measure>,
    pub stages: Vec<StageName>,
    /// What it does at this level, in words.
    pub effect: String,
    pub runbook: Option<String>,
}

/// More authors than this make nobody's own list of pipelines better.
const AUTHORS_KEPT: usize = 50;

pub(super) fn detail(
    pipeline: &Pipeline,
    definition: &Definition,
    urgent: &StageView,
    (org, now): (&Org, Time),
) -> RowDetail {
    let newest = pipeline.releases.newest().map(|release| release.id);
    let production = production(pipeline, definition);
    let later = production.map(|here| pipeline.releases.0.range(here..).skip(1));
    let behind = later.map_or(0, Iterator::count);
    let (blockers, clears) = in_the_way(pipeline, urgent, (org, now));
    let open = pipeline.guards.tickets.values().rev();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let firing = pipeline.alarms.values();
    let firing = firing.filter(|alarm| alarm.level == AlarmLevel::Firing);
    RowDetail {
        newest,
        production,
        behind: count(behind),
        deployed: deployed(pipeline, definition),
        alarms: (count(firing.count()), count(definition.alarms.len())),
        troubled: troubled(pipeline, definition),
        blockers,
        clears,
        approvers: approvers(definition),
        asked: asked(pipeline),
        authors: authors(pipeline, production),
        tickets: open.filter(|ticket| ticket.is_open()).cloned().collect(),
    }
}

fn troubled(pipeline: &Pipeline, definition: &Definition) -> Vec<TroubledAlarm> {
    let read = pipeline.alarms.iter();
    let mut troubled = read
        .filter(|(_, state)| state.level != AlarmLevel::Ok)
        .peekable();
    if troubled.peek().is_none() {
        return Vec::new();
    }
    let watched = pipeline.watched();
    let known = troubled.filter_map(|(name, state)| Some((watched.get(name)?, state)));
    known
        .map(|(alarm, state)| {
            let bearing = bearing(pipeline, alarm);
            TroubledAlarm {
                alarm: alarm.name.clone(),
                severity: alarm.severity,
                state: state.clone(),
                limit: alarm.source.limit(),
                effect: bearing.effect(state.level),
                stages: bearing.stages,
                runbook: alarm.runbook.clone().or_else(|| definition.runbook.clone()),
            }
        })
        .collect()
}

/// What most targets of the last stage run.
pub(in crate::model) fn production(
    pipeline: &Pipeline,
    definition: &Definition,
) -> Option<ReleaseId> {
    let last = definition.stages.last()?;
    let running = pipeline.running(&last.name).into_iter();
    let most = running.max_by_key(|(_, targets)| *targets);
    most.and_then(|(release, _)| release)
}

fn deployed(pipeline: &Pipeline, definition: &Definition) -> Option<Time> {
    let stages = definition.stages.iter();
    let production = stages.filter(|stage| stage.phase == Phase::Production);
    let passed = production.filter_map(|stage| pipeline.stage(&stage.name)?.passed);
    passed.map(|(_, at)| at).max()
}

/// What blocks the candidate of a stage, and when all of it is over by itself.
fn in_the_way(
    pipeline: &Pipeline,
    urgent: &StageView,
    (org, now): (&Org, Time),
) -> (Vec<BlockerId>, Option<Time>) {
    let stage: &StageName = &urgent.stage;
    let waiting = pipeline.stage(stage).and_then(|state| state.waiting.last());
    let Some((release, _)) = waiting.filter(|(release, _)| Some(*release) == urgent.release) else {
        return (Vec::new(), None);
    };
    let release = *release;
    let standing = blockers(pipeline, org, now, Candidate { stage, release });
    let standing: Vec<_> = standing.iter().filter(|b| b.blocks()).collect();
    let ends = standing.iter().map(|blocker| match &blocker.clears {
        Clears::At(at) => Some(*at),
        Clears::When(_) => None,
    });
    let ends: Option<Vec<Time>> = ends.collect();
    let mut named: Vec<BlockerId> = standing.iter().map(|b| b.id.clone()).collect();
    named.dedup();
    (named, ends.and_then(|ends| ends.into_iter().max()))
}

fn approvers(definition: &Definition) -> BTreeSet<GroupName> {
    let gates = definition.stages.iter().flat_map(|stage| &stage.approval);
    gates.filter_map(group).collect()
}

fn group(gate: &Gate) -> Option<GroupName> {
    match gate {
        Gate::Manual(manual) => manual.from.clone(),
        Gate::Test(_) | Gate::Bake(_) | Gate::Coverage(_) => None,
    }
}

fn asked(pipeline: &Pipeline) -> BTreeSet<Option<GroupName>> {
    let asked = pipeline.active().filter_map(|attempt| attempt.asked());
    let standing = asked.filter(|(_, gate)| matches!(gate.state, GateState::Asked { .. }));
    standing.map(|(_, gate)| group(&gate.gate)).collect()
}

fn authors(pipeline: &Pipeline, production: Option<ReleaseId>) -> BTreeSet<String> {
    let Some(newest) = pipeline.releases.newest() else {
        return BTreeSet::new();
    };
    let changes = pipeline.releases.changes_since(newest.id, production);
    let logins = changes.iter().map(|change| change.author.login());
    logins
        .take(AUTHORS_KEPT)
        .map(str::to_ascii_lowercase)
        .collect()
}
