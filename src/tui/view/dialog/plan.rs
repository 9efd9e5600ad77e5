//! The server's plan as lines: warnings first, then what happens stage by stage, then the rest.

use crate::{
    model::{PlanRow, Refusal, Span},
    tui::{
        app::App,
        dialog::{Dialog, PlanLine, Preview, Previewed},
        text::{middle_cut, wrap},
        theme::Role,
        widgets::Line,
    },
};

/// Everything the dialog has to say above its fields.
pub(super) fn lines(app: &App, dialog: &Dialog, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    match &dialog.preview {
        Preview::Asking { .. } => {
            lines.push(Line::of(
                Role::Label,
                "asking the server what this would do ..",
            ));
        }
        Preview::Ready(previewed) => planned(previewed, width, &mut lines),
        Preview::Refused(refusal) if matches!(**refusal, Refusal::NeedsReason { .. }) => {
            lines.push(Line::of(
                Role::Label,
                "the plan comes when the reason is given:",
            ));
            lines.extend(wrapped(Role::Plain, "", &refusal.to_string(), width));
        }
        Preview::Refused(refusal) => {
            lines.push(Line::of(Role::Danger, "the server would refuse this:"));
            lines.extend(wrapped(Role::Plain, "", &refusal.to_string(), width));
        }
        Preview::Failed(why) => {
            lines.push(Line::of(Role::Danger, "no plan could be had:"));
            lines.extend(wrapped(Role::Plain, "", why, width));
            lines.extend(runbook(app, dialog));
        }
    }
    if let Some(notice) = &dialog.notice {
        lines.extend(wrapped(Role::Warning, "! ", notice, width));
    }
    lines
}

/// Where to read on when the server cannot be asked.
fn runbook(app: &App, dialog: &Dialog) -> Option<Line> {
    let definition = app.pipeline(&dialog.pipeline)?.definition.as_ref()?;
    let runbook = definition.runbook.as_ref()?;
    Some(Line::of(Role::Label, "runbook ").then(Role::Plain, runbook.clone()))
}

fn planned(previewed: &Previewed, width: usize, lines: &mut Vec<Line>) {
    let plan = &previewed.plan;
    let star = |line: &PlanLine| {
        if previewed.changed.contains(line) {
            "* "
        } else {
            ""
        }
    };
    if let Some(why) = &previewed.outdated {
        lines.extend(wrapped(Role::Warning, "this plan is old: ", why, width));
    }
    lines.extend(wrapped(
        Role::Title,
        star(&PlanLine::Title),
        &plan.title,
        width,
    ));
    for (at, warning) in plan.warnings.iter().enumerate() {
        let mark = format!("{}! ", star(&PlanLine::Warning(at)));
        lines.extend(wrapped(Role::Warning, &mark, warning, width));
    }
    if !plan.rows.is_empty() {
        lines.push(Line::of(
            Role::Label,
            "STAGE        NOW        AFTER      TARGETS EST      NOTE",
        ));
        lines.extend(
            plan.rows
                .iter()
                .map(|row| stage(row, star(&PlanLine::Row(row.stage.clone())))),
        );
    }
    for line in plan.target_lines() {
        lines.extend(wrapped(Role::Label, "  ", &line, width));
    }
    for (at, note) in plan.notes.iter().enumerate() {
        let mark = format!("{}- ", star(&PlanLine::Note(at)));
        lines.extend(wrapped(Role::Plain, &mark, note, width));
    }
}

fn stage(row: &PlanRow, star: &str) -> Line {
    let estimate = row.estimate.map_or_else(|| "-".to_owned(), Span::short);
    let text = format!(
        "{star}{:<12} {:<10} {:<10} {:>7} {estimate:<8} {}",
        middle_cut(row.stage.as_str(), 12),
        middle_cut(&row.now, 10),
        middle_cut(&row.after, 10),
        row.targets,
        row.note
    );
    Line::plain(text)
}

/// A text in lines, the first with a mark, the others under its first letter.
pub(super) fn wrapped(role: Role, mark: &str, text: &str, width: usize) -> Vec<Line> {
    let indent = mark.len();
    let lines = wrap(text, width.saturating_sub(indent))
        .into_iter()
        .enumerate();
    lines
        .map(|(at, line)| {
            let start = if at == 0 {
                mark.to_owned()
            } else {
                " ".repeat(indent)
            };
            Line::of(role, start).then(role, line)
        })
        .collect()
}
