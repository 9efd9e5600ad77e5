//! The alarms of the whole fleet that are not ok. What each read lately is asked for on the screen of
//! its pipeline, one Enter away.

use super::{role, severity, value};
use crate::{
    model::{AlarmLevel, StageName, Urgency},
    tui::{
        app::App,
        rows::{self, FleetAlarm},
        screen::AlarmsScreen,
        text::{Sanitized, ago, wrap},
        theme::Role,
        view::list::{List, Pages},
        widgets::{Canvas, Column, Line, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// Rows kept for the selected one.
const DETAIL: u16 = 5;
/// From this width on names of alarms and stages are whole.
const WIDE: u16 = 100;

pub(super) fn draw(app: &App, screen: &AlarmsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let found = rows::fleet_alarms(app);
    let firing = found.iter().filter(|row| urgency(row) == Urgency::Firing);
    let firing = firing.count();
    let head = Line::plain(" ")
        .then(role(Urgency::Firing), format!("{firing} firing"))
        .then(
            role(Urgency::NoData),
            format!("   {} no data", found.len() - firing),
        )
        .then(
            Role::Label,
            "   scope: whole fleet  (g: back to the pipeline)",
        );
    canvas.line(body, &head);
    let area = below(body, 1);
    if found.is_empty() {
        return canvas.line(area, &Line::plain(" every alarm of every pipeline is ok"));
    }
    let selected = rows::selected_alarm(app, screen);
    let wide = area.width >= WIDE;
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("SEV", 4).spare(2),
        Column::fixed("PIPELINE", 15),
        Column::fixed("ALARM", if wide { 26 } else { 17 }),
        Column::fixed("STAGE", if wide { 22 } else { 9 }).spare(4),
        Column::fixed("SINCE", 6).spare(1),
        Column::fixed("VALUE / LIMIT", 14),
        Column::fill("EFFECT").spare(3),
    ];
    let list = List {
        rows: &found,
        selected: found.iter().position(|row| Some(*row) == selected),
        pages: Pages::FromStart,
    };
    let place = Rect {
        height: area.height.saturating_sub(DETAIL),
        ..area
    };
    list.draw(canvas, place, &columns, |row, canvas| {
        cells(app, row, (wide, canvas))
    });
    if let Some(row) = selected {
        detail(&row, canvas, below(area, place.height));
    }
}

fn urgency(row: &FleetAlarm<'_>) -> Urgency {
    match row.alarm.state.level {
        AlarmLevel::Firing => Urgency::Firing,
        AlarmLevel::NoData => Urgency::NoData,
        AlarmLevel::Ok => Urgency::Ok,
    }
}

fn cells(app: &App, row: &FleetAlarm<'_>, (wide, canvas): (bool, &Canvas<'_>)) -> Vec<Line> {
    let alarm = row.alarm;
    let stages: Vec<&str> = alarm.stages.iter().map(StageName::as_str).collect();
    let stages = match stages.as_slice() {
        [first, _, ..] if !wide => format!("{first} +{}", stages.len() - 1),
        _ => stages.join(" "),
    };
    vec![
        glyph(canvas.theme, role(urgency(row))),
        Line::plain(severity(alarm.severity)),
        Line::plain(row.pipeline.to_string()),
        Line::plain(alarm.alarm.to_string()),
        Line::plain(stages),
        Line::plain(ago(alarm.state.since, app.shown_now())),
        Line::plain(value(&alarm.state, alarm.limit, '>')),
        Line::plain(alarm.effect.clone()),
    ]
}

fn detail(row: &FleetAlarm<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let alarm = row.alarm;
    let title = Line::of(Role::Title, format!(" {} of {}", alarm.alarm, row.pipeline))
        .then(Role::Plain, format!("  {}", alarm.effect));
    let mut lines = vec![title];
    let width = usize::from(area.width.saturating_sub(2));
    if !alarm.state.why.is_empty() {
        let why = wrap(&alarm.state.told(), width);
        let why = why.into_iter().take(2);
        lines.extend(why.map(|text| Line::of(Role::Warning, format!(" {text}"))));
    }
    let runbook = alarm.runbook.iter();
    lines.extend(runbook.map(|link| {
        let text = Sanitized::from(format!(" runbook: {link}  (y u copies)"));
        Line::of(Role::Plain, text)
    }));
    canvas.lines(area, &lines);
}
