//! One pipeline: every stage in a strip, the stages around the selected one as cards, what waits
//! for a human, what happened last. Wide terminals put events, windows and releases beside.

mod beside;
mod lists;
mod mini;

use crate::{
    model::{Pipeline, StageView, board},
    tui::{
        app::App,
        pointer::Spot,
        query, rows,
        screen::{BoardScreen, Cards},
        theme::Role,
        view::{alarms, card, fleet::initial, footer},
        viewport::{CHART_FROM, Viewport, viewport},
        widgets::{Canvas, Line, canvas::below, distance, glyph},
    },
};
use lists::{list_needs, recent};
use ratatui::layout::Rect;

/// From this width on events have a pane of their own beside the cards' lower half.
const TWO_PANES: u16 = 110;

pub(super) fn draw(app: &App, screen: &BoardScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let views = board(pipeline, &app.replica.org, app.shown_now());
    let view = viewport(pipeline, screen, body.width);
    strip(canvas, body, &views, &view);
    let height = cards_height(body.height, screen.cards);
    let area = Rect {
        height,
        ..below(body, 1)
    };
    for (at, place) in view.seen.clone().zip(places(area, view.seen.len())) {
        let Some(of) = views.get(at) else { continue };
        let facts = query::card(pipeline, &app.replica.org, of.clone());
        let blockers = rows::stage_blockers(app, pipeline, &of.stage);
        let facts = query::Card { blockers, ..facts };
        let named = (at, at == view.selected);
        canvas.mark(place, Spot::Column(distance(view.selected, at)));
        match screen.cards {
            Cards::Large => card::draw(app, &facts, named, canvas, place),
            Cards::Small => mini::draw(app, &facts, named, canvas, place),
        }
    }
    let rest = below(body, 1 + height);
    lower(app, (pipeline, screen), &views, canvas, rest);
}

/// What stands beneath the cards.
fn lower(
    app: &App,
    (pipeline, screen): (&Pipeline, &BoardScreen),
    views: &[StageView],
    canvas: &mut Canvas<'_>,
    rest: Rect,
) {
    let needs = query::needs(pipeline, views);
    if rest.width >= TWO_PANES {
        let left = Rect {
            width: left_pane(rest.width),
            ..rest
        };
        let right = Rect {
            x: left.right() + 2,
            width: rest.width - left.width - 2,
            ..rest
        };
        beside::draw(app, (pipeline, screen), views, canvas, left);
        let charted = rest.width >= CHART_FROM && rest.height >= 2 * CHART_ROWS;
        let watched = pipeline.definition.iter().any(|d| !d.alarms.is_empty());
        let chart = if charted && watched { CHART_ROWS } else { 0 };
        let events = right.height - chart;
        let above = Rect {
            height: events,
            ..right
        };
        recent(app, (pipeline, screen), canvas, above);
        if chart > 0 {
            let place = below(right, events + 1);
            alarms::worst(app, (pipeline, &screen.seen), canvas, place);
        }
        return;
    }
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
    list_needs(app, screen, &needs, canvas, place);
    recent(app, (pipeline, screen), canvas, below(rest, used));
}

/// How much of a wide board is to the left of its events and its chart.
pub(super) fn left_pane(width: u16) -> u16 {
    width * 3 / 5
}

/// Rows for the chart of an alarm and what is said of it, with the one above.
const CHART_ROWS: u16 = 14;
/// Rows for events, with their heading, that needs do not take.
const RECENT_LEAST: u16 = 4;
/// With fewer rows than this beneath the cards there are no events.
const TWO_LISTS: u16 = 7;
/// A small card has so many lines, if there is room for them.
const SMALL_CARD: u16 = 8;

/// Cards take the upper half, and a little more when there is little.
fn cards_height(body: u16, cards: Cards) -> u16 {
    let most = match body {
        0..=14 => body.saturating_sub(5),
        15..=23 => 10,
        24..=44 => body / 2 - 2,
        _ => 18,
    };
    match cards {
        Cards::Large => most,
        Cards::Small => most.min(SMALL_CARD),
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

/// How a stage is written in the strip, by how much room there is.
#[derive(Clone, Copy)]
enum Names {
    Whole,
    Initials,
    Signs,
}

/// `+source +build [>@gamma !wave-1] .wave-2        stages 3-4 of 5  H/L 1-8 w`
fn strip(canvas: &mut Canvas<'_>, body: Rect, views: &[StageView], view: &Viewport) {
    let text = match view.seen.len() {
        shown if shown == views.len() => format!("{shown} stages"),
        1 => format!("stage {} of {}", view.seen.start + 1, views.len()),
        _ => format!(
            "stages {}-{} of {}",
            view.seen.start + 1,
            view.seen.end,
            views.len()
        ),
    };
    let room = usize::from(body.width).saturating_sub(text.len() + 4);
    let whole: usize = views.iter().map(|view| view.stage.as_str().len() + 2).sum();
    let names = match room {
        room if whole <= room => Names::Whole,
        room if views.len() * 3 <= room => Names::Initials,
        _ => Names::Signs,
    };
    let mut line = Line::plain(" ");
    for (at, of) in views.iter().enumerate() {
        let name = match names {
            Names::Whole => of.stage.to_string(),
            Names::Initials => initial(of.stage.as_str()).to_string(),
            Names::Signs => String::new(),
        };
        let gap = match names {
            Names::Whole | Names::Initials => " ",
            Names::Signs => "",
        };
        let open = if at == view.seen.start { "[" } else { "" };
        let close = if at + 1 == view.seen.end { "]" } else { "" };
        let role = if at == view.selected {
            Role::Selection
        } else {
            Role::Plain
        };
        line = line
            .then(Role::Frame, open)
            .join(glyph(canvas.theme, Role::Status(of.status)))
            .then(role, name)
            .then(Role::Frame, format!("{close}{gap}"));
    }
    let mut right = Line::of(Role::Label, text);
    let keys = "  [H/L scroll, 1-8 jump, w fit]";
    if line.width() + right.width() + keys.len() < usize::from(body.width) {
        right = right.then(Role::Label, keys);
    }
    canvas.ends(Rect { height: 1, ..body }, &line, &right);
}

/// Whether a window is open, in a word.
pub(super) fn open_word(open: bool) -> (Role, &'static str) {
    if open {
        (Role::Good, "open")
    } else {
        (Role::Warning, "CLOSED")
    }
}
