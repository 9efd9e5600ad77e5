//! The fields of a dialog, one below the other, the focused one marked in the gutter.

use crate::tui::{
    dialog::{Dialog, Focus, Phase, Value},
    text::width,
    theme::Role,
    widgets::{Canvas, Cursor, Line, canvas::below, field},
};
use ratatui::layout::Rect;

/// Cells of the gutter and the label.
const LABEL: u16 = 15;
/// Blockers that are listed; more would push the buttons out.
const CHECKS_MAX: usize = 5;

/// Rows that the fields and the buttons need.
pub(super) fn height(dialog: &Dialog) -> u16 {
    if !matches!(dialog.phase, Phase::Filling) {
        return 6;
    }
    let rows: usize = dialog.fields.iter().map(|field| rows(&field.value)).sum();
    u16::try_from(rows + 2).unwrap_or(u16::MAX)
}

fn rows(value: &Value) -> usize {
    match value {
        Value::Checks { options, .. } => options.len().clamp(1, CHECKS_MAX),
        Value::Choice { .. } | Value::Text { .. } | Value::Token { .. } => 1,
    }
}

/// Draws the fields below an empty row; gives the row for the buttons.
pub(super) fn draw(dialog: &Dialog, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
    let mut used = 1;
    for (at, entry) in dialog.fields.iter().enumerate() {
        let focused = dialog.focus == Focus::Field(at);
        let row = below(area, used);
        let mark = if focused { "> " } else { "  " };
        let label = Line::of(Role::Key, mark)
            .then(if focused { Role::Title } else { Role::Label }, entry.label);
        canvas.line(
            Rect {
                width: LABEL,
                ..row
            },
            &label,
        );
        let place = Rect {
            x: row.x + LABEL,
            width: row.width.saturating_sub(LABEL),
            ..row
        };
        value(&entry.value, focused, canvas, place);
        used += u16::try_from(rows(&entry.value)).unwrap_or(1);
    }
    below(area, area.height.saturating_sub(1))
}

fn value(value: &Value, focused: bool, canvas: &mut Canvas<'_>, area: Rect) {
    let cursor = if focused {
        Cursor::Here
    } else {
        Cursor::Elsewhere
    };
    match value {
        Value::Choice { options, chosen } => canvas.line(area, &choice(options, *chosen, area)),
        Value::Checks {
            options,
            cursor: at,
        } => checks(options, focused.then_some(*at), canvas, area),
        Value::Text { input, least } => {
            let hint = if *least > 0 {
                format!("at least {least} characters")
            } else {
                "optional".to_owned()
            };
            let typed = !input.value().is_empty();
            let hint = if typed { String::new() } else { hint };
            typed_line(input, cursor, &hint, (canvas, area));
        }
        Value::Token { input, wanted } => {
            let hint = wanted
                .as_ref()
                .map_or_else(String::new, |wanted| format!("wanted: {wanted}"));
            typed_line(input, cursor, &hint, (canvas, area));
        }
    }
}

fn typed_line(
    input: &tui_input::Input,
    cursor: Cursor,
    hint: &str,
    (canvas, area): (&mut Canvas<'_>, Rect),
) {
    let room = u16::try_from(width(hint))
        .unwrap_or(0)
        .min(area.width.saturating_sub(10));
    let box_width = area.width - room - u16::from(room > 0);
    field(
        canvas,
        Rect {
            width: box_width,
            ..area
        },
        input,
        cursor,
    );
    let place = Rect {
        x: area.x + box_width + 1,
        width: room,
        ..area
    };
    canvas.line(place, &Line::of(Role::Label, hint.to_owned()));
}

/// All options side by side, or only the chosen one where they do not fit.
fn choice(options: &[String], chosen: usize, area: Rect) -> Line {
    let all = options
        .iter()
        .enumerate()
        .fold(Line::default(), |line, (at, option)| {
            let (mark, role) = if at == chosen {
                ("(o)", Role::Title)
            } else {
                ("( )", Role::Plain)
            };
            line.then(role, format!("{mark} {option}  "))
        });
    if all.width() <= usize::from(area.width) + 2 {
        return all;
    }
    let text = options.get(chosen).map_or("", String::as_str);
    Line::of(Role::Title, format!("(o) {text}")).then(
        Role::Label,
        format!("  {} of {}, arrows change", chosen + 1, options.len()),
    )
}

fn checks(
    options: &[crate::tui::dialog::Check],
    cursor: Option<usize>,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let first = crate::tui::screen::page_top(cursor.unwrap_or(0), CHECKS_MAX);
    let page = options.iter().enumerate().skip(first).take(CHECKS_MAX);
    for ((at, check), row) in page.zip(0_u16..) {
        let tick = match (&check.locked, check.ticked) {
            (Some(_), _) => " - ",
            (None, true) => "[x]",
            (None, false) => "[ ]",
        };
        let role = if cursor == Some(at) {
            Role::Selection
        } else {
            Role::Plain
        };
        let line = Line::of(role, format!("{tick} {}", check.blocker));
        let line = match &check.locked {
            Some(why) => line.then(Role::Warning, format!("  {why}")),
            None => line.then(Role::Label, format!("  {}", check.why)),
        };
        canvas.line(below(area, row), &line);
    }
    if options.is_empty() {
        canvas.line(area, &Line::of(Role::Label, "nothing is in the way"));
    }
}
