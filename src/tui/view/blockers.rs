//! When stages let releases in, as lanes over time; below them everything between releases and
//! stages, the selected reason in full, what people have put in force, and the rules of windows.

mod detail;
pub(super) mod lanes;
mod rules;

use crate::{
    model::{Blocker, StageName},
    tui::{
        app::App,
        query, rows,
        screen::BlockersScreen,
        text::ago,
        theme::Role,
        view::{
            footer,
            list::{List, Pages},
            stage::{blocker_glyph, clears},
        },
        widgets::{Canvas, Column, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Rows for the list of blockers and for the selected one that the lanes leave.
const LIST_LEAST: u16 = 4;

pub(super) fn draw(app: &App, screen: &BlockersScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let rows = rows::all_blockers(app, pipeline);
    let is_chosen = |(stage, blocker): &(StageName, Blocker)| {
        let chosen = screen.selected.as_ref();
        chosen.is_some_and(|(s, id)| s == stage && *id == blocker.id)
    };
    let selected = rows.iter().position(is_chosen);
    let told = selected
        .and_then(|at| rows.get(at))
        .map(|(stage, blocker)| {
            let width = usize::from(body.width.saturating_sub(2));
            detail::lines(app, screen, pipeline, (stage, blocker), width)
        });
    let told = told.unwrap_or_default();
    let n_told = u16::try_from(told.len()).unwrap_or(u16::MAX);
    let for_lanes = Rect {
        height: body.height.saturating_sub(LIST_LEAST + n_told.min(3)),
        ..body
    };
    let rest = below(body, lanes::draw(app, screen, canvas, for_lanes));
    let wanted = u16::try_from(rows.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2);
    let list = Rect {
        height: wanted
            .min(rest.height.saturating_sub(n_told))
            .max(LIST_LEAST),
        ..rest
    };
    list_blockers(app, (&rows, selected), canvas, list);
    let rest = below(rest, list.height);
    let rest = below(rest, canvas.lines(rest, &told));
    let rest = below(rest, in_force(app, screen, canvas, below(rest, 1)));
    rules::draw(app, screen, canvas, below(rest, 1));
}

fn list_blockers(
    app: &App,
    (rows, selected): (&[(StageName, Blocker)], Option<usize>),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    if rows.is_empty() {
        return canvas.line(area, &Line::plain(" nothing is in the way of anything"));
    }
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("ID", if area.width < 80 { 20 } else { 24 }),
        Column::fixed("KIND", 10).spare(3),
        Column::fixed("STAGE", 10),
        Column::fixed("FOR", 7).right().spare(1),
        Column::fill("UNTIL"),
        Column::fixed("WHO MAY PASS", 23).spare(2),
    ];
    let now = app.shown_now();
    let list = List {
        rows,
        selected,
        pages: Pages::FromStart,
    };
    list.draw(canvas, area, &columns, |(stage, blocker), canvas| {
        vec![
            blocker_glyph(blocker, canvas),
            Line::plain(blocker.id.to_string()),
            Line::plain(query::kind_word(blocker.kind)),
            Line::plain(stage.to_string()),
            Line::plain(ago(blocker.since, now)),
            Line::plain(clears(blocker, app.times())),
            Line::plain(query::passage_word(blocker.passage)),
        ]
    });
}

/// Holds and overrides with what is left of them; says how many rows that took, with the one above.
fn in_force(app: &App, screen: &BlockersScreen, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let now = app.shown_now();
    let pipeline = app.pipeline(&screen.pipeline);
    let orders = query::standing_orders(pipeline, &app.replica.org, now);
    if orders.is_empty() || area.height < 2 {
        return 0;
    }
    let mut lines = vec![Line::of(Role::Title, " IN FORCE")];
    lines.extend(orders.into_iter().map(|order| {
        let left = order.expires.map_or_else(
            || "until it is lifted".to_owned(),
            |at| format!("{} left", at.since(now).short()),
        );
        Line::plain(format!("   {:<28} {left:<20} ", order.what))
            .then(Role::Label, format!("by {}: ", order.by))
            .then(Role::Plain, order.reason)
    }));
    canvas.lines(area, &lines) + 1
}
