//! The alarms of a pipeline: firing first, then those without data; what each does to deployments.

use crate::{
    model::{Severity, StageName},
    tui::{
        app::App,
        query::{self, AlarmRow},
        screen::AlarmsScreen,
        text::{ago, wrap},
        theme::Role,
        view::{
            footer,
            list::{List, Pages},
        },
        widgets::{Canvas, Column, Line, badge, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected alarm.
const DETAIL: u16 = 4;

pub(super) fn draw(app: &App, screen: &AlarmsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let rows = query::alarm_rows(pipeline);
    let count = |status| rows.iter().filter(|row| row.status == status).count();
    let head = [
        crate::model::Status::Alarm,
        crate::model::Status::NoData,
        crate::model::Status::Ok,
    ];
    let mut line = Line::plain(" ");
    for status in head {
        let number = count(status);
        line = line
            .join(badge(canvas.theme, status))
            .then(Role::Plain, format!(" {number}   "));
    }
    canvas.line(body, &line);
    if rows.is_empty() {
        return canvas.line(
            below(body, 1),
            &Line::plain(" the definition names no alarms"),
        );
    }
    let selected = rows
        .iter()
        .position(|row| Some(&row.alarm) == screen.selected.as_ref());
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("SEV", 4),
        Column::fixed("ALARM", 20),
        Column::fixed("STAGES", if body.width >= 100 { 30 } else { 12 }).spare(3),
        Column::fixed("SINCE", 7).right().spare(1),
        Column::fixed("VALUE / LIMIT", 16).spare(2),
        Column::fill("EFFECT"),
    ];
    let list = List {
        rows: &rows,
        selected,
        pages: Pages::FromStart,
    };
    let area = Rect {
        height: body.height - 1 - DETAIL,
        ..below(body, 1)
    };
    list.draw(canvas, area, &columns, |row, canvas| {
        cells(app, row, canvas)
    });
    if let Some(row) = selected.and_then(|at| rows.get(at)) {
        let place = Rect {
            y: body.bottom() - DETAIL,
            height: DETAIL,
            ..body
        };
        detail(row, canvas, place);
    }
}

fn cells(app: &App, row: &AlarmRow, canvas: &Canvas<'_>) -> Vec<Line> {
    let stages: Vec<&str> = row.stages.iter().map(StageName::as_str).collect();
    let value = row
        .value
        .map_or_else(|| "-".to_owned(), |value| value.to_string());
    vec![
        glyph(canvas.theme, Role::Status(row.status)),
        Line::plain(severity(row.severity)),
        Line::plain(row.alarm.to_string()),
        Line::plain(stages.join(" ")),
        Line::plain(
            row.since
                .map_or_else(String::new, |since| ago(since, app.server_now())),
        ),
        Line::plain(format!("{value} > {}", row.limit)),
        Line::plain(row.effect),
    ]
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "med",
        Severity::Low => "low",
    }
}

fn detail(row: &AlarmRow, canvas: &mut Canvas<'_>, area: Rect) {
    let stages: Vec<&str> = row.stages.iter().map(StageName::as_str).collect();
    let mut lines = vec![
        Line::of(Role::Title, format!(" {}  ", row.alarm))
            .join(badge(canvas.theme, row.status))
            .then(Role::Label, "  watches ")
            .then(Role::Plain, stages.join(" ")),
        Line::plain(format!(" {}", row.effect)),
    ];
    if !row.why.is_empty() {
        let width = usize::from(area.width.saturating_sub(2));
        lines.extend(
            wrap(&row.why, width)
                .into_iter()
                .take(1)
                .map(|why| Line::plain(format!(" {why}"))),
        );
    }
    if let Some(runbook) = &row.runbook {
        lines.push(Line::of(Role::Label, " runbook ").then(Role::Plain, runbook.clone()));
    }
    canvas.lines(area, &lines);
}
