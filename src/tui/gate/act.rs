//! Which act an action opens on what is selected, with every id captured now (UX.md, S8). The
//! reason when it opens none is what the help screen says about the key.

use crate::{
    model::{
        Alarm, AlarmLevel, Attempt, AttemptState, Blocker, Lift, Passage, Pipeline, PipelineName,
        Progress, ReleaseId, RollbackScope, StageName, Summary, TargetName, Verdict, evidence,
    },
    tui::{
        action::Verb,
        app::App,
        dialog::{Act, Liftable},
        gate::{tickets, undo},
        query, rows,
        screen::{AlarmsOf, Screen, StagePane, StageTab},
    },
};

/// What a dialog is opened with.
#[derive(Debug, Clone)]
pub struct Opening {
    pub pipeline: PipelineName,
    pub act: Act,
    /// What stands in the way, for an override.
    pub blockers: Vec<Blocker>,
}

/// The pipeline that the top screen, or its selection, is about.
pub fn pipeline(app: &App) -> Option<&PipelineName> {
    let screen = beneath_help(app)?;
    if let Screen::Fleet(_) = screen {
        return rows::selected_pipeline(app);
    }
    let row = app.replica.rows.get(screen.pipeline()?);
    row.map(|row| &row.pipeline)
}

/// What the fleet list tells of a pipeline that it lists.
fn row<'a>(app: &'a App, name: &PipelineName) -> Result<&'a Summary, String> {
    let row = app.replica.rows.get(name);
    row.ok_or_else(|| format!("{name} is not in the fleet any more"))
}

/// The screen that help is about, else the one on top.
pub(super) fn beneath_help(app: &App) -> Option<&Screen> {
    let mut screens = app.ui.screens.iter().rev();
    screens.find(|screen| !matches!(screen, Screen::Help(_)))
}

/// The stage that the top screen is about.
pub fn stage(app: &App) -> Option<StageName> {
    let screen = beneath_help(app)?;
    match screen {
        Screen::Fleet(_)
        | Screen::Alarms(_)
        | Screen::Events(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => None,
        Screen::Release(screen) => {
            let state = app.pipeline(&screen.pipeline)?;
            let asked = (&app.replica.org, app.server_now());
            query::column(state, screen.release, asked).map(|view| view.stage)
        }
        Screen::Tickets(screen) => {
            let found = rows::tickets(app, screen).into_iter();
            let mut chosen = found.filter(|row| Some(row.id()) == screen.selected);
            chosen.next().map(|row| row.ticket.stage.clone())
        }
        Screen::Board(board) => board.selected.clone(),
        Screen::Stage(screen) => Some(screen.stage.clone()),
        Screen::Blockers(screen) => screen.selected.as_ref().map(|(stage, _)| stage.clone()),
    }
}

/// The dialog that asks for a command here, or why there is none.
pub fn opening(app: &App, verb: Verb) -> Result<Opening, String> {
    let name = pipeline(app)
        .ok_or_else(|| "select a pipeline first".to_owned())?
        .clone();
    let state = || {
        let opened = app.pipeline(&name);
        opened.ok_or_else(|| format!("open the board of {name} first (Enter)"))
    };
    let chosen = stage(app);
    let stage = || {
        let stage = chosen.clone();
        stage.ok_or_else(|| "select a stage first".to_owned())
    };
    let act = match verb {
        Verb::Hold => Act::Hold {
            service: row(app, &name)?.service.clone(),
            stage: chosen.clone(),
        },
        Verb::Lift => lift(app, state()?)?,
        Verb::Override => return override_(app, state()?, stage()?),
        Verb::Approve => Act::Approve(verdict(state()?, &stage()?)?),
        Verb::Reject => Act::Reject(verdict(state()?, &stage()?)?),
        Verb::Rollback => rollback(app, state()?, stage()?)?,
        Verb::Retry => retry(state()?, stage()?)?,
        Verb::Undo => undo::newest(app, state()?)?,
        Verb::Yield => give_way(state()?, stage()?)?,
        Verb::Ticket(deed) => tickets::about(app, state()?, chosen.as_ref(), deed)?,
    };
    Ok(Opening {
        pipeline: name.clone(),
        act,
        blockers: Vec::new(),
    })
}

fn attempt<'a>(state: &'a Pipeline, stage: &StageName) -> Option<&'a Attempt> {
    state.stage(stage)?.attempt.as_ref()
}

/// What the approver sees now, as the fingerprint that the verdict names (rule 4).
fn verdict(state: &Pipeline, stage: &StageName) -> Result<Verdict, String> {
    let asked = attempt(state, stage).filter(|attempt| attempt.asked().is_some());
    let attempt = asked.ok_or_else(|| format!("{stage} does not wait for an approval"))?;
    Ok(Verdict {
        stage: stage.clone(),
        release: attempt.release,
        attempt: attempt.id,
        evidence: evidence(state, attempt),
        reason: String::new(),
    })
}

fn override_(app: &App, state: &Pipeline, stage: StageName) -> Result<Opening, String> {
    let release =
        rows::candidate(state, &stage).ok_or_else(|| format!("nothing waits to enter {stage}"))?;
    let blockers = rows::stage_blockers(app, state, &stage);
    let passable = |blocker: &Blocker| blocker.blocks() && blocker.passage == Passage::Override;
    if !blockers.iter().any(passable) {
        return Err(format!(
            "nothing that an override could pass blocks {stage}"
        ));
    }
    Ok(Opening {
        pipeline: state.name.clone(),
        act: Act::Override { stage, release },
        blockers,
    })
}

fn rollback(app: &App, state: &Pipeline, stage: StageName) -> Result<Act, String> {
    let active = attempt(state, &stage).filter(|attempt| attempt.is_active());
    if let Some(attempt) = active.filter(|attempt| attempt.is_rollback()) {
        return Err(format!("{} is being rolled back already", attempt.release));
    }
    let running: Option<ReleaseId> = state.running(&stage).into_keys().flatten().max();
    let release = active
        .filter(|attempt| attempt.reached().next().is_some())
        .map(|attempt| attempt.release)
        .or(running);
    match release {
        Some(release) => Ok(Act::Rollback {
            scopes: scopes(app, state, &stage),
            alarms: firing(state, &stage),
            stage,
            release,
        }),
        None => Err(format!("nothing runs in {stage}")),
    }
}

/// Narrower and wider than the stage: the target under the cursor first, then everything, then each
/// region and each target.
fn scopes(app: &App, state: &Pipeline, stage: &StageName) -> Vec<RollbackScope> {
    let target = |target: &TargetName| RollbackScope::Target {
        stage: stage.clone(),
        target: target.clone(),
    };
    let here = match beneath_help(app) {
        Some(Screen::Stage(screen))
            if (screen.tab, screen.pane) == (StageTab::Targets, StagePane::Targets) =>
        {
            screen.target.as_ref()
        }
        _ => None,
    };
    let definition = state.definition.as_ref();
    let regions = definition
        .and_then(|d| d.stage(stage))
        .map_or(&[][..], |stage| &stage.regions);
    let regions = regions.iter().map(|region| RollbackScope::Region {
        stage: stage.clone(),
        region: region.name.clone(),
    });
    let targets = rows::targets(state, stage);
    let others = targets.iter().filter(|target| Some(*target) != here);
    here.map(target)
        .into_iter()
        .chain([RollbackScope::Everywhere])
        .chain(regions)
        .chain(others.map(target))
        .collect()
}

/// The alarms over a stage that fire now.
fn firing(state: &Pipeline, stage: &StageName) -> Vec<String> {
    let Some(definition) = &state.definition else {
        return Vec::new();
    };
    let alarms = definition
        .stage(stage)
        .map_or_else(Vec::new, |stage| definition.alarms_of(stage));
    let level = |alarm: &&Alarm| state.alarms.get(&alarm.name).map(|state| state.level);
    let firing = alarms
        .into_iter()
        .filter(|alarm| level(alarm) == Some(AlarmLevel::Firing));
    firing.map(|alarm| alarm.name.to_string()).collect()
}

/// A release that waits for people, with a newer one behind it.
fn give_way(state: &Pipeline, stage: StageName) -> Result<Act, String> {
    let asked = attempt(state, &stage).filter(|attempt| attempt.asked().is_some());
    let attempt = asked.ok_or_else(|| format!("{stage} does not wait for an approval"))?;
    let release = attempt.release;
    let waiting = state.stage(&stage).and_then(|stage| stage.waiting.last());
    match waiting {
        Some((newer, _)) if *newer > release => Ok(Act::Yield { stage, release }),
        Some(_) | None => Err(format!("nothing newer waits behind {release} in {stage}")),
    }
}

fn retry(state: &Pipeline, stage: StageName) -> Result<Act, String> {
    let stuck = attempt(state, &stage).filter(|attempt| {
        let lost = |progress: &Progress| {
            matches!(progress, Progress::Failed { .. } | Progress::Unknown { .. })
        };
        matches!(
            attempt.state,
            AttemptState::Paused { .. } | AttemptState::Failed { .. }
        ) || attempt.progress.values().any(lost)
    });
    match stuck.map(|attempt| attempt.release) {
        Some(release) => Ok(Act::Retry { stage, release }),
        None => Err(format!("nothing has failed or is paused in {stage}")),
    }
}

/// Everything that somebody could take away: holds, overrides, quarantine; the wide ones last.
fn lift(app: &App, state: &Pipeline) -> Result<Act, String> {
    let now = app.server_now();
    let here = Some(state.name.clone());
    let guards = &state.guards;
    let holds = guards.holds.values().filter(|hold| hold.is_active(now));
    let overrides = guards.overrides.values().filter(|o| now < o.expires);
    let releases: std::collections::BTreeSet<ReleaseId> =
        guards.quarantines().map(|q| q.release).collect();
    let wide = app.replica.org.holds.values();
    let mut found: Vec<Liftable> = holds
        .map(|hold| Lift::Hold(hold.id))
        .chain(overrides.map(|over| Lift::Override(over.id)))
        .chain(releases.into_iter().map(Lift::Quarantine))
        .chain(guards.clock.iter().map(|_doubt| Lift::Clock))
        .map(|what| Liftable {
            pipeline: here.clone(),
            what,
        })
        .collect();
    found.extend(
        wide.filter(|hold| hold.is_active(now))
            .map(|hold| Liftable {
                pipeline: None,
                what: Lift::Hold(hold.id),
            }),
    );
    let mut found = found.into_iter();
    match found.next() {
        Some(first) => Ok(Act::Lift {
            first,
            others: found.collect(),
        }),
        None => Err("there is no hold, override or quarantine to lift".to_owned()),
    }
}

/// The link that says what to do about the selected alarm.
pub fn runbook(app: &App) -> Result<String, String> {
    let none = || "select an alarm first".to_owned();
    let Some(Screen::Alarms(screen)) = beneath_help(app) else {
        return runbook_of_pipeline(app);
    };
    if let AlarmsOf::Fleet(_) = screen.scope {
        let row = rows::selected_alarm(app, screen).ok_or_else(none)?;
        let runbook = row.alarm.runbook.clone();
        return runbook
            .ok_or_else(|| format!("the definition gives {} no runbook", row.alarm.alarm));
    }
    let pipeline = app.pipeline(&screen.pipeline).ok_or_else(none)?;
    let chosen = screen.selected.as_ref().ok_or_else(none)?;
    let rows = query::alarm_rows(pipeline, None).into_iter();
    let mut rows = rows.filter(|row| row.sight.alarm == *chosen);
    let row = rows.next().ok_or_else(none)?;
    let runbook = row.sight.runbook;
    runbook.ok_or_else(|| format!("the definition gives {chosen} no runbook"))
}

fn runbook_of_pipeline(app: &App) -> Result<String, String> {
    let name = pipeline(app).ok_or_else(|| "select a pipeline first".to_owned())?;
    let opened = app.pipeline(name);
    let opened = opened.ok_or_else(|| format!("open {name} first"))?;
    let runbook = opened.definition.as_ref().and_then(|it| it.runbook.clone());
    runbook.ok_or_else(|| format!("the definition gives {name} no runbook"))
}
