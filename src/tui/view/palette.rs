//! The suggestions of the palette, above the line that is typed: what each does, or why it may not.

use crate::tui::{
    app::{App, PromptKind},
    palette,
    theme::Role,
    view::footer,
    widgets::{Canvas, Line},
};
use ratatui::layout::Rect;

/// Cells of what would be typed.
const TEXT: usize = 26;

pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(prompt) = &app.ui.prompt else {
        return;
    };
    if prompt.kind != PromptKind::Palette {
        return;
    }
    let found = palette::suggestions(app, prompt.input.value());
    let rows = u16::try_from(found.len()).unwrap_or(u16::MAX);
    let rows = rows.min(body.height);
    let area = Rect {
        y: body.bottom() - rows,
        height: rows,
        ..body
    };
    footer::clear(canvas, area);
    // What Enter would do stands out: the one that was moved to, else the best for what was typed.
    let typed = !prompt.input.value().trim().is_empty();
    let here = prompt.chosen.or(typed.then_some(0));
    for (at, (suggestion, y)) in found.iter().zip(area.y..area.bottom()).enumerate() {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        let (mark, role) = if here == Some(at) {
            (">", Role::Selection)
        } else {
            (" ", Role::Title)
        };
        let line = Line::of(Role::Key, mark)
            .then(role, format!(" {} ", suggestion.text))
            .to(TEXT);
        let line = match palette::disabled(app, &suggestion.errand) {
            Some(why) => line.then(Role::Warning, format!(" disabled: {why}")),
            None => line.then(Role::Plain, format!(" {}", suggestion.what)),
        };
        canvas.line(row, &line);
    }
}
