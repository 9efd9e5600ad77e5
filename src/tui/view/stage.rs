//! One stage in five tabs: how the rollout stands, its alarms, the whole list of what keeps it from
//! moving, the settings that hold for it, and what its steps print.

mod alarms;
mod config;
mod log;
mod targets;
mod why;

use crate::{
    model::{Blocker, Clears, Pipeline, StageView, board},
    tui::{
        app::App,
        query, rows,
        screen::{StageScreen, StageTab},
        text::{Times, ago},
        theme::Role,
        view::footer,
        widgets::{Canvas, Line, badge, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;
use why::Why;

pub(super) fn draw(app: &App, screen: &StageScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let views = board(pipeline, &app.replica.org, app.shown_now());
    let Some(view) = views.iter().find(|view| view.stage == screen.stage) else {
        return canvas.line(
            body,
            &Line::plain(" the definition has no such stage any more"),
        );
    };
    canvas.line(body, &headline(app, pipeline, view, canvas));
    let blockers = rows::stage_blockers(app, pipeline, &screen.stage);
    let fine = rows::fine(app, pipeline, &screen.stage, &blockers);
    let why = Why {
        blockers: &blockers,
        fine: &fine,
    };
    tabs(screen, pipeline, &why, canvas, below(body, 1));
    let rest = below(body, 2);
    match screen.tab {
        StageTab::Targets => targets::draw(app, (pipeline, screen), &why, canvas, rest),
        StageTab::Alarms => alarms::draw(app, (pipeline, screen), canvas, rest),
        StageTab::Blockers => why::draw(app, screen, &why, canvas, rest),
        StageTab::Config => config::draw(app, screen, canvas, rest),
        StageTab::Log => log::draw(app, screen, canvas, rest),
    }
}

/// `[Targets] | Alarms 2 | Blockers 1 | Config | Log        [ ] switch`
fn tabs(
    screen: &StageScreen,
    pipeline: &Pipeline,
    why: &Why<'_>,
    canvas: &mut Canvas<'_>,
    row: Rect,
) {
    let standing = why.blockers.iter().filter(|b| b.blocks()).count();
    let mut line = Line::plain(" ");
    for (at, tab) in StageTab::ALL.into_iter().enumerate() {
        let count = match tab {
            StageTab::Alarms => Some(rows::stage_alarms(pipeline, &screen.stage).len()),
            StageTab::Blockers => Some(standing),
            StageTab::Targets | StageTab::Config | StageTab::Log => None,
        };
        let count = count.map_or_else(String::new, |count| format!(" {count}"));
        let gap = if at == 0 { "" } else { " | " };
        let word = format!("{}{count}", tab.word());
        line = line.then(Role::Frame, gap);
        line = if tab == screen.tab {
            line.then(Role::Selection, format!("[{word}]"))
        } else {
            line.then(Role::Plain, word)
        };
    }
    let keys = "[ and ] switch ";
    let fits = line.width() + keys.len() < usize::from(row.width);
    let keys = Line::of(Role::Label, if fits { keys } else { "" });
    canvas.ends(Rect { height: 1, ..row }, &line, &keys);
}

fn headline(app: &App, pipeline: &Pipeline, view: &StageView, canvas: &Canvas<'_>) -> Line {
    let now = app.shown_now();
    let release = view
        .release
        .map_or_else(String::new, |release| format!("  {release}"));
    let since = view
        .since
        .map_or_else(String::new, |at| format!("  {}", ago(at, now)));
    let state = pipeline.stage(&view.stage);
    let next = state.and_then(|state| state.waiting.last());
    let next = next.filter(|(next, _)| Some(*next) != view.release);
    let next = next.map_or_else(String::new, |(next, _)| format!("  next {next}"));
    Line::plain(" ")
        .join(badge(canvas.theme, view.status))
        .then(Role::Title, release)
        .then(Role::Plain, format!("{since}{next}"))
        .then(
            Role::Plain,
            if view.why.is_empty() {
                String::new()
            } else {
                format!("  {}", view.why)
            },
        )
}

/// The sign of what stands, or of what was overridden.
pub(super) fn blocker_glyph(blocker: &Blocker, canvas: &Canvas<'_>) -> Line {
    let role = if blocker.blocks() {
        Role::Status(query::kind_status(blocker.kind))
    } else {
        Role::Overridden
    };
    glyph(canvas.theme, role)
}

/// When it goes away: a moment, or what has to happen.
pub(super) fn clears(blocker: &Blocker, times: Times) -> String {
    match (&blocker.overridden, &blocker.clears) {
        (Some(id), _) => format!("overridden by {id}"),
        (None, Clears::At(at)) => times.due(*at),
        (None, Clears::When(what)) => what.clone(),
    }
}
