//! Alarms and windows as the server sees them: asked for while their screen is on top, and taken in
//! when they still fit what it shows.

use crate::{
    api::{Alarms, Windows},
    model::{PipelineName, Revision, Span, Time},
    tui::{
        app::{App, FlashLevel},
        paced::Paced,
        request::{Question, Request},
        rows,
        screen::{AlarmsOf, AlarmsShown, BlockersScreen, Screen},
        update::{flash, open, watched},
        viewport::CHART_FROM,
    },
};
use std::sync::Arc;

const ALARMS_EVERY: Span = Span::seconds(5);
/// Windows are rules, and only now moves.
const WINDOWS_EVERY: Span = Span::seconds(30);

/// What is asked for next, and when; nothing while the screen is frozen.
fn next(app: &App) -> Option<(Time, Request)> {
    if app.frozen.is_some() {
        return None;
    }
    let revision = revision(app);
    match app.screen() {
        Screen::Alarms(screen) => {
            if let AlarmsOf::Fleet(_) = screen.scope {
                return None;
            }
            let at = screen.seen.due(ALARMS_EVERY, revision)?;
            Some((at, question(&screen.pipeline, Question::Alarms)))
        }
        Screen::Board(screen) if app.ui.size.width >= CHART_FROM => {
            let definition = app.pipeline(&screen.pipeline)?.definition.as_ref()?;
            if definition.alarms.is_empty() {
                return None;
            }
            let at = screen.seen.due(ALARMS_EVERY, revision)?;
            Some((at, question(&screen.pipeline, Question::Alarms)))
        }
        Screen::Blockers(screen) => {
            let at = screen.windows.due(WINDOWS_EVERY, revision)?;
            let bounds = bounds(screen, app.server_now());
            let question = question(&screen.pipeline, Question::Windows { bounds });
            Some((at, question))
        }
        Screen::Fleet(_)
        | Screen::Board(_)
        | Screen::Stage(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Tickets(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => None,
    }
}

fn question(pipeline: &PipelineName, question: Question) -> Request {
    Request::Ask {
        pipeline: pipeline.clone(),
        question,
    }
}

/// Where the pipeline on top stands; before it is known there is nothing to ask.
fn revision(app: &App) -> Revision {
    let pipeline = app.screen().pipeline().and_then(|name| app.pipeline(name));
    pipeline.map_or(Revision(0), |pipeline| pipeline.revision)
}

pub(super) fn deadline(app: &App) -> Option<Time> {
    next(app).map(|(at, _)| at.max(app.ui.now))
}

/// The question that became due.
pub(super) fn ask(app: &mut App) -> Option<Request> {
    let (now, revision) = (app.ui.now, revision(app));
    let (_, request) = next(app).filter(|(at, _)| *at <= now)?;
    match app.ui.screens.last_mut() {
        Some(Screen::Alarms(screen)) => screen.seen.ask(now, revision),
        Some(Screen::Board(screen)) => screen.seen.ask(now, revision),
        Some(Screen::Blockers(screen)) => screen.windows.ask(now, revision),
        Some(_) | None => {}
    }
    Some(request)
}

pub(super) fn alarms(app: &mut App, name: &PipelineName, answer: &Result<Arc<Alarms>, String>) {
    for screen in &mut app.ui.screens {
        let seen = match screen {
            Screen::Alarms(screen) if screen.pipeline == *name => &mut screen.seen,
            Screen::Board(screen) if screen.pipeline == *name => &mut screen.seen,
            Screen::Alarms(_)
            | Screen::Board(_)
            | Screen::Fleet(_)
            | Screen::Stage(_)
            | Screen::Blockers(_)
            | Screen::Events(_)
            | Screen::Release(_)
            | Screen::Tickets(_)
            | Screen::Metrics(_)
            | Screen::Help(_) => continue,
        };
        seen.take(answer.clone());
    }
}

pub(super) fn windows(
    app: &mut App,
    name: &PipelineName,
    (from, answer): (Time, &Result<Arc<Windows>, String>),
) {
    let now = app.server_now();
    for screen in &mut app.ui.screens {
        if let Screen::Blockers(screen) = screen
            && screen.pipeline == *name
        {
            // An answer about a day that was paged away from, or that has ended, is late: the
            // right one is asked for anew.
            if bounds(screen, now).0 == from {
                screen.windows.take(answer.clone());
            } else {
                screen.windows = Paced::default();
            }
        }
    }
}

/// The day that is shown and the two after it, from midnight in UTC.
pub fn bounds(screen: &BlockersScreen, now: Time) -> (Time, Time) {
    const DAY: Span = Span::hours(24);
    let day = i64::try_from(DAY.0).unwrap_or(i64::MAX);
    let midnight = now.0.div_euclid(day).saturating_add(screen.day);
    let from = Time(midnight.saturating_mul(day));
    (from, from + Span(3 * DAY.0))
}

/// Goes to another day.
pub(super) fn page(app: &mut App, days: i64) {
    if let Some(Screen::Blockers(screen)) = app.ui.screens.last_mut() {
        screen.day = screen.day.saturating_add(days).clamp(-DAYS_MOST, DAYS_MOST);
        screen.windows = Paced::default();
    }
}

/// Calendars are read until the end of the second year after this one.
const DAYS_MOST: i64 = 1_000;

/// To the alarms of the whole fleet, or back to those of the pipeline.
pub(super) fn everywhere(app: &mut App) -> Vec<Request> {
    let before = watched(app);
    let Screen::Alarms(screen) = app.screen() else {
        return Vec::new();
    };
    let next = match screen.scope {
        AlarmsOf::Pipeline => {
            let first = rows::fleet_alarms(app).into_iter().next();
            AlarmsOf::Fleet(first.map(|row| row.id()))
        }
        AlarmsOf::Fleet(_) => AlarmsOf::Pipeline,
    };
    if let Some(Screen::Alarms(screen)) = app.ui.screens.last_mut() {
        screen.scope = next;
    }
    open::rewatch(app, &before)
}

pub(super) fn show_ok(app: &mut App) {
    if let Screen::Alarms(screen) = app.screen()
        && screen.scope != AlarmsOf::Pipeline
    {
        let text = "of the whole fleet only alarms that are not ok are listed: g goes back";
        return flash(app, FlashLevel::Info, text);
    }
    if let Some(Screen::Alarms(screen)) = app.ui.screens.last_mut() {
        screen.shown = match screen.shown {
            AlarmsShown::Urgent => AlarmsShown::All,
            AlarmsShown::All => AlarmsShown::Urgent,
        };
    }
}

/// Puts the cursor on the first row where it is nowhere yet, so that it stands on something that a
/// reordering cannot exchange.
pub(super) fn pin(app: &mut App) {
    if let Screen::Alarms(screen) = app.screen()
        && screen.scope != AlarmsOf::Pipeline
    {
        return;
    }
    let opened = app.screen().pipeline().and_then(|name| app.pipeline(name));
    let Some(pipeline) = opened else { return };
    match app.screen() {
        Screen::Alarms(screen) if screen.selected.is_none() => {
            let first = rows::alarms(pipeline, screen).into_iter().next();
            if let Some(Screen::Alarms(screen)) = app.ui.screens.last_mut() {
                screen.selected = first;
            }
        }
        Screen::Blockers(screen) if screen.selected.is_none() => {
            let first = rows::all_blockers(app, pipeline).into_iter().next();
            if let Some(Screen::Blockers(screen)) = app.ui.screens.last_mut() {
                screen.selected = first.map(|(stage, blocker)| (stage, blocker.id));
            }
        }
        Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Fleet(_)
        | Screen::Board(_)
        | Screen::Stage(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Tickets(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => {}
    }
}
