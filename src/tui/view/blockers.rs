//! Everything between releases and stages, and the time windows with their next change.

use crate::{
    model::{Blocker, StageName},
    tui::{
        app::App,
        query::{self, WindowRow},
        rows,
        screen::BlockersScreen,
        text::{ago, wrap},
        theme::Role,
        view::{
            board::open_word,
            footer,
            list::{List, Pages},
            stage::{blocker_glyph, clears},
        },
        widgets::{Canvas, Column, Line, Row, canvas::below, table},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected blocker.
const DETAIL: u16 = 3;

pub(super) fn draw(app: &App, screen: &BlockersScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let rows = rows::all_blockers(app, pipeline);
    let windows = query::window_rows(pipeline, app.server_now());
    let window_rows = u16::try_from(windows.len().max(1)).unwrap_or(u16::MAX);
    let window_height = window_rows.saturating_add(2).min(body.height * 2 / 5);
    let detail_height = if rows.is_empty() { 0 } else { DETAIL };
    let area = Rect {
        height: body.height - window_height - detail_height,
        ..body
    };
    list_blockers(app, screen, &rows, canvas, area);
    let chosen = screen.selected.as_ref();
    let is_chosen = |row: &&(StageName, Blocker)| {
        chosen.is_some_and(|(stage, id)| *stage == row.0 && *id == row.1.id)
    };
    if let Some((stage, blocker)) = rows.iter().find(is_chosen) {
        let place = Rect {
            y: area.bottom(),
            height: detail_height,
            ..body
        };
        detail(app, stage, blocker, canvas, place);
    }
    let place = Rect {
        y: body.bottom() - window_height,
        height: window_height,
        ..body
    };
    list_windows(app, &windows, canvas, place);
}

fn list_blockers(
    app: &App,
    screen: &BlockersScreen,
    rows: &[(StageName, Blocker)],
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    if rows.is_empty() {
        return canvas.line(area, &Line::plain(" nothing is in the way of anything"));
    }
    let chosen = screen.selected.as_ref();
    let selected = rows
        .iter()
        .position(|(stage, blocker)| chosen.is_some_and(|(s, id)| s == stage && *id == blocker.id));
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("ID", 24),
        Column::fixed("KIND", 10).spare(3),
        Column::fixed("STAGE", 10),
        Column::fixed("SINCE", 7).right().spare(1),
        Column::fill("CLEARS"),
        Column::fixed("TO PASS", 23).spare(2),
    ];
    let now = app.server_now();
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

fn detail(app: &App, stage: &StageName, blocker: &Blocker, canvas: &mut Canvas<'_>, area: Rect) {
    let place = match &blocker.region {
        Some(region) => format!("{stage}, {region}: "),
        None => format!("{stage}: "),
    };
    let text = format!(
        "{place}{}; clears {}",
        blocker.why,
        clears(blocker, app.times())
    );
    let lines = wrap(&text, usize::from(area.width.saturating_sub(2)));
    let lines: Vec<Line> = lines
        .iter()
        .map(|line| Line::plain(format!(" {line}")))
        .collect();
    canvas.lines(area, &lines);
}

fn list_windows(app: &App, windows: &[WindowRow], canvas: &mut Canvas<'_>, area: Rect) {
    let clock = format!("  now {}", app.times().wall(app.server_now()));
    canvas.line(
        area,
        &Line::of(Role::Title, " WINDOWS").then(Role::Label, clock),
    );
    let rest = below(area, 1);
    if windows.is_empty() {
        return canvas.line(
            rest,
            &Line::plain("   none: deployments may start at any time"),
        );
    }
    let columns = [
        Column::fixed("STAGE", 10),
        Column::fixed("WINDOW", 16),
        Column::fixed("NOW", 6),
        Column::fixed("NEXT", 22),
        Column::fill("RULE"),
        Column::fixed("TIME ZONE", 16).spare(1),
        Column::fixed("FROM", 22).spare(2),
    ];
    let rows = windows.iter().map(|row| {
        let (role, word) = open_word(row.open);
        let next = row
            .changes
            .map_or_else(|| "never".to_owned(), |at| app.times().due(at));
        let cells = vec![
            Line::plain(row.stage.to_string()),
            Line::plain(row.window.to_string()),
            Line::of(role, word),
            Line::plain(next),
            Line::plain(row.rule.clone()),
            Line::plain(row.zone.to_string()),
            Line::plain(row.origin.clone()),
        ];
        Row {
            cells,
            selected: false,
        }
    });
    table(canvas, rest, &columns, rows);
}
