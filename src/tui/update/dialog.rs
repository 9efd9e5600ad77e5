//! What happens to an open dialog: keys, plans that come, a world that moves beneath it. Enter acts
//! on the focused button only, early keys are dropped, and the commit is asked of `gate` (UX.md,
//! S3 to S10). What happens after the sending is `sent`.

use crate::model::Span;
use crate::{
    model::{PipelineName, Plan, RequestKey, Time},
    tui::{
        action::Listing,
        app::{App, FlashLevel, InFlight},
        chord::{Code, Key},
        dialog::{
            Dialog, FENCE, Focus, PREVIEW_LASTS, Phase, PlanLine, Preview, Previewed, QUIET, Value,
        },
        event::PlanAnswer,
        gate::{self, Opening},
        request::Request,
        update::{fields, flash, open},
    },
};
use std::collections::BTreeSet;

/// A plan is asked for this long after the last letter.
const TYPING: Span = Span(300);
/// And again this long after it could not be had.
const AGAIN: Span = Span::seconds(5);

pub(super) fn open(app: &mut App, opening: Opening) -> Vec<Request> {
    app.ui.prompt = None;
    app.ui.chord.clear();
    app.ui.dialog = Some(Dialog::open(opening, app.ui.now));
    vec![Request::NewKey]
}

pub(super) fn new_key(app: &mut App, key: RequestKey) {
    if let Some(dialog) = &mut app.ui.dialog {
        dialog.key.get_or_insert(key);
    }
}

/// When something about the dialog is due next.
pub(super) fn deadline(dialog: &Dialog) -> Option<Time> {
    let expires = match (&dialog.phase, &dialog.preview) {
        (Phase::Filling, Preview::Ready(previewed)) if previewed.outdated.is_none() => {
            Some(previewed.at + PREVIEW_LASTS + Span(1))
        }
        _ => None,
    };
    dialog.replan.into_iter().chain(expires).min()
}

/// Asks for the plan that is due: fields changed, the world moved, or the old plan is too old.
pub(super) fn ask_again(app: &mut App) -> Option<Request> {
    let now = app.ui.now;
    let dialog = app.ui.dialog.as_mut()?;
    if dialog.phase != Phase::Filling {
        return None;
    }
    if let Preview::Ready(previewed) = &mut dialog.preview
        && previewed.outdated.is_none()
        && now.since(previewed.at) > PREVIEW_LASTS
    {
        previewed.outdated = Some("the old one expired".to_owned());
        dialog.replan = Some(now);
    }
    dialog.replan.take_if(|at| *at <= now)?;
    dialog.asked += 1;
    let (pipeline, command) = dialog.command();
    Some(Request::LoadPlan {
        asked: dialog.asked,
        pipeline,
        command,
    })
}

/// The plan came, or why it did not.
pub(super) fn planned(app: &mut App, asked: u64, answer: PlanAnswer) {
    let now = app.ui.now;
    let Some(dialog) = &mut app.ui.dialog else {
        return;
    };
    if dialog.asked != asked || dialog.phase != Phase::Filling {
        return;
    }
    let preview = match answer {
        PlanAnswer::Ready(plan) => {
            dialog.want(plan.confirm.as_deref());
            Preview::Ready(Box::new(Previewed {
                changed: changes(dialog.plan(), &plan),
                plan: *plan,
                at: now,
                // Fields may have changed since it was asked for; then the next one is due already.
                outdated: dialog.replan.map(|_| "the fields changed".to_owned()),
            }))
        }
        PlanAnswer::Refused(refusal) => Preview::Refused(refusal),
        PlanAnswer::Failed(why) => {
            dialog.replan = Some(now + AGAIN);
            Preview::Failed(why)
        }
    };
    dialog.preview = preview;
}

/// Lines of the new plan that the old one did not have so.
fn changes(old: Option<&Plan>, new: &Plan) -> BTreeSet<PlanLine> {
    let Some(old) = old else {
        return BTreeSet::new();
    };
    let title = (old.title != new.title).then_some(PlanLine::Title);
    let rows = new.rows.iter().filter(|row| !old.rows.contains(row));
    let notes = new.notes.iter().enumerate();
    let notes = notes.filter(|(_, note)| !old.notes.contains(note));
    let warnings = new.warnings.iter().enumerate();
    let warnings = warnings.filter(|(_, warning)| !old.warnings.contains(warning));
    title
        .into_iter()
        .chain(rows.map(|row| PlanLine::Row(row.stage.clone())))
        .chain(notes.map(|(at, _)| PlanLine::Note(at)))
        .chain(warnings.map(|(at, _)| PlanLine::Warning(at)))
        .collect()
}

/// The stream that the command goes to, or is about, has moved: the plan must be made anew.
pub(super) fn moved(app: &mut App, stream: Option<&PipelineName>) {
    let now = app.ui.now;
    if let Some(dialog) = &mut app.ui.dialog
        && stream.is_none_or(|name| dialog.pipeline == *name)
    {
        dialog.outdate("the world moved", now);
    }
}

/// Pasting works in a reason, never where something must be typed by hand (S5).
pub(super) fn paste(app: &mut App, text: &str) {
    let now = app.ui.now;
    let Some(dialog) = &mut app.ui.dialog else {
        return;
    };
    dialog.last_key = now;
    if now < dialog.fence || dialog.phase != Phase::Filling {
        return;
    }
    dialog.notice = match dialog.focused() {
        Some(Value::Text { input, .. }) => {
            if fields::insert(input, text) {
                dialog.outdate("the fields changed", now + TYPING);
            }
            None
        }
        Some(Value::Token { .. }) => Some("pasting is refused here: type it by hand".to_owned()),
        Some(Value::Choice { .. } | Value::Checks { .. }) | None => {
            Some("nothing can be pasted here".to_owned())
        }
    };
}

pub(super) fn key(app: &mut App, key: Key) -> Vec<Request> {
    let now = app.ui.now;
    let Some(dialog) = &mut app.ui.dialog else {
        return Vec::new();
    };
    let quiet = now.since(dialog.last_key) >= QUIET;
    dialog.last_key = now;
    if now < dialog.fence {
        return Vec::new();
    }
    dialog.notice = None;
    let vertical = matches!(
        dialog.focused(),
        Some(Value::Choice { .. } | Value::Checks { .. })
    );
    match (key.ctrl, key.code) {
        (false, Code::Esc) | (true, Code::Char('c')) => {
            close(app);
            Vec::new()
        }
        (false, Code::F(2)) | (true, Code::Char('y')) => {
            dialog.notice = Some("the command line is copied".to_owned());
            vec![Request::Copy(dialog.twin())]
        }
        (false, Code::Enter) if quiet => press(app),
        (false, Code::Enter) => {
            dialog.notice = Some("Enter came too soon after the key before".to_owned());
            Vec::new()
        }
        (false, Code::PageDown | Code::PageUp) => {
            dialog.turn(if key.code == Code::PageDown { 1 } else { -1 });
            Vec::new()
        }
        (false, Code::Char(letter @ ('e' | 'y'))) if dialog.phase != Phase::Filling => {
            after(app, letter)
        }
        (false, Code::Tab) => {
            dialog.focus_next();
            Vec::new()
        }
        (false, Code::BackTab) => {
            dialog.focus_previous();
            Vec::new()
        }
        (false, Code::Down) if !vertical => {
            dialog.focus_next();
            Vec::new()
        }
        (false, Code::Up) if !vertical => {
            dialog.focus_previous();
            Vec::new()
        }
        (false, Code::Left | Code::Right) if dialog.focused().is_none() => {
            dialog.focus = match dialog.focus {
                Focus::Commit => Focus::Cancel,
                Focus::Cancel | Focus::Field(_) => Focus::Commit,
            };
            dialog.page = None;
            Vec::new()
        }
        _ => {
            field(dialog, key, now);
            Vec::new()
        }
    }
}

/// A key for the field that has the focus. What changes the command makes its plan old.
fn field(dialog: &mut Dialog, key: Key, now: Time) {
    if dialog.phase != Phase::Filling {
        return;
    }
    let due = match dialog.focused() {
        Some(Value::Choice { options, chosen }) => {
            let before = *chosen;
            if matches!(key.code, Code::Up | Code::Left) {
                *chosen = chosen.saturating_sub(1);
            } else if matches!(key.code, Code::Down | Code::Right) {
                *chosen = (*chosen + 1).min(options.len().saturating_sub(1));
            } else if key.code == Code::Char(' ') {
                *chosen = (*chosen + 1) % options.len().max(1);
            }
            (before != *chosen).then_some(now)
        }
        Some(Value::Checks { options, cursor }) => match (key.code, options.get_mut(*cursor)) {
            (Code::Up, _) => {
                *cursor = cursor.saturating_sub(1);
                None
            }
            (Code::Down, _) => {
                *cursor = (*cursor + 1).min(options.len().saturating_sub(1));
                None
            }
            (Code::Char(' '), Some(check)) if check.locked.is_none() => {
                check.ticked = !check.ticked;
                Some(now)
            }
            _ => None,
        },
        Some(Value::Text { input, .. }) => fields::edit(input, key).then_some(now + TYPING),
        Some(Value::Token { input, .. }) => {
            fields::edit(input, key);
            None
        }
        None => None,
    };
    if let Some(due) = due {
        dialog.measure();
        dialog.outdate("the fields changed", due);
    }
}

/// Enter, on what has the focus.
fn press(app: &mut App) -> Vec<Request> {
    let now = app.ui.now;
    let Some(dialog) = &mut app.ui.dialog else {
        return Vec::new();
    };
    match (dialog.focus, &dialog.phase) {
        (Focus::Field(_), _) => {
            dialog.notice = Some("Enter works on the buttons: Tab goes there".to_owned());
            Vec::new()
        }
        (Focus::Cancel, _) | (Focus::Commit, Phase::Sent { .. }) => {
            close(app);
            Vec::new()
        }
        (Focus::Commit, Phase::Accepted { .. }) => after(app, 'e'),
        (Focus::Commit, Phase::Filling) => commit(app),
        (Focus::Commit, Phase::Refused(_) | Phase::NotPermitted(_) | Phase::NotSent(_)) => {
            dialog.reopen(now);
            vec![Request::NewKey]
        }
        (Focus::Commit, Phase::Unknown { .. }) => {
            let key = dialog.key.clone();
            let flights = app.ui.in_flight.values_mut();
            for flight in flights.filter(|flight| Some(&flight.key) == key.as_ref()) {
                if let Some(asking) = &mut flight.asking {
                    asking.next = now;
                }
            }
            Vec::new()
        }
    }
}

/// Once it was sent: `e` shows what happens, `y` copies the key by which it can be asked for.
fn after(app: &mut App, letter: char) -> Vec<Request> {
    let Some(dialog) = &mut app.ui.dialog else {
        return Vec::new();
    };
    if letter == 'y' {
        let key = dialog.key.as_ref().map(ToString::to_string);
        dialog.notice = Some("the request key is copied".to_owned());
        return key.map(Request::Copy).into_iter().collect();
    }
    let pipeline = dialog.pipeline.clone();
    close(app);
    open::list_of(app, pipeline, Listing::Events)
}

/// Sends, if the gate lets it: the only caller of the only maker of a commit.
fn commit(app: &mut App) -> Vec<Request> {
    let now = app.ui.now;
    let made = gate::commit(app);
    let Some(dialog) = &mut app.ui.dialog else {
        return Vec::new();
    };
    let commit = match made {
        Ok(commit) => commit,
        Err(why) => {
            dialog.notice = Some(why);
            return Vec::new();
        }
    };
    let title = dialog
        .plan()
        .map_or_else(|| dialog.act.verb().to_owned(), |plan| plan.title.clone());
    dialog.phase = Phase::Sent { at: now };
    dialog.sent = Some(now);
    dialog.page = None;
    dialog.focus = Focus::Cancel;
    dialog.fence = now + FENCE;
    let flight = InFlight {
        key: commit.request.key.clone(),
        title,
        sent: now,
        asking: None,
    };
    app.ui.in_flight.insert(commit.pipeline.clone(), flight);
    vec![Request::Commit(Box::new(commit))]
}

/// Closing never takes anything back: what was sent goes on, and its result comes as a flash.
fn close(app: &mut App) {
    let Some(dialog) = app.ui.dialog.take() else {
        return;
    };
    let text = match dialog.phase {
        Phase::Filling => format!("{}: nothing was sent", dialog.act.verb()),
        Phase::Sent { .. } | Phase::Unknown { .. } => {
            format!(
                "{} goes on; its result will be shown here",
                dialog.act.verb()
            )
        }
        Phase::Accepted { .. } => format!("{}: accepted", dialog.act.verb()),
        Phase::Refused(_) | Phase::NotPermitted(_) | Phase::NotSent(_) => {
            format!("{}: nothing was done", dialog.act.verb())
        }
    };
    flash(app, FlashLevel::Info, text);
}
