//! The two lines at the bottom of a dialog that are always seen: what it has to say to the last key
//! or what the commit still waits for, and the buttons, Cancel first.

use crate::tui::{
    app::App,
    dialog::{Dialog, Focus, Phase},
    gate,
    theme::Role,
    widgets::{Canvas, Line, canvas::below},
};
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, dialog: &Dialog, canvas: &mut Canvas<'_>, area: Rect) {
    let missing = match dialog.phase {
        Phase::Filling => gate::missing(app, dialog),
        Phase::Sent { .. }
        | Phase::Accepted { .. }
        | Phase::Refused(_)
        | Phase::NotPermitted(_)
        | Phase::NotSent(_)
        | Phase::Unknown { .. } => Vec::new(),
    };
    if let Some(notice) = &dialog.notice {
        canvas.line(area, &Line::of(Role::Warning, format!("! {notice}")));
    }
    let width = usize::from(area.width);
    let line = buttons(dialog);
    let line = match dialog.phase {
        Phase::Filling => locked(line, &missing, width),
        Phase::Sent { .. }
        | Phase::Accepted { .. }
        | Phase::Refused(_)
        | Phase::NotPermitted(_)
        | Phase::NotSent(_)
        | Phase::Unknown { .. } => line,
    };
    canvas.line(below(area, 1), &line);
}

fn buttons(dialog: &Dialog) -> Line {
    let button = |focused: bool, text: &str| {
        let (mark, role) = if focused {
            (">", Role::Selection)
        } else {
            (" ", Role::Button)
        };
        Line::of(Role::Key, format!("{mark} ")).then(role, format!("[ {text} ]"))
    };
    let (first, second) = dialog.buttons();
    let line = button(dialog.focus == Focus::Cancel, first);
    match second {
        Some(second) => line
            .then(Role::Plain, "   ")
            .join(button(dialog.focus == Focus::Commit, second)),
        None => line,
    }
}

/// Beside the button what it waits for, as text and as much of it as fits whole (S4).
fn locked(line: Line, missing: &[String], width: usize) -> Line {
    if missing.is_empty() {
        return line.then(Role::Good, "  ready");
    }
    let room = width.saturating_sub(line.width());
    let told = |n: usize| {
        let more = missing.len() - n;
        let more = if more > 0 {
            format!(" +{more}")
        } else {
            String::new()
        };
        format!("  locked: {}{more}", missing[..n].join(", "))
    };
    let fitting = (1..=missing.len()).rev().map(told);
    let text = fitting
        .into_iter()
        .find(|text| crate::tui::text::width(text) <= room)
        .unwrap_or_else(|| told(1));
    line.then(Role::Warning, text)
}
