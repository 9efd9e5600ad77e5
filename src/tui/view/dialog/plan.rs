//! The server's plan as lines: warnings first, then what happens stage by stage, then the rest.

use crate::{
    model::{PlanFact, PlanRow, Refusal, Span, Speaks, Topic},
    tui::{
        app::App,
        dialog::{Dialog, PlanLine, Preview, Previewed},
        query,
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
        Preview::Ready(previewed) => {
            planned(previewed, width, &mut lines);
            lines.extend(others(app, dialog, width));
        }
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
    lines
}

/// Where to read on when the server cannot be asked.
fn runbook(app: &App, dialog: &Dialog) -> Option<Line> {
    let definition = app.pipeline(&dialog.pipeline)?.definition.as_ref()?;
    let runbook = definition.runbook.as_ref()?;
    Some(Line::of(Role::Label, "runbook ").then(Role::Plain, runbook.clone()))
}

/// Who else has the pipeline open and may be about to act.
fn others(app: &App, dialog: &Dialog, width: usize) -> Vec<Line> {
    let now = app.shown_now();
    let others = query::others(&app.replica, Some(&dialog.pipeline));
    let named = others.iter().map(|(who, since)| {
        let since = now.since(*since).short();
        format!("{who} (for {since})")
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return Vec::new();
    }
    let text = format!("also has {} open: {}", dialog.pipeline, named.join(", "));
    let mark = format!("{:<TOPIC$}", "WHO");
    wrapped(Role::Key, &mark, &text, width)
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
    let (after, before) = plan
        .facts
        .iter()
        .partition(|fact| fact.topic == Topic::Safe);
    facts(before, width, lines);
    if !plan.rows.is_empty() {
        lines.push(Line::of(
            Role::Label,
            "STAGE        NOW        AFTER      TARGETS EST      NOTE",
        ));
        for row in &plan.rows {
            let star = star(&PlanLine::Row(row.stage.clone()));
            lines.extend(stage(row, star, width));
        }
    }
    for line in plan.target_lines() {
        lines.extend(wrapped(Role::Label, "  ", &line, width));
    }
    facts(after, width, lines);
    for (at, note) in plan.notes.iter().enumerate() {
        let mark = format!("{}- ", star(&PlanLine::Note(at)));
        lines.extend(wrapped(Role::Plain, &mark, note, width));
    }
}

/// Facts under their labels; a label stands once for all of its topic that follow each other.
fn facts(facts: Vec<&PlanFact>, width: usize, lines: &mut Vec<Line>) {
    let mut said = None;
    for fact in facts {
        let label = if said == Some(fact.topic) {
            ""
        } else {
            fact.topic.word()
        };
        said = Some(fact.topic);
        let role = match fact.speaks {
            Speaks::For => Role::Good,
            Speaks::Against => Role::Warning,
            Speaks::Neither => Role::Plain,
        };
        let text = format!("{}{}", fact.speaks.sign(), fact.text);
        let room = width.saturating_sub(TOPIC);
        let parts = wrap(&text, room).into_iter().enumerate();
        lines.extend(parts.map(|(at, part)| {
            let label = if at == 0 { label } else { "" };
            Line::of(Role::Label, format!("{label:<TOPIC$}")).then(role, part)
        }));
    }
}

/// Cells of a topic's label.
const TOPIC: usize = 9;
/// Where the note of a row begins.
const NOTE: usize = 52;

/// A stage in one line, with its note in more where it is long.
fn stage(row: &PlanRow, star: &str, width: usize) -> Vec<Line> {
    let estimate = row.estimate.map_or_else(|| "-".to_owned(), Span::short);
    let text = format!(
        "{star}{:<12} {:<10} {:<10} {:>7} {estimate:<8} ",
        middle_cut(row.stage.as_str(), 12),
        middle_cut(&row.now, 10),
        middle_cut(&row.after, 10),
        row.targets,
    );
    if row.note.is_empty() {
        return vec![Line::plain(text)];
    }
    // Beneath the row where there is no room for a sentence beside it.
    if width < NOTE + 16 {
        let note = wrapped(Role::Plain, "    ", &row.note, width);
        return [Line::plain(text)].into_iter().chain(note).collect();
    }
    let parts = wrap(&row.note, width.saturating_sub(NOTE + star.len()));
    let lines = parts.into_iter().enumerate();
    let lines = lines.map(|(at, part)| {
        let start = if at == 0 { text.as_str() } else { "" };
        Line::plain(start.to_owned())
            .to(NOTE + star.len())
            .then(Role::Plain, part)
    });
    lines.collect()
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
