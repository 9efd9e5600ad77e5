//! Every key that holds on the screen beneath, with what it does and why it may not; then what the
//! signs mean. Made from the keymap.

use crate::{
    model::Status,
    tui::{
        app::App,
        gate,
        keymap::Danger,
        rows,
        screen::HelpScreen,
        text::wrap,
        theme::Role,
        view::list::{List, Pages},
        widgets::{Canvas, Column, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Lines kept for the selected key and for the signs.
const DETAIL: u16 = 5;

pub(super) fn draw(app: &App, screen: &HelpScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let rows = rows::help(app, screen);
    let all = app.ui.keymap.bindings(rows::below_help(app)).count();
    let filter = if screen.filter.is_empty() {
        "(none)".to_owned()
    } else {
        screen.filter.clone()
    };
    let head = Line::of(Role::Label, " filter: ")
        .then(Role::Plain, filter)
        .then(
            Role::Label,
            format!("   {} of {all} keys, made from the keymap", rows.len()),
        );
    canvas.line(body, &head);
    let columns = [
        Column::fixed("KEY", 16),
        Column::fixed("ACTION", 18),
        Column::fill("STATE"),
        Column::fixed("CLASS", 14).spare(1),
    ];
    let list = List {
        rows: &rows,
        selected: (!rows.is_empty()).then_some(screen.selected),
        pages: Pages::FromStart,
    };
    let area = Rect {
        height: body.height - 1 - DETAIL,
        ..below(body, 1)
    };
    list.draw(canvas, area, &columns, |binding, _| {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        let state = match gate::disabled(app, binding.action) {
            Some(why) => Line::of(Role::Warning, format!("disabled: {why}")),
            None => Line::of(Role::Good, "ready"),
        };
        vec![
            Line::of(Role::Key, keys.join(", ")),
            Line::plain(binding.action.id()),
            state,
            Line::plain(class(binding.danger)),
        ]
    });
    let mut lines = Vec::new();
    if let Some(binding) = rows.get(screen.selected) {
        let text = wrap(&binding.help, usize::from(body.width.saturating_sub(2)));
        lines.extend(
            text.into_iter()
                .take(2)
                .map(|line| Line::plain(format!(" {line}"))),
        );
    }
    lines.resize(2, Line::default());
    lines.extend(signs(canvas, usize::from(body.width)));
    canvas.lines(
        Rect {
            y: body.bottom() - DETAIL,
            height: DETAIL,
            ..body
        },
        &lines,
    );
}

fn class(danger: Danger) -> &'static str {
    match danger {
        Danger::Look => "look",
        Danger::Safer => "safer",
        Danger::Restore => "restore",
        Danger::Riskier => "riskier",
        Danger::RuleBreaking => "rule-breaking",
    }
}

/// Every sign with its word, in as many lines as they need.
fn signs(canvas: &Canvas<'_>, width: usize) -> Vec<Line> {
    let roles = Status::ALL
        .into_iter()
        .map(Role::Status)
        .chain([Role::Overridden]);
    let mut lines = vec![Line::of(Role::Label, " signs")];
    for role in roles {
        let sign = Line::plain("  ")
            .then(role, canvas.theme.glyph(role).to_owned())
            .then(
                Role::Plain,
                format!(" {}", canvas.theme.word(role).to_lowercase()),
            );
        let full = lines
            .last()
            .is_some_and(|line| line.width() + sign.width() > width);
        if full {
            lines.push(Line::plain("      "));
        }
        if let Some(line) = lines.last_mut() {
            *line = std::mem::take(line).join(sign);
        }
    }
    lines
}
