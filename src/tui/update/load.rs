//! What the stage screen asks of the server by itself: the forecast when it opens and when facts
//! change, settings with their origins when somebody looks at them, and the log that is read.

use crate::{
    api::LogState,
    model::{EffectId, PipelineName, Span, Time},
    tui::{
        app::App,
        event::Answered,
        loaded::{Asked, Loaded, StepLog},
        request::{Question, Request},
        rows,
        screen::{Screen, StageScreen, StageTab},
        update::sights,
    },
};

/// Facts come in bursts: so long after one question the next one is asked.
const PAUSE: Span = Span::seconds(3);
/// A question that was not answered is asked again after this, and so is the log of a step that
/// waits to be tried again.
const AGAIN: Span = Span::seconds(5);
/// How long one question waits for lines of a step that runs.
const LINES_WITHIN: Span = Span::seconds(10);

/// What is to be asked by now. Without the screen, what was loaded for it goes.
pub(super) fn due(app: &mut App) -> Vec<Request> {
    let screen = match app.screen() {
        Screen::Stage(screen) => screen.clone(),
        // The help lies above the screen for a moment.
        Screen::Help(_) => return Vec::new(),
        Screen::Fleet(_)
        | Screen::Board(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Tickets(_)
        | Screen::Metrics(_) => {
            app.loaded = Loaded::default();
            return Vec::new();
        }
    };
    if screen.tab != StageTab::Log {
        app.loaded.log = None;
    }
    let forecast = forecast(app, &screen);
    let more = match screen.tab {
        StageTab::Config => settings(app, &screen),
        StageTab::Log => log(app, &screen),
        StageTab::Targets | StageTab::Alarms | StageTab::Blockers => None,
    };
    forecast.into_iter().chain(more).collect()
}

/// When something is to be asked, at the latest.
pub(super) fn deadline(app: &App) -> Option<Time> {
    let Screen::Stage(screen) = app.screen() else {
        return None;
    };
    let forecast = app.loaded.forecast.as_ref();
    let revision = app.pipeline(&screen.pipeline).map(|p| p.revision);
    let forecast = forecast.and_then(|asked| again(asked, revision == Some(asked.about)));
    let settings = app.loaded.settings.as_ref();
    let settings = settings.and_then(|asked| again(asked, true));
    let log = app.loaded.log.as_ref();
    let log = log.and_then(|log| Some(log.at + pause(app, log)?));
    let dues = [forecast, settings, log];
    dues.into_iter().flatten().min()
}

/// When a question may be asked again; none while it waits, or where nothing is new.
fn again<K, T>(asked: &Asked<K, T>, same: bool) -> Option<Time> {
    if asked.waiting {
        return None;
    }
    if let Some(Err(_)) = &asked.answer {
        return Some(asked.at + AGAIN);
    }
    (!same).then(|| asked.at + PAUSE)
}

fn forecast(app: &mut App, screen: &StageScreen) -> Option<Request> {
    let revision = app.pipeline(&screen.pipeline)?.revision;
    let now = app.ui.now;
    let name = screen.pipeline.clone();
    let known = app.loaded.forecast.take();
    let mut asked = match known.filter(|asked| asked.pipeline == name) {
        Some(asked) => {
            let due = again(&asked, asked.about == revision).is_some_and(|at| at <= now);
            if !due {
                app.loaded.forecast = Some(asked);
                return None;
            }
            asked
        }
        None => Asked::new(name.clone(), revision, now),
    };
    (asked.about, asked.at, asked.waiting) = (revision, now, true);
    app.loaded.forecast = Some(asked);
    Some(ask(name, Question::Forecast))
}

fn settings(app: &mut App, screen: &StageScreen) -> Option<Request> {
    let definition = app.pipeline(&screen.pipeline)?.definition.as_ref();
    let digest = definition.map(|definition| definition.digest.clone());
    let now = app.ui.now;
    let name = screen.pipeline.clone();
    let known = app.loaded.settings.take();
    let mut asked = match known.filter(|asked| asked.pipeline == name) {
        Some(asked) => {
            let due = again(&asked, asked.about == digest).is_some_and(|at| at <= now);
            if !due {
                app.loaded.settings = Some(asked);
                return None;
            }
            asked
        }
        None => Asked::new(name.clone(), digest.clone(), now),
    };
    (asked.about, asked.at, asked.waiting) = (digest, now, true);
    app.loaded.settings = Some(asked);
    Some(ask(name, Question::Settings))
}

/// The next piece of the log of the chosen step; the newest step is chosen when none is, and stays
/// so when newer ones come.
fn log(app: &mut App, screen: &StageScreen) -> Option<Request> {
    let newest = || {
        let steps = rows::steps(app, &screen.pipeline, &screen.stage);
        steps.into_iter().next().map(|step| step.id)
    };
    let step = screen.log.step.clone().or_else(newest)?;
    if let Some(Screen::Stage(top)) = app.ui.screens.last_mut() {
        top.log.step = Some(step.clone());
    }
    let (name, now) = (screen.pipeline.clone(), app.ui.now);
    let known = app.loaded.log.take();
    let mut read = known
        .filter(|log| log.step == step)
        .unwrap_or_else(|| StepLog {
            pipeline: name.clone(),
            step: step.clone(),
            log: crate::tui::log::Log::default(),
            state: None,
            trouble: None,
            waiting: false,
            at: now,
        });
    let due = pause(app, &read).is_some_and(|pause| read.at + pause <= now);
    let wait = match read.state {
        Some(LogState::Running) => LINES_WITHIN,
        Some(LogState::More | LogState::Ended) | None => Span::ZERO,
    };
    let from = read.log.next();
    read.waiting |= due;
    app.loaded.log = Some(read);
    due.then(|| ask(name, Question::Log { step, from, wait }))
}

fn ask(pipeline: PipelineName, question: Question) -> Request {
    Request::Ask { pipeline, question }
}

/// How long after the last answer the next question is due; none while one is under way, and when
/// nothing more is to come.
fn pause(app: &App, log: &StepLog) -> Option<Span> {
    let owed = app
        .pipeline(&log.pipeline)
        .is_some_and(|pipeline| pipeline.steps.contains_key(&log.step));
    match (&log.trouble, log.state) {
        _ if log.waiting => None,
        (Some(_), _) if owed => Some(AGAIN),
        (Some(_), _) => None,
        (None, None | Some(LogState::More | LogState::Running)) => Some(Span::ZERO),
        (None, Some(LogState::Ended)) => owed.then_some(AGAIN),
    }
}

/// Takes an answer in, if somebody still waits for it.
pub(super) fn answered(app: &mut App, pipeline: &PipelineName, answer: Answered) {
    match answer {
        Answered::Forecast(answer) => {
            if let Some(asked) = &mut app.loaded.forecast {
                asked.take(pipeline, answer.map(|forecast| *forecast));
            }
        }
        Answered::Settings(answer) => {
            if let Some(asked) = &mut app.loaded.settings {
                asked.take(pipeline, answer);
            }
        }
        Answered::Log { step, answer } => logged(app, &step, answer),
        Answered::Alarms(answer) => sights::alarms(app, pipeline, &answer),
        Answered::Windows { from, answer } => sights::windows(app, pipeline, (from, &answer)),
    }
}

fn logged(app: &mut App, step: &EffectId, answer: Result<crate::api::LogPiece, String>) {
    let now = app.ui.now;
    let Some(log) = app.loaded.log.as_mut().filter(|log| log.step == *step) else {
        return;
    };
    log.waiting = false;
    log.at = now;
    match answer {
        Ok(piece) => {
            log.trouble = None;
            log.state = Some(piece.state);
            log.log.take(&piece);
        }
        Err(why) => log.trouble = Some(why),
    }
}
