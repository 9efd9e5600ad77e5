//! What happened in the pipeline, newest last: one line per fact, the whole text of the selected one.

use crate::{
    model::Entry,
    tui::{
        app::App,
        query, rows,
        screen::EventsScreen,
        text::{Sanitized, wrap},
        theme::Role,
        view::{
            footer,
            list::{List, Pages, places},
        },
        widgets::{Canvas, Column, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected event.
const DETAIL: u16 = 4;

pub(super) fn draw(app: &App, screen: &EventsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(opened) = app.replica.opened.get(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let row = |entry| query::event(&opened.pipeline, &opened.entries, entry);
    let entries = rows::events(app, screen);
    let follow = if screen.selected.is_none() {
        "ON"
    } else {
        "off"
    };
    let filter = if screen.filter.is_empty() {
        "(none)".to_owned()
    } else {
        screen.filter.clone()
    };
    let head = Line::of(Role::Label, " follow ")
        .then(Role::Plain, follow)
        .then(Role::Label, "   kinds: ")
        .then(Role::Plain, screen.kinds.word())
        .then(Role::Label, "   filter: ")
        .then(Role::Plain, filter)
        .then(Role::Label, format!("   {} events here", entries.len()));
    canvas.line(body, &head);
    let newest = entries.len().checked_sub(1);
    let chosen = screen.selected;
    let selected = chosen.and_then(|revision| entries.iter().position(|e| e.revision == revision));
    let selected = selected.or(newest);
    let (area, place) = places(below(body, 1), DETAIL);
    if entries.is_empty() {
        let text = " nothing of that is kept here: K for other kinds, / for another filter";
        return canvas.line(area, &Line::of(Role::Label, text));
    }
    let times = app.times();
    let columns = [
        Column::fixed(times.title(), 9),
        Column::fixed("KIND", 10),
        Column::fixed("ACTOR", 10).spare(1),
        Column::fixed("STAGE", 10),
        Column::fill("WHAT"),
    ];
    let list = List {
        rows: &entries,
        selected,
        pages: Pages::FromEnd,
    };
    list.draw(canvas, area, &columns, |entry, _| {
        let event = row(entry);
        vec![
            Line::plain(times.clock(event.at)),
            Line::of(Role::Title, event.kind),
            Line::plain(event.actor),
            Line::plain(event.stage),
            Line::plain(event.text),
        ]
    });
    if let Some(entry) = selected.and_then(|at| entries.get(at)) {
        detail(&row(entry), entry, canvas, place);
    }
}

fn detail(event: &query::EventRow, entry: &Entry, canvas: &mut Canvas<'_>, area: Rect) {
    let head = format!(
        " event {} of the pipeline, {} of the journal, {}",
        entry.revision, entry.seq, entry.at
    );
    let mut lines = vec![Line::of(Role::Label, head)];
    if let Some((key, plan)) = query::asked(&entry.fact) {
        let asked = Line::of(Role::Label, " request ")
            .then(Role::Plain, key)
            .then(Role::Label, "  plan ")
            .then(Role::Plain, plan);
        lines.push(asked);
    }
    let text = format!("{}: {}", event.actor, event.text);
    let width = usize::from(area.width.saturating_sub(2));
    lines.extend(
        wrap(&text, width)
            .iter()
            .map(|line| Line::plain(format!(" {line}"))),
    );
    // As `y j` copies it, where there is room for all of it.
    if area.height > DETAIL {
        let json = serde_json::to_string_pretty(entry).unwrap_or_default();
        lines.push(Line::default());
        let json = json.lines().map(|line| format!(" {line}"));
        lines.extend(json.map(|line| Line::of(Role::Label, Sanitized::from(line))));
    }
    canvas.lines(area, &lines);
}
