//! The alarms that watch one stage: what they say against their limit, and what that does.

use crate::{
    model::Pipeline,
    tui::{
        app::App,
        query::AlarmRow,
        rows,
        screen::StageScreen,
        text::ago,
        theme::Role,
        view::{
            alarms,
            list::{List, Pages},
        },
        widgets::{Canvas, Column, Line, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(
    app: &App,
    (pipeline, screen): (&Pipeline, &StageScreen),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let found = rows::stage_alarms(pipeline, &screen.stage);
    if found.is_empty() {
        return canvas.line(area, &Line::plain("   no alarm watches this stage"));
    }
    let attempt = pipeline
        .stage(&screen.stage)
        .and_then(|s| s.attempt.as_ref());
    let armed = attempt.is_some_and(crate::model::Attempt::is_armed);
    let (role, text) = if armed {
        (
            Role::Warning,
            " auto-rollback ARMED: an alarm that fires takes the release back",
        )
    } else {
        (Role::Label, " auto-rollback is not armed now")
    };
    canvas.line(area, &Line::of(role, text));
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("ALARM", 26),
        Column::fixed("SINCE", 7).right(),
        Column::fixed("VALUE / LIMIT", 20),
        Column::fill("EFFECT"),
    ];
    let mut all = found.iter();
    let list = List {
        rows: &found,
        selected: all.position(|row| Some(&row.sight.alarm) == screen.alarm.as_ref()),
        pages: Pages::FromStart,
    };
    let now = app.shown_now();
    list.draw(canvas, below(area, 1), &columns, |row, canvas| {
        vec![
            glyph(canvas.theme, alarms::role(row.sight.urgency)),
            Line::plain(row.sight.alarm.to_string()),
            Line::plain(ago(row.sight.state.since, now)),
            Line::plain(alarms::value(&row.sight.state, row.sight.limit, '/')),
            Line::plain(effect(row)),
        ]
    });
}

fn effect(row: &AlarmRow<'_>) -> String {
    let state = &row.sight.state;
    let effect = row.sight.bearing.effect(state.level);
    if state.why.is_empty() {
        effect
    } else {
        format!("{effect}: {}", state.why)
    }
}
