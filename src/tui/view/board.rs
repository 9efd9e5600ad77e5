//! One pipeline: every stage in a strip, the stages around the selected one as cards, what waits
//! for a human, what happened last. Wide terminals put events, windows and releases beside.

mod beside;

use crate::{
    model::{Fact, Pipeline, StageView, board},
    tui::{
        app::App,
        query, rows,
        screen::BoardScreen,
        text::ago,
        theme::Role,
        view::{card, fleet::initial, footer},
        widgets::{Canvas, Line, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// From this width on events have a pane of their own beside the cards' lower half.
const TWO_PANES: u16 = 110;
/// Narrower than this, one stage takes the whole width.
const CARDS: u16 = 80;
/// Cells of a card with the gap after it.
const CARD: u16 = 25;

pub(super) fn draw(app: &App, screen: &BoardScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let views = board(pipeline, &app.replica.org, app.server_now());
    let urgent = views
        .iter()
        .enumerate()
        .min_by_key(|(_, view)| view.status)
        .map(|(at, _)| at);
    let chosen = screen.selected.as_ref();
    let selected = views
        .iter()
        .position(|view| Some(&view.stage) == chosen)
        .or(urgent)
        .unwrap_or(0);
    let shown = if body.width < CARDS {
        1
    } else {
        usize::from((body.width + 1) / CARD)
    };
    let shown = shown.min(views.len()).max(1);
    let first = selected
        .saturating_sub(shown / 2)
        .min(views.len().saturating_sub(shown));
    let visible = first..(first + shown).min(views.len());
    strip(canvas, body, &views, (selected, visible.clone()));
    let height = cards_height(body.height);
    let area = Rect {
        height,
        ..below(body, 1)
    };
    for (at, place) in visible.clone().zip(places(area, shown)) {
        let Some(view) = views.get(at) else { continue };
        let facts = query::card(pipeline, &app.replica.org, view.clone());
        let blockers = rows::stage_blockers(app, pipeline, &view.stage);
        let facts = query::Card { blockers, ..facts };
        card::draw(app, &facts, (at, at == selected), canvas, place);
    }
    lower(app, pipeline, &views, canvas, below(body, 1 + height));
}

/// What stands beneath the cards.
fn lower(app: &App, pipeline: &Pipeline, views: &[StageView], canvas: &mut Canvas<'_>, rest: Rect) {
    if rest.width >= TWO_PANES {
        let left = Rect {
            width: rest.width * 3 / 5,
            ..rest
        };
        let right = Rect {
            x: left.right() + 2,
            width: rest.width - left.width - 2,
            ..rest
        };
        beside::draw(app, pipeline, views, canvas, left);
        recent(app, pipeline, canvas, right);
    } else {
        let needs = query::needs(pipeline, views);
        // A small terminal keeps its rows for what waits for somebody.
        let kept = if rest.height < TWO_LISTS {
            0
        } else {
            RECENT_LEAST
        };
        let room = rest.height.saturating_sub(kept).max(2);
        let wanted = u16::try_from(needs.len()).unwrap_or(room).saturating_add(1);
        let used = if kept == 0 {
            room
        } else {
            wanted.clamp(2, room)
        };
        let place = Rect {
            height: used.min(rest.height),
            ..rest
        };
        list_needs(app, &needs, canvas, place);
        recent(app, pipeline, canvas, below(rest, used));
    }
}

/// Rows for events, with their heading, that needs do not take.
const RECENT_LEAST: u16 = 4;
/// With fewer rows than this beneath the cards there are no events.
const TWO_LISTS: u16 = 7;

/// Cards take the upper half, and a little more when there is little.
fn cards_height(body: u16) -> u16 {
    match body {
        0..=14 => body.saturating_sub(5),
        15..=23 => 10,
        24..=44 => body / 2 - 2,
        _ => 18,
    }
}

fn places(area: Rect, shown: usize) -> Vec<Rect> {
    let n = u16::try_from(shown).unwrap_or(1).max(1);
    let width = (area.width - (n - 1)) / n;
    let spare = area.width - (n - 1) - width * n;
    let mut x = area.x;
    (0..n)
        .map(|at| {
            let width = width + u16::from(at < spare);
            let place = Rect { x, width, ..area };
            x += width + 1;
            place
        })
        .collect()
}

/// `+source +build [>@gamma !wave-1] .wave-2        stages 3-4 of 5`
fn strip(
    canvas: &mut Canvas<'_>,
    body: Rect,
    views: &[StageView],
    (selected, visible): (usize, std::ops::Range<usize>),
) {
    let long: usize = views.iter().map(|view| view.stage.as_str().len() + 2).sum();
    let brief = long + 24 > usize::from(body.width);
    let mut line = Line::plain(" ");
    for (at, view) in views.iter().enumerate() {
        let name = if brief {
            initial(view.stage.as_str()).to_string()
        } else {
            view.stage.to_string()
        };
        let open = if at == visible.start { "[" } else { "" };
        let close = if at + 1 == visible.end { "] " } else { " " };
        let role = if at == selected {
            Role::Selection
        } else {
            Role::Plain
        };
        line = line
            .then(Role::Frame, open)
            .join(glyph(canvas.theme, Role::Status(view.status)))
            .then(role, name)
            .then(Role::Frame, close);
    }
    let text = match visible.len() {
        shown if shown == views.len() => format!("{shown} stages"),
        1 => format!("stage {} of {}", visible.start + 1, views.len()),
        _ => format!(
            "stages {}-{} of {}",
            visible.start + 1,
            visible.end,
            views.len()
        ),
    };
    canvas.ends(
        Rect { height: 1, ..body },
        &line,
        &Line::of(Role::Label, text),
    );
}

fn list_needs(app: &App, needs: &[query::Need], canvas: &mut Canvas<'_>, area: Rect) {
    let title = format!(" NEEDS A HUMAN ({})", needs.len());
    canvas.line(area, &Line::of(Role::Title, title));
    let rows = below(area, 1);
    if needs.is_empty() {
        return canvas.line(rows, &Line::plain("   nothing"));
    }
    let stage_cells = needs
        .iter()
        .map(|need| need.stage.as_str().len())
        .max()
        .unwrap_or(0);
    for (at, need) in (0..rows.height).zip(needs) {
        let since = need
            .since
            .map_or_else(String::new, |at| ago(at, app.server_now()));
        let release = need.release.map(|release| format!("{release} "));
        let release = release.filter(|release| !need.text.contains(release.trim_end()));
        let release = release.unwrap_or_default();
        let role = Role::Status(need.status);
        let left = Line::plain(" ")
            .join(glyph(canvas.theme, role))
            .then(Role::Plain, format!(" {:<stage_cells$}  ", need.stage))
            .then(Role::Plain, release)
            .then(Role::Plain, need.text.clone());
        let right = Line::of(Role::Label, format!(" {}", need.remedy))
            .then(Role::Plain, format!(" {since:>7} "));
        canvas.ends(below(rows, at), &left, &right);
    }
}

/// What happened last, newest first; counting bakes is left out, or nothing else would be seen.
fn recent(app: &App, pipeline: &Pipeline, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.line(area, &Line::of(Role::Title, " RECENT"));
    let rows = below(area, 1);
    let entries = app
        .replica
        .opened
        .get(&pipeline.name)
        .map(|opened| &opened.entries);
    let told = entries.into_iter().flatten().rev().filter(|entry| {
        !matches!(
            entry.fact,
            Fact::BakeCounted { .. } | Fact::StepStarted { .. }
        )
    });
    for (at, entry) in (0..rows.height).zip(told) {
        let event = query::event(pipeline, entry);
        let when = app.times().clock(event.at);
        let line = Line::of(Role::Label, format!(" {when} "))
            .then(Role::Title, format!("{:<10} ", event.kind))
            .then(
                Role::Plain,
                if event.stage.is_empty() {
                    String::new()
                } else {
                    format!("{} ", event.stage)
                },
            )
            .then(Role::Plain, event.text);
        canvas.line(below(rows, at), &line);
    }
}

/// Whether a window is open, in a word.
pub(super) fn open_word(open: bool) -> (Role, &'static str) {
    if open {
        (Role::Good, "open")
    } else {
        (Role::Warning, "CLOSED")
    }
}
