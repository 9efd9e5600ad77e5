//! Which rows a screen lists and in which order, as ids and references: the cursor moves over the
//! same rows that are drawn. What the rows say is `query`.

mod alarms;
mod delivery;
mod events;
mod fleet;
mod tickets;

use crate::{
    api::Setting,
    model::{
        AlarmName, Attempt, AttemptState, Blocker, Candidate, Entry, Fact, Fine, Pipeline,
        PipelineName, Ran, ReleaseId, StageName, TargetName, Urgency, blockers, fine as fine_of,
        ran, target_blockers,
    },
    tui::{
        app::App,
        keymap::{Binding, Context},
        query::{AlarmRow, alarm_rows},
        screen::{AlarmsScreen, AlarmsShown, HelpScreen, HelpTab, Screen, StageScreen},
    },
};

pub use alarms::{FleetAlarm, fleet_alarms, selected_alarm};
pub use delivery::{delivery, selected_delivery};
pub use events::events;
pub use fleet::{FleetRows, Me, asks_me, callers, calling, fleet, page, selected_pipeline};
pub use tickets::{TicketRow, selected_ticket, tickets};

/// The columns of a board, in order.
pub fn stages(pipeline: &Pipeline) -> Vec<StageName> {
    let definition = pipeline.definition.as_ref();
    definition.map_or_else(Vec::new, |definition| definition.columns().collect())
}

/// The targets of a stage, in rollout order.
pub fn targets(pipeline: &Pipeline, stage: &StageName) -> Vec<TargetName> {
    let stage = pipeline.definition.as_ref().and_then(|d| d.stage(stage));
    stage.map_or_else(Vec::new, |stage| {
        stage
            .targets()
            .map(|(_, _, target)| target.clone())
            .collect()
    })
}

/// The release that waits to enter a stage, or that is being deployed into it.
pub fn candidate(pipeline: &Pipeline, stage: &StageName) -> Option<ReleaseId> {
    let state = pipeline.stage(stage)?;
    let deploying = state.attempt.as_ref().filter(|a| deploys(a));
    let waiting = state.waiting.last().map(|(release, _)| *release);
    deploying.map(|attempt| attempt.release).or(waiting)
}

fn deploys(attempt: &Attempt) -> bool {
    matches!(attempt.state, AttemptState::Deploying) && !attempt.is_rollback()
}

/// Everything between a stage and its candidate, in the order in which it is to be shown: what
/// blocks before what is overridden.
pub fn stage_blockers(app: &App, pipeline: &Pipeline, stage: &StageName) -> Vec<Blocker> {
    let Some(release) = candidate(pipeline, stage) else {
        return Vec::new();
    };
    let asked = Candidate { stage, release };
    let attempt = pipeline.stage(stage).and_then(|s| s.attempt.as_ref());
    let (org, now) = (&app.replica.org, app.server_now());
    let mut found = if attempt.is_some_and(deploys) {
        let definition = pipeline.definition.as_ref();
        let regions = definition
            .and_then(|d| d.stage(stage))
            .map_or(&[][..], |stage| &stage.regions);
        regions
            .iter()
            .flat_map(|region| target_blockers(pipeline, org, now, asked, region))
            .collect()
    } else {
        blockers(pipeline, org, now, asked)
    };
    let order = |blocker: &Blocker| (!blocker.blocks(), blocker.kind, blocker.id.clone());
    found.sort_by_key(order);
    found.dedup_by(|a, b| a.id == b.id && a.region == b.region);
    found
}

/// Blockers of every stage, in the order of the stages.
pub fn all_blockers(app: &App, pipeline: &Pipeline) -> Vec<(StageName, Blocker)> {
    stages(pipeline)
        .into_iter()
        .flat_map(|stage| {
            stage_blockers(app, pipeline, &stage)
                .into_iter()
                .map(move |blocker| (stage.clone(), blocker))
        })
        .collect()
}

/// The alarms that the screen lists, the most urgent first.
pub fn alarms(pipeline: &Pipeline, screen: &AlarmsScreen) -> Vec<AlarmName> {
    let rows = alarm_rows(pipeline, screen.seen.answer.as_deref());
    let all_ok = rows.iter().all(|row| row.sight.urgency == Urgency::Ok);
    let listed = rows.into_iter().filter(|row| {
        screen.shown == AlarmsShown::All
            || all_ok
            || row.sight.urgency != Urgency::Ok
            || Some(&row.sight.alarm) == screen.selected.as_ref()
    });
    listed.map(|row| row.sight.alarm).collect()
}

/// What happened last, newest first; counting bakes and starting steps is left out, or nothing
/// else would be seen.
pub fn recent<'a>(app: &'a App, pipeline: &PipelineName) -> Vec<&'a Entry> {
    let opened = app.replica.opened.get(pipeline);
    let entries = opened
        .into_iter()
        .flat_map(|opened| opened.entries.iter().rev());
    let told = |entry: &&Entry| {
        !matches!(
            entry.fact,
            Fact::BakeCounted { .. } | Fact::StepStarted { .. }
        )
    };
    entries.filter(told).collect()
}

/// What was checked for the candidate of a stage and is fine.
pub fn fine(app: &App, pipeline: &Pipeline, stage: &StageName, found: &[Blocker]) -> Vec<Fine> {
    candidate(pipeline, stage).map_or_else(Vec::new, |release| {
        let asked = Candidate { stage, release };
        fine_of(pipeline, app.server_now(), asked, found)
    })
}

/// The steps of a stage, newest first, as far as the entries go back; what is owed is there always.
pub fn steps(app: &App, pipeline: &PipelineName, stage: &StageName) -> Vec<Ran> {
    let Some(opened) = app.replica.opened.get(pipeline) else {
        return Vec::new();
    };
    let mut found = ran(&opened.entries, opened.pipeline.owed());
    found.retain(|step| step.stage == *stage);
    found
}

/// The alarms that watch a stage, the most urgent first.
pub fn stage_alarms(pipeline: &Pipeline, stage: &StageName) -> Vec<AlarmRow<'static>> {
    let mut rows = alarm_rows(pipeline, None);
    rows.retain(|row| row.sight.bearing.stages.contains(stage));
    rows
}

/// The settings that hold for a stage: its own, and those of the windows and alarms that it names.
pub fn settings<'a>(app: &'a App, screen: &StageScreen) -> Vec<&'a Setting> {
    let loaded = app.loaded.settings.as_ref();
    let loaded = loaded.filter(|asked| asked.pipeline == screen.pipeline);
    let Some(Ok(all)) = loaded.and_then(|asked| asked.answer.as_ref()) else {
        return Vec::new();
    };
    let definition = app.pipeline(&screen.pipeline);
    let definition = definition.and_then(|pipeline| pipeline.definition.as_deref());
    let mut begins: Vec<String> = match screen.stage.as_str() {
        "source" | "build" => vec![format!("{}.", screen.stage)],
        stage => vec![format!("stage.{stage}.")],
    };
    if let Some((definition, stage)) =
        definition.and_then(|definition| Some((definition, definition.stage(&screen.stage)?)))
    {
        let windows = stage.windows.iter();
        begins.extend(windows.map(|window| format!("window.{window}.")));
        let alarms = definition.alarms_of(stage).into_iter();
        begins.extend(alarms.map(|alarm| format!("alarm.{}.", alarm.name)));
    }
    // The stage's own first, then those of its windows, then those of its alarms.
    let of = |begin: &String| {
        let begin = begin.clone();
        all.iter()
            .filter(move |setting| setting.path.starts_with(&begin))
    };
    begins.iter().flat_map(of).collect()
}

/// The bindings that a tab of the help screen lists: of the screen beneath it, then the global ones.
pub fn help<'a>(app: &'a App, screen: &HelpScreen) -> Vec<&'a Binding> {
    let filter = screen.filter.to_lowercase();
    let context = match screen.tab {
        HelpTab::Here => below_help(app),
        HelpTab::Global => Context::Global,
        HelpTab::Signs | HelpTab::Terminal | HelpTab::About => return Vec::new(),
    };
    app.ui
        .keymap
        .bindings(context)
        .filter(|binding| {
            binding.help.to_lowercase().contains(&filter) || binding.action.id().contains(&filter)
        })
        .collect()
}

/// The context of the screen that the help is about.
pub fn below_help(app: &App) -> Context {
    let not_help = |screen: &&Screen| !matches!(screen, Screen::Help(_));
    let beneath = app.ui.screens.iter().rev().find(not_help);
    beneath.map_or(Context::Fleet, Screen::context)
}
