//! What became of a command that was sent (UX.md, frame 9b): when it went out, what the server said,
//! what has followed in the pipeline since, or why nothing did. Said without doubt only where there
//! is none.

use crate::{
    model::{Entry, Plan, Refusal, Revision, Time, tally},
    tui::{
        app::{App, Opened},
        dialog::{Dialog, Phase},
        query::event,
        text::wrap,
        theme::Role,
        view::dialog::plan::wrapped,
        widgets::Line,
    },
};

/// Facts of the pipeline that are told; the events screen has them all.
const FOLLOWED: usize = 12;

/// The panel, in the place of plan and fields.
pub(super) fn lines(app: &App, dialog: &Dialog, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let title = dialog
        .plan()
        .map_or_else(|| dialog.act.verb().to_owned(), |plan| plan.title.clone());
    lines.extend(wrapped(Role::Title, "", &title, width));
    if let Some(sent) = dialog.sent {
        lines.push(stamp(sent, app, Role::Plain, "sent"));
    }
    match &dialog.phase {
        Phase::Filling => {}
        Phase::Sent { at } => {
            let text = format!("no answer yet, {}", app.second().since(*at).short());
            lines.push(Line::of(Role::Label, format!("........  {text}")));
            lines.extend(whatever_happens(dialog, width));
        }
        Phase::Accepted { at, revision } => {
            let text = format!("ACCEPTED by the server as revision {revision}");
            lines.push(Line::plain(format!("{}  ", app.times().clock(*at))).then(Role::Good, text));
            lines.extend(followed(app, dialog, *revision, width));
            lines.extend(whatever_happens(dialog, width));
        }
        Phase::Refused(refusal) => refused(app, dialog, refusal, (width, &mut lines)),
        Phase::NotPermitted(why) => {
            let text = "REFUSED, nothing was done: your role does not allow it";
            lines.extend(wrapped(Role::Danger, "! ", text, width));
            lines.extend(wrapped(Role::Plain, "  ", why, width));
        }
        Phase::NotSent(why) => {
            lines.extend(wrapped(
                Role::Danger,
                "! ",
                "NOT SENT: nothing was done",
                width,
            ));
            lines.extend(wrapped(Role::Plain, "  ", why, width));
        }
        Phase::Unknown {
            sent,
            why,
            tries,
            next,
        } => {
            let now = app.second();
            let text = format!(
                "UNKNOWN OUTCOME: no answer for {}. It is NOT sent again.",
                now.since(*sent).short()
            );
            lines.extend(wrapped(Role::Danger, "? ", &text, width));
            lines.extend(wrapped(Role::Plain, "  ", why, width));
            let key = dialog.key.as_ref().map(ToString::to_string);
            let text = format!(
                "asking the server what became of key {}: try {tries}, next in {}",
                key.unwrap_or_default(),
                next.since(now).short()
            );
            lines.extend(wrapped(Role::Plain, "  ", &text, width));
            let text = "sending it again needs a new look: Close, and open the dialog anew";
            lines.extend(wrapped(Role::Label, "  ", text, width));
        }
    }
    lines
}

fn stamp(at: Time, app: &App, role: Role, text: &str) -> Line {
    let at = app.times().clock(app.on_server(at));
    Line::plain(format!("{at}  ")).then(role, text.to_owned())
}

/// What happened in the pipeline after the command, oldest first, and how its stage stands.
fn followed(app: &App, dialog: &Dialog, revision: Revision, width: usize) -> Vec<Line> {
    let Some(opened) = app.replica.opened.get(&dialog.pipeline) else {
        return Vec::new();
    };
    let entries = opened.entries.iter();
    let after: Vec<&Entry> = entries.filter(|entry| entry.revision > revision).collect();
    let told = after.iter().skip(after.len().saturating_sub(FOLLOWED));
    let mut lines: Vec<Line> = told
        .flat_map(|entry| happened(app, (opened, entry), width))
        .collect();
    let stage = dialog
        .act
        .stage()
        .and_then(|stage| opened.pipeline.stage(stage));
    let attempt = stage.and_then(|stage| stage.attempt.as_ref());
    if let Some(attempt) = attempt.filter(|attempt| attempt.is_active()) {
        let (done, total) = attempt.done();
        let how = match tally(&opened.pipeline, attempt) {
            Some(open) => open.words(),
            None => format!("{}, {done} of {total} targets", attempt.state.word()),
        };
        let text = format!("{}: {}: {how}", attempt.stage, attempt.release);
        lines.extend(wrapped(Role::Label, "........  ", &text, width));
    }
    lines
}

fn happened(app: &App, (opened, entry): (&Opened, &Entry), width: usize) -> Vec<Line> {
    let row = event(&opened.pipeline, &opened.entries, entry);
    let who = entry.fact.told().who;
    let who = who.map_or_else(String::new, |who| format!("{who}: "));
    let mark = format!("{}  {:<8} ", app.times().clock(entry.at), row.kind);
    wrapped(Role::Plain, &mark, &format!("{who}{}", row.text), width)
}

fn whatever_happens(dialog: &Dialog, width: usize) -> Vec<Line> {
    let text = format!(
        "If this screen or your link dies, it goes on. `pilothouse watch {}` shows it.",
        dialog.pipeline
    );
    wrap(&text, width)
        .into_iter()
        .map(|line| Line::of(Role::Label, line))
        .collect()
}

/// What is different from what was confirmed, and who made it so.
fn refused(app: &App, dialog: &Dialog, refusal: &Refusal, (width, lines): (usize, &mut Vec<Line>)) {
    let text = format!("REFUSED, nothing was done: {refusal}");
    lines.extend(wrapped(Role::Danger, "! ", &text, width));
    let (Refusal::PlanChanged { plan: new }, Some(old)) = (refusal, dialog.plan()) else {
        return;
    };
    let text = format!(
        "you saw revision {}, the server is at {}; since then:",
        old.revision, new.revision
    );
    lines.extend(wrapped(Role::Plain, "  ", &text, width));
    if let Some(opened) = app.replica.opened.get(&dialog.pipeline) {
        let between =
            |entry: &&Entry| entry.revision > old.revision && entry.revision <= new.revision;
        let meanwhile: Vec<&Entry> = opened.entries.iter().filter(between).collect();
        let told = meanwhile
            .iter()
            .skip(meanwhile.len().saturating_sub(FOLLOWED));
        lines.extend(told.flat_map(|entry| happened(app, (opened, entry), width)));
    }
    lines.extend(
        difference(old, new)
            .iter()
            .flat_map(|text| wrapped(Role::Warning, "* ", text, width)),
    );
}

/// What the new plan says that the old one did not.
fn difference(old: &Plan, new: &Plan) -> Vec<String> {
    let title = (old.title != new.title).then(|| format!("now it would {}", new.title));
    let rows = new.rows.iter().filter(|row| !old.rows.contains(row));
    let rows = rows.map(|row| {
        format!(
            "{}: {} -> {}, {} targets {}",
            row.stage, row.now, row.after, row.targets, row.note
        )
    });
    let warnings = new
        .warnings
        .iter()
        .filter(|text| !old.warnings.contains(text));
    title
        .into_iter()
        .chain(rows)
        .chain(warnings.cloned())
        .collect()
}
