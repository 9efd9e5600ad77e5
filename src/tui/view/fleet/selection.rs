//! The selected pipeline below the list: whose it is, who is on call for it, when it was last
//! deployed, why it is as it is where the row had no room for it, and the next best action. Every fact has its column, so that
//! going through the list rewrites facts and not their names.

use crate::{
    model::Summary,
    tui::{
        app::App,
        query::{self, remedy},
        text::{Sanitized, ago},
        theme::Role,
        view::fleet::columns::next,
        widgets::{Canvas, Line, badge, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Where the facts of the first line begin, and those of the last one.
const OWNER: usize = 20;
const ON_CALL: usize = 39;
const DEPLOYED: usize = 59;
const APPROVERS: usize = 82;
const SERVICE: usize = 108;
const NEXT: usize = 14;
const TICKET: usize = 45;

/// Whether the row says whole why it is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    InItsRow,
    Cut,
}

/// Draws two lines, or three with the reason between them.
pub(super) fn draw(app: &App, (row, why): (&Summary, Why), canvas: &mut Canvas<'_>, area: Rect) {
    canvas.line(area, &who(app, row, area));
    if area.height > 2 && why == Why::Cut {
        let why = Sanitized::from(format!(" {}", row.why));
        canvas.line(below(area, 1), &Line::of(Role::Plain, why));
    }
    let last = below(area, area.height.saturating_sub(1));
    let line = Line::plain(" ").join(badge(canvas.theme, row.status));
    canvas.line(last, &action(app, row, line));
}

/// As many facts as fit whole.
fn who(app: &App, row: &Summary, area: Rect) -> Line {
    let detail = &row.detail;
    let said =
        |label: &'static str, text: String| Line::of(Role::Label, label).then(Role::Plain, text);
    let deployed = detail.deployed.map_or_else(
        || "never".to_owned(),
        |at| format!("{} ago", ago(at, app.shown_now())),
    );
    let approvers = detail.approvers.first();
    let approvers =
        approvers.map_or_else(Line::default, |group| said("approvers ", group.to_string()));
    let on_call = query::on_call(app, &row.owner);
    let on_call = on_call.map_or_else(Line::default, |who| said("on-call ", who));
    let facts = [
        (OWNER, said("owner ", row.owner.to_string())),
        (ON_CALL, on_call),
        (DEPLOYED, said("last deploy ", deployed)),
        (APPROVERS, approvers),
        (SERVICE, said("service ", row.service.to_string())),
    ];
    let mut line = Line::of(Role::Title, format!(" {}", row.pipeline));
    for (column, fact) in facts {
        let next = line.clone().then(Role::Plain, "  ").to(column).join(fact);
        if next.width() > usize::from(area.width) {
            break;
        }
        line = next;
    }
    line
}

/// What to do next, after what it is.
fn action(app: &App, row: &Summary, status: Line) -> Line {
    let line = status.then(Role::Plain, " ").to(NEXT);
    let line = line.then(Role::Label, "next: ").join(next(app, row));
    let [ticket, ..] = row.detail.tickets.as_slice() else {
        return line;
    };
    let hands = ticket.hands();
    let hands = if hands.is_empty() {
        "nobody has it".to_owned()
    } else {
        hands
    };
    // What it is about is why the row is as it is, as long as the row wants something.
    let text = if remedy(row.status).is_some() {
        format!("{}, {hands}", ticket.id)
    } else {
        format!("{}, {hands}: {}", ticket.id, ticket.title)
    };
    line.then(Role::Plain, "  ")
        .to(TICKET)
        .then(Role::Label, "ticket ")
        .then(Role::Warning, Sanitized::from(text))
}
