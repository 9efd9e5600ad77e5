//! The fields of a dialog, one below the other, the focused one marked in the gutter.

use crate::tui::{
    dialog::{Check, Dialog, Focus, Value},
    text::width,
    theme::Role,
    widgets::{Canvas, Cursor, Line, field},
};
use ratatui::layout::Rect;

/// Cells of the gutter and the label.
const LABEL: u16 = 15;

/// Every row of the fields: which field, and which of its rows.
pub(super) fn rows(dialog: &Dialog) -> Vec<(usize, usize)> {
    let fields = dialog.fields.iter().enumerate();
    let rows = fields.flat_map(|(at, field)| (0..height(&field.value)).map(move |row| (at, row)));
    rows.collect()
}

fn height(value: &Value) -> usize {
    match value {
        Value::Checks { options, .. } => options.len().max(1),
        Value::Choice { .. } | Value::Text { .. } | Value::Token { .. } => 1,
    }
}

/// Draws one row of a field; the first has its label.
pub(super) fn draw(dialog: &Dialog, (at, nth): (usize, usize), canvas: &mut Canvas<'_>, row: Rect) {
    let Some(entry) = dialog.fields.get(at) else {
        return;
    };
    let focused = dialog.focus == Focus::Field(at);
    if nth == 0 {
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
    }
    let place = Rect {
        x: row.x + LABEL,
        width: row.width.saturating_sub(LABEL),
        ..row
    };
    match &entry.value {
        Value::Checks { options, cursor } => {
            let here = focused && *cursor == nth;
            check(options.get(nth), here, canvas, place);
        }
        Value::Choice { .. } | Value::Text { .. } | Value::Token { .. } => {
            value(&entry.value, focused, canvas, place);
        }
    }
}

fn value(value: &Value, focused: bool, canvas: &mut Canvas<'_>, area: Rect) {
    let cursor = if focused {
        Cursor::Here
    } else {
        Cursor::Elsewhere
    };
    match value {
        Value::Choice { options, chosen } => canvas.line(area, &choice(options, *chosen, area)),
        Value::Checks { .. } => {}
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
            let hint = wanted.as_ref().map_or("not needed".to_owned(), |wanted| {
                format!("wanted: {wanted}")
            });
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

/// A blocker with its box, or why it has none.
fn check(check: Option<&Check>, here: bool, canvas: &mut Canvas<'_>, area: Rect) {
    let Some(check) = check else {
        return canvas.line(area, &Line::of(Role::Label, "nothing is in the way"));
    };
    let tick = match (&check.locked, check.ticked) {
        (Some(_), _) => " - ",
        (None, true) => "[x]",
        (None, false) => "[ ]",
    };
    let role = if here { Role::Selection } else { Role::Plain };
    let line = Line::of(role, format!("{tick} {}", check.blocker));
    let line = match &check.locked {
        Some(why) => line.then(Role::Warning, format!("  {why}")),
        None => line.then(Role::Label, format!("  {}", check.why)),
    };
    canvas.line(area, &line);
}
