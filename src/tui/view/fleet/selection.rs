//! The selected pipeline below the list: whose it is, when it was last deployed, why it is as it
//! is, and the next best action.

use crate::{
    model::Summary,
    tui::{
        app::App,
        text::{Sanitized, ago},
        theme::Role,
        view::fleet::columns::next,
        widgets::{Canvas, Line, badge, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Draws two lines, or three with the reason between them.
pub(super) fn draw(app: &App, row: &Summary, canvas: &mut Canvas<'_>, area: Rect) {
    canvas.line(area, &who(app, row, canvas));
    if area.height > 2 {
        let why = Sanitized::from(format!(" {}", row.why));
        canvas.line(below(area, 1), &Line::of(Role::Plain, why));
    }
    let last = below(area, area.height.saturating_sub(1));
    canvas.line(last, &action(app, row));
}

fn who(app: &App, row: &Summary, canvas: &Canvas<'_>) -> Line {
    let detail = &row.detail;
    let now = app.server_now();
    let said =
        |label: &'static str, text: String| Line::of(Role::Label, label).then(Role::Plain, text);
    let mut line =
        Line::of(Role::Title, format!(" {}  ", row.pipeline)).join(badge(canvas.theme, row.status));
    if let Some(since) = row.since {
        line = line.then(Role::Plain, format!(" for {}", ago(since, now)));
    }
    line = line.join(said("  owner ", row.owner.to_string()));
    if let Some(group) = detail.approvers.first() {
        line = line.join(said("  approvers ", group.to_string()));
    }
    let deployed = match detail.deployed {
        Some(at) => format!("{} ago", ago(at, now)),
        None => "never".to_owned(),
    };
    line = line.join(said("  last deploy ", deployed));
    line.join(said("  service ", row.service.to_string()))
}

fn action(app: &App, row: &Summary) -> Line {
    let line = Line::of(Role::Label, " next: ").join(next(app, row));
    match row.detail.tickets.as_slice() {
        [] => line,
        [ticket, ..] => {
            let hands = ticket.hands();
            let hands = if hands.is_empty() {
                "nobody has it".to_owned()
            } else {
                hands
            };
            let text = format!("{}, {hands}: {}", ticket.id, ticket.title);
            line.then(Role::Label, "   ticket ")
                .then(Role::Warning, Sanitized::from(text))
        }
    }
}
