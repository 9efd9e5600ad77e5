//! The alarms of a pipeline: what they say, what that does, and below the list everything there is
//! to see of the selected one. On a wide terminal that stands beside the list.

mod detail;
mod everywhere;

use crate::{
    api::Alarms,
    model::{AlarmLevel, AlarmState, Measure, Pipeline, Severity, Span, StageName, Urgency},
    tui::{
        app::App,
        paced::Paced,
        query::{self, AlarmRow},
        rows,
        screen::{AlarmsOf, AlarmsScreen},
        text::ago,
        theme::Role,
        view::{
            footer,
            list::{List, Pages, places},
        },
        widgets::{Canvas, Column, Line, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// From this width on a list has room for every stage.
const WIDE: u16 = 100;

pub(super) fn draw(app: &App, screen: &AlarmsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    if let AlarmsOf::Fleet(_) = screen.scope {
        return everywhere::draw(app, screen, canvas, body);
    }
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let all = query::alarm_rows(pipeline, screen.seen.answer.as_deref());
    canvas.line(body, &counts(&all, screen));
    let rest = below(body, 1);
    if all.is_empty() {
        return canvas.line(rest, &Line::plain(" the definition names no alarms"));
    }
    let shown = rows::alarms(pipeline, screen);
    let hidden = all.len() - shown.len();
    let listed = all
        .into_iter()
        .filter(|row| shown.contains(&row.sight.alarm));
    let listed: Vec<AlarmRow<'_>> = listed.collect();
    // The list takes what it needs, and leaves what the selected alarm needs at the least.
    let wanted = u16::try_from(listed.len()).unwrap_or(u16::MAX);
    let most = rest.height.saturating_sub(detail::LEAST);
    let rows = wanted.saturating_add(3).min(most).max(4);
    let (list, place) = places(rest, rest.height.saturating_sub(rows));
    let chosen = screen.selected.as_ref();
    let selected = listed
        .iter()
        .position(|row| Some(&row.sight.alarm) == chosen);
    draw_list(app, (&listed, selected, hidden), canvas, list);
    if let Some(row) = selected.and_then(|at| listed.get(at)) {
        detail::draw(app, every(&screen.seen), row, canvas, place);
    }
}

/// The most urgent alarm of a pipeline in full, for a board that has the room.
pub(super) fn worst(
    app: &App,
    (pipeline, seen): (&Pipeline, &Paced<Alarms>),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let rows = query::alarm_rows(pipeline, seen.answer.as_deref());
    if let Some(row) = rows.first() {
        detail::draw(app, every(seen), row, canvas, area);
    }
}

/// How often the server reads alarms; nothing before it has answered.
fn every(seen: &Paced<Alarms>) -> Span {
    let answer = seen.answer.as_ref();
    answer.map(|answer| answer.every).unwrap_or_default()
}

/// `1 firing  1 flapping  1 no data  19 ok`, and what is wrong with the answer.
fn counts(rows: &[AlarmRow<'_>], screen: &AlarmsScreen) -> Line {
    let mut line = Line::plain(" ");
    for urgency in Urgency::ALL {
        let alike = rows.iter().filter(|row| row.sight.urgency == urgency);
        let count = alike.count();
        let role = if count == 0 {
            Role::Label
        } else {
            role(urgency)
        };
        line = line.then(role, format!("{count} {}", urgency.word()));
        line = line.then(Role::Plain, "   ");
    }
    match &screen.seen.trouble {
        Some(why) => line.then(Role::Warning, format!("not answered: {why}")),
        None => line.then(Role::Label, "scope: this pipeline  (g: fleet)"),
    }
}

pub(super) fn role(urgency: Urgency) -> Role {
    use crate::model::Status;
    match urgency {
        Urgency::Firing => Role::Status(Status::Alarm),
        Urgency::Flapping => Role::Warning,
        Urgency::NoData => Role::Status(Status::NoData),
        Urgency::Ok => Role::Status(Status::Ok),
    }
}

fn draw_list(
    app: &App,
    (rows, selected, hidden): (&[AlarmRow<'_>], Option<usize>, usize),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let wide = area.width >= WIDE;
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("SEV", 4).spare(2),
        Column::fixed("ALARM", if wide { 26 } else { 17 }),
        Column::fixed("STAGE", if wide { 22 } else { 9 }).spare(3),
        Column::fixed("SINCE", 6).spare(1),
        Column::fixed("VALUE / LIMIT", 14),
        Column::fill("EFFECT"),
    ];
    let list = List {
        rows,
        selected,
        pages: Pages::FromStart,
    };
    let above = Rect {
        height: area.height.saturating_sub(u16::from(hidden > 0)),
        ..area
    };
    list.draw(canvas, above, &columns, |row, canvas| {
        cells(app, row, (wide, canvas))
    });
    if hidden > 0 {
        let text = format!("   ... {hidden} more ok  (o shows them)");
        canvas.line(below(area, area.height - 1), &Line::of(Role::Label, text));
    }
}

fn cells(app: &App, row: &AlarmRow<'_>, (wide, canvas): (bool, &Canvas<'_>)) -> Vec<Line> {
    let sight = &row.sight;
    let stages: Vec<&str> = sight.bearing.stages.iter().map(StageName::as_str).collect();
    let stages = match stages.as_slice() {
        [first, _, ..] if !wide => format!("{first} +{}", stages.len() - 1),
        _ => stages.join(" "),
    };
    let since = match sight.urgency {
        Urgency::Flapping => format!("x{}", sight.fires),
        Urgency::Firing | Urgency::NoData | Urgency::Ok => ago(sight.state.since, app.shown_now()),
    };
    let value = value(&sight.state, sight.limit, '>');
    let sign = match sight.urgency {
        Urgency::Flapping => Line::of(Role::Warning, "~"),
        Urgency::Firing | Urgency::NoData | Urgency::Ok => glyph(canvas.theme, role(sight.urgency)),
    };
    vec![
        sign,
        Line::plain(severity(sight.severity)),
        Line::plain(sight.alarm.to_string()),
        Line::plain(stages),
        Line::plain(since),
        Line::plain(value),
        Line::plain(sight.bearing.effect(sight.state.level)),
    ]
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "high",
        Severity::Medium => "med",
        Severity::Low => "low",
    }
}

/// What it reads beside its limit. A source that judges itself has neither.
pub(super) fn value(state: &AlarmState, limit: Option<Measure>, between: char) -> String {
    let limit = limit.map(|limit| {
        let sign = if between == '>' {
            limit.sign()
        } else {
            between
        };
        format!(" {sign} {limit}")
    });
    let limit = limit.unwrap_or_default();
    match (state.level, state.value) {
        (_, Some(value)) => format!("{value}{limit}"),
        (AlarmLevel::NoData, None) => "no data".to_owned(),
        (AlarmLevel::Ok | AlarmLevel::Firing, None) => "-".to_owned(),
    }
}
