//! The windows that the stages name, as rules: where each stands, when it changes, who asks it, and
//! the file and line that say so.

use crate::{
    model::{StageName, WindowRule},
    tui::{
        app::App,
        screen::BlockersScreen,
        theme::Role,
        view::{blockers::detail::shifted, board::open_word},
        widgets::{Canvas, Column, Line, Row, canvas::below, table},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, screen: &BlockersScreen, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(windows) = screen.windows.answer.as_deref().filter(|_| area.height > 2) else {
        return;
    };
    canvas.line(area, &Line::of(Role::Title, " WINDOWS"));
    let rest = below(area, 1);
    if windows.rules.is_empty() {
        let text = "   none: deployments may start at any time";
        return canvas.line(rest, &Line::plain(text));
    }
    let columns = [
        Column::fixed("WINDOW", 16),
        Column::fixed("NOW", 6),
        Column::fixed("NEXT", 22),
        Column::fixed("STAGES", 22).spare(3),
        Column::fill("RULE"),
        Column::fixed("TIME ZONE", 18).spare(1),
        Column::fixed("FROM", 24).spare(2),
        Column::fixed("CLOCKS", 34).spare(4),
    ];
    let rows = windows.rules.iter().map(|rule| Row {
        cells: cells(app, rule),
        selected: false,
    });
    table(canvas, rest, &columns, rows);
}

fn cells(app: &App, rule: &WindowRule) -> Vec<Line> {
    let (role, word) = open_word(rule.open);
    let next = rule
        .changes
        .map_or_else(|| "never".to_owned(), |at| app.times().due(at));
    let stages: Vec<&str> = rule.stages.iter().map(StageName::as_str).collect();
    vec![
        Line::plain(rule.window.to_string()),
        Line::of(role, word),
        Line::plain(next),
        Line::plain(stages.join(" ")),
        Line::plain(rule.rule.clone()),
        Line::plain(rule.time_zone.to_string()),
        Line::plain(rule.origin.clone()),
        Line::plain(rule.shift.map_or_else(String::new, shifted)),
    ]
}
