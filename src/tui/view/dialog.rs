//! The dialog of a command: what the server says would happen, the fields, two buttons of which
//! Cancel comes first, and beneath it the command line that does the same.

mod fields;
mod outcome;
mod plan;

use crate::{
    model::{Class, Command},
    tui::{
        app::App,
        dialog::{Dialog, Focus, Phase, Preview},
        gate,
        text::wrap,
        theme::Role,
        view::footer,
        widgets::{Canvas, Line, canvas::below, frame},
    },
};
use ratatui::layout::Rect;

/// Wide enough for a plan; wider only makes lines hard to follow.
const WIDTH: u16 = 80;
/// Lines beneath the frame for the command line.
const TWIN: u16 = 3;

pub(super) fn draw(app: &App, dialog: &Dialog, canvas: &mut Canvas<'_>, body: Rect) {
    let width = body.width.min(WIDTH);
    let x = body.x + (body.width - width) / 2;
    let inner_width = usize::from(width.saturating_sub(4));
    let fields = fields::height(dialog);
    let notes = plan::lines(app, dialog, inner_width);
    let wanted = u16::try_from(notes.len())
        .unwrap_or(u16::MAX)
        .saturating_add(fields + 2);
    let twin = if body.height >= 18 { TWIN } else { 0 };
    let height = wanted.min(body.height - twin);
    let tall = if body.height > height + twin {
        (body.height - height - twin) / 3
    } else {
        0
    };
    let area = Rect {
        x,
        y: body.y + tall,
        width,
        height,
    };
    footer::clear(
        canvas,
        Rect {
            height: (height + twin).min(body.height),
            ..area
        },
    );
    let inner = frame(canvas, area, &title(dialog), &age(app, dialog));
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let room = inner.height.saturating_sub(fields);
    above(
        &notes,
        canvas,
        Rect {
            height: room,
            ..inner
        },
    );
    let bottom = Rect {
        y: inner.bottom() - fields.min(inner.height),
        height: fields,
        ..inner
    };
    if matches!(dialog.phase, Phase::Filling) {
        let row = fields::draw(dialog, canvas, bottom);
        buttons(app, dialog, canvas, row);
    } else {
        outcome::draw(dialog, app.ui.now, canvas, bottom);
    }
    if twin > 0 {
        let place = Rect {
            y: area.bottom(),
            height: twin,
            ..area
        };
        command_line(dialog, canvas, place);
    }
}

/// What there is to say above the fields, and how much of it is not seen.
fn above(notes: &[Line], canvas: &mut Canvas<'_>, area: Rect) {
    let room = usize::from(area.height);
    let shown = if notes.len() <= room {
        notes.len()
    } else {
        room.saturating_sub(1)
    };
    let used = canvas.lines(area, &notes[..shown]);
    if shown < notes.len() {
        let more = format!(
            ".. {} more lines need a taller terminal",
            notes.len() - shown
        );
        canvas.line(below(area, used), &Line::of(Role::Warning, more));
    }
}

fn title(dialog: &Dialog) -> Line {
    let about = match &dialog.act.stage() {
        Some(stage) => format!(
            " {} {} > {stage} ",
            dialog.act.button().to_uppercase(),
            dialog.pipeline
        ),
        None => format!(
            " {} {} ",
            dialog.act.button().to_uppercase(),
            dialog.pipeline
        ),
    };
    Line::of(Role::Title, about).then(Role::Label, format!("({}) ", class(dialog.class())))
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Safer => "safer",
        Class::Restore => "restores",
        Class::Riskier => "riskier",
        Class::RuleBreaking => "breaks a rule",
    }
}

fn age(app: &App, dialog: &Dialog) -> Line {
    let now = app.ui.now;
    match &dialog.preview {
        Preview::Asking { since } => Line::of(
            Role::Label,
            format!(" asking the server {} ", now.since(*since).short()),
        ),
        Preview::Ready(previewed) => {
            let old = now.since(previewed.at).short();
            Line::of(
                Role::Label,
                format!(" plan {}, {old} old ", previewed.plan.revision),
            )
        }
        Preview::Refused(_) | Preview::Failed(_) => Line::of(Role::Danger, " no plan "),
    }
}

/// Cancel first; beside the other what it waits for, as text.
fn buttons(app: &App, dialog: &Dialog, canvas: &mut Canvas<'_>, area: Rect) {
    let button = |focused: bool, text: &str| {
        let (mark, role) = if focused {
            (">", Role::Selection)
        } else {
            (" ", Role::Button)
        };
        Line::of(Role::Key, format!("{mark} ")).then(role, format!("[ {text} ]"))
    };
    let missing = gate::missing(app, dialog);
    let line = button(dialog.focus == Focus::Cancel, "Cancel")
        .then(Role::Plain, "   ")
        .join(button(dialog.focus == Focus::Commit, dialog.act.button()));
    let line = match missing.as_slice() {
        [] => line.then(Role::Good, "  ready"),
        [first, ..] => {
            let more = missing.len() - 1;
            let more = if more > 0 {
                format!(" (and {more} more)")
            } else {
                String::new()
            };
            line.then(Role::Warning, format!("  locked: {first}{more}"))
        }
    };
    canvas.line(area, &line);
}

/// The command line that does the same (UX.md, principle 8).
fn command_line(dialog: &Dialog, canvas: &mut Canvas<'_>, area: Rect) {
    let (pipeline, command): (_, Command) = dialog.command();
    let expect = dialog.plan().map(|plan| &plan.digest);
    let twin = command.twin(pipeline.as_ref(), expect);
    let width = usize::from(area.width.saturating_sub(6));
    let lines = wrap(&twin, width);
    let lines: Vec<Line> = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let label = if at == 0 { " CLI " } else { "     " };
            Line::of(Role::Label, label).then(Role::Plain, line)
        })
        .collect();
    canvas.lines(area, &lines);
}
