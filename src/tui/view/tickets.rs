//! Open tickets of every pipeline: what on-call must deal with, whose it is and where it points.

use crate::{
    model::Ticket,
    tui::{
        app::App,
        rows::{self, TicketRow},
        screen::{TicketScope, TicketsScreen},
        text::{Sanitized, ago, wrap},
        theme::Role,
        view::list::{List, Pages, places},
        widgets::{Canvas, Column, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected ticket.
const DETAIL: u16 = 5;

pub(super) fn draw(app: &App, screen: &TicketsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let found = rows::tickets(app, screen);
    let mut head = Line::of(Role::Label, "view:");
    for scope in [TicketScope::All, TicketScope::Mine] {
        head = if scope == screen.scope {
            head.then(Role::Title, format!(" [{}]", scope.word()))
        } else {
            head.then(Role::Label, format!(" {}", scope.word()))
        };
    }
    let filter = match screen.filter.as_str() {
        "" => "(none)",
        text => text,
    };
    head = head
        .then(Role::Label, "  filter: ")
        .then(Role::Plain, filter.to_owned())
        .then(Role::Label, format!("  {} open", found.len()));
    canvas.line(body, &head);
    let area = below(body, 1);
    if found.is_empty() {
        let text = " no open ticket here: v for the other view";
        return canvas.line(area, &Line::of(Role::Label, text));
    }
    let selected = rows::selected_ticket(app, screen);
    let list = List {
        selected: found.iter().position(|row| Some(row.id()) == selected),
        rows: &found,
        pages: Pages::FromStart,
    };
    let (place, beside) = places(area, DETAIL);
    let columns = [
        Column::fixed("TICKET", 6),
        Column::fixed("PIPELINE", 16),
        Column::fixed("STAGE", 9).spare(2),
        Column::fixed("REL", 5).spare(3),
        Column::fixed("AGE", 6).right(),
        Column::fixed("AGAIN", 5).right().spare(5),
        Column::fixed("WHO", 12).spare(1),
        Column::fill("TITLE"),
    ];
    list.draw(canvas, place, &columns, |row, _| cells(app, row));
    if let Some(row) = list.selected.and_then(|at| found.get(at)) {
        detail(app, row, canvas, beside);
    }
}

fn cells(app: &App, row: &TicketRow<'_>) -> Vec<Line> {
    let ticket = row.ticket;
    let (times, _) = ticket.again.unwrap_or((0, ticket.opened));
    let who = match (&ticket.assignee, &ticket.acknowledged) {
        (Some(to), _) => Line::plain(to.to_string()),
        (None, Some((by, _))) => Line::plain(format!("seen by {by}")),
        (None, None) => Line::of(Role::Warning, "nobody"),
    };
    vec![
        Line::plain(ticket.id.to_string()),
        Line::plain(row.pipeline.to_string()),
        Line::plain(ticket.stage.to_string()),
        Line::plain(ticket.release.to_string()),
        Line::plain(ago(ticket.opened, app.shown_now())),
        Line::plain(times.to_string()),
        who,
        Line::plain(ticket.title.clone()),
    ]
}

/// The whole of a ticket, with the newest notes.
fn detail(app: &App, row: &TicketRow<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let Ticket {
        id,
        cause,
        title,
        stage,
        release,
        opened,
        alarm,
        ..
    } = row.ticket;
    let alarm = alarm.as_ref().map(|alarm| format!("   alarm {alarm}"));
    let hands = row.ticket.hands();
    let hands = if hands.is_empty() {
        "nobody has it: a k says you have seen it".to_owned()
    } else {
        hands
    };
    let now = app.shown_now();
    let mut lines = vec![
        Line::of(Role::Title, format!(" {id} of {}", row.pipeline))
            .then(Role::Label, format!("  {release} in {stage}, opened "))
            .then(Role::Plain, format!("{opened}, {} ago", ago(*opened, now))),
        Line::default(),
        Line::of(Role::Label, " cause ")
            .then(Role::Plain, cause.clone())
            .then(Role::Warning, alarm.unwrap_or_default())
            .then(Role::Label, "   hands ")
            .then(Role::Plain, hands),
    ];
    // Whole where there is room, else as much as one line takes.
    let width = usize::from(area.width.saturating_sub(2));
    let parts = match area.height {
        0..=DETAIL => vec![title.clone()],
        _ => wrap(title, width),
    };
    let parts = parts
        .into_iter()
        .map(|part| Sanitized::from(format!(" {part}")));
    lines.splice(1..2, parts.map(|part| Line::of(Role::Plain, part)));
    let room = usize::from(area.height).saturating_sub(lines.len());
    lines.extend(row.ticket.notes.iter().rev().take(room).map(|note| {
        let head = format!(" {} {}: ", ago(note.at, now), note.by);
        Line::of(Role::Label, head).then(Role::Plain, note.text.clone())
    }));
    canvas.lines(area, &lines);
}
