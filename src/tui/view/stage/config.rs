//! The settings that hold for one stage, as the server has them, each with where it was written.

use crate::tui::{
    app::App,
    rows,
    screen::StageScreen,
    theme::Role,
    view::list::{List, Pages},
    widgets::{Canvas, Column, Line},
};
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, screen: &StageScreen, canvas: &mut Canvas<'_>, area: Rect) {
    let asked = app.loaded.settings.as_ref();
    match asked.and_then(|asked| asked.answer.as_ref()) {
        Some(Ok(_)) => {}
        Some(Err(why)) => {
            return canvas.line(area, &Line::of(Role::Danger, format!("   {why}")));
        }
        None => return canvas.line(area, &Line::plain("   asking the server")),
    }
    let found = rows::settings(app, screen);
    if found.is_empty() {
        return canvas.line(area, &Line::plain("   nothing is set for this stage"));
    }
    let columns = [
        Column::fixed("SETTING", 34),
        Column::fill("VALUE"),
        Column::fixed("WHERE", 26),
        Column::fixed("PROTECTED BY", 24).spare(2),
    ];
    let mut all = found.iter();
    let list = List {
        rows: &found,
        selected: all.position(|setting| Some(&setting.path) == screen.setting.as_ref()),
        pages: Pages::FromStart,
    };
    let own = format!("stage.{}.", screen.stage);
    list.draw(canvas, area, &columns, |setting, _| {
        let path = setting.path.strip_prefix(&own).unwrap_or(&setting.path);
        let protected = setting.protected.clone().unwrap_or_default();
        vec![
            Line::plain(path.to_owned()),
            Line::plain(setting.value.clone()),
            Line::of(
                Role::Label,
                setting
                    .place
                    .clone()
                    .unwrap_or_else(|| "default".to_owned()),
            ),
            Line::of(Role::Label, protected),
        ]
    });
}
