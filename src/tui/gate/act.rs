//! Which act an action opens on what is selected, with every id captured now (UX.md, S8). The
//! reason when it opens none is what the help screen says about the key.

use crate::{
    model::{
        Attempt, AttemptState, Blocker, Lift, Passage, Pipeline, PipelineName, Progress, ReleaseId,
        StageName, Verdict, evidence,
    },
    tui::{
        action::Verb,
        app::App,
        dialog::{Act, Liftable},
        rows,
        screen::Screen,
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
    let named = app.replica.rows.get_key_value(screen.pipeline()?);
    named.map(|(name, _)| name)
}

fn beneath_help(app: &App) -> Option<&Screen> {
    let mut screens = app.ui.screens.iter().rev();
    screens.find(|screen| !matches!(screen, Screen::Help(_)))
}

/// The stage that the top screen is about.
fn stage(app: &App) -> Option<StageName> {
    let screen = beneath_help(app)?;
    match screen {
        Screen::Fleet(_) | Screen::Alarms(_) | Screen::Events(_) | Screen::Help(_) => None,
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
            service: app.replica.rows[&name].service.clone(),
            stage: chosen.clone(),
        },
        Verb::Lift => lift(app, state()?)?,
        Verb::Override => return override_(app, state()?, stage()?),
        Verb::Approve => Act::Approve(verdict(state()?, &stage()?)?),
        Verb::Reject => Act::Reject(verdict(state()?, &stage()?)?),
        Verb::Rollback => rollback(state()?, stage()?)?,
        Verb::Retry => retry(state()?, stage()?)?,
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

fn rollback(state: &Pipeline, stage: StageName) -> Result<Act, String> {
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
        Some(release) => Ok(Act::Rollback { stage, release }),
        None => Err(format!("nothing runs in {stage}")),
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
        guards.quarantine.values().map(|q| q.release).collect();
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
