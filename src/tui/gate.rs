//! The one place that decides whether something may be done now: which act an action would open
//! here, what a dialog's commit still waits for, and, alone in the program, the making of a commit
//! (UX.md, S1, S2, S16). Help, menus and buttons ask the same questions, so they cannot disagree.

mod act;
mod role;
mod tickets;
mod undo;

use crate::{
    api::CommitRequest,
    model::{Actor, Request as Commit},
    tui::{
        action::Action,
        app::{Access, App},
        dialog::{Dialog, Field, FieldId, PREVIEW_LASTS, Phase, Preview, Value},
        keymap::Context,
        rows,
    },
};
pub use act::{Opening, opening, pipeline, runbook, stage};
pub use role::may_act;

/// Why the action is disabled on the screen that is on top; none when it can be done.
pub fn disabled(app: &App, action: Action) -> Option<String> {
    match action {
        Action::Ask(verb) => read_only(app)
            .or_else(|| role::of_verb(app, verb))
            .or_else(|| opening(app, verb).err()),
        Action::List(_) | Action::Why => act::pipeline(app)
            .is_none()
            .then(|| "select a pipeline first".to_owned()),
        Action::Filter => match app.screen().filter() {
            Some(_) => None,
            None => Some("there is no list to filter here".to_owned()),
        },
        Action::ReadOnly => read_only(app),
        Action::ReadWrite => match app.ui.access {
            Access::Paused => None,
            Access::ReadWrite => {
                let already = || Some("it is read-write already".to_owned());
                role::of_nothing(app).or_else(already)
            }
            Access::ReadOnly => read_only(app),
        },
        Action::CopyLink => act::runbook(app).err(),
        Action::Jump => match app.ui.bookmark {
            Some(_) => None,
            None => Some("no bookmark yet: b sets it".to_owned()),
        },
        Action::Scroll(_)
        | Action::Attention
        | Action::Fit
        | Action::ToStage(_)
        | Action::Tab(_)
        | Action::Follow
        | Action::Find(_)
        | Action::ShowOk
        | Action::Everywhere
        | Action::DayBack
        | Action::DayOn
        | Action::View
        | Action::Sort
        | Action::Mark
        | Action::Compare
        | Action::Definitions
        | Action::Kinds
        | Action::Export
        | Action::CopyJson => elsewhere(app, action),
        Action::Move(_)
        | Action::Left
        | Action::Right
        | Action::NextPane
        | Action::PreviousPane
        | Action::Open
        | Action::Back
        | Action::Cancel
        | Action::Leave
        | Action::Quit
        | Action::Mouse
        | Action::Suspend
        | Action::Redraw
        | Action::Help
        | Action::Palette
        | Action::Bookmark
        | Action::Times
        | Action::Freeze
        | Action::Resync
        | Action::Tickets
        | Action::Metrics
        | Action::CopyId
        | Action::CopyTwin
        | Action::Record
        | Action::Snap => None,
    }
}

/// Where an action of single screens can be done, when that is not here.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller sends actions of single screens here"
)]
fn elsewhere(app: &App, action: Action) -> Option<String> {
    use Context::{Alarms, Blockers, Board, Events, Fleet, Log, Metrics, Release, Stage, Tickets};
    let (places, why): (&[Context], &str) = match action {
        Action::Scroll(_) | Action::Attention | Action::Fit => (&[Board], "only on a board"),
        Action::ToStage(_) => (&[Board, Stage, Log], "only on a board or a stage"),
        Action::Tab(_) => (
            &[Stage, Log, Release, Metrics],
            "only on a stage, a release or the metrics",
        ),
        Action::Follow | Action::Find(_) => (&[Log], "only in the log of a stage"),
        Action::ShowOk | Action::Everywhere => (&[Alarms], "only on the list of alarms"),
        Action::DayBack | Action::DayOn => (&[Blockers], "only on blockers and windows"),
        Action::View => (&[Fleet, Tickets], "only on the fleet and the tickets"),
        Action::Compare => (&[Release], "only on a release"),
        Action::Definitions => (&[Metrics], "only on the metrics"),
        Action::Kinds | Action::CopyJson => (&[Events], "only on the events"),
        Action::Export => (&[Events, Metrics], "only on the events and the metrics"),
        _ => (&[Fleet], "only on the fleet list"),
    };
    (!places.contains(&rows::below_help(app))).then(|| why.to_owned())
}

fn read_only(app: &App) -> Option<String> {
    match app.ui.access {
        Access::Paused => Some("this terminal is read-only, :rw gives it back".to_owned()),
        Access::ReadOnly => Some("this terminal was started read-only".to_owned()),
        Access::ReadWrite => None,
    }
}

/// What the commit button still waits for, in the words that stand beside it; empty when it is
/// unlocked. Asked when it is drawn, and again when it is pressed.
pub fn missing(app: &App, dialog: &Dialog) -> Vec<String> {
    let (stream, command) = dialog.command();
    let mut found: Vec<String> = read_only(app).into_iter().collect();
    found.extend(role::of_command(app, (stream.as_ref(), &command)));
    if let Some(running) = app.ui.in_flight.get(&stream) {
        found.push(format!("already under way: {}", running.title));
    }
    if let Err(why) = app.link.allows(command.class()) {
        found.push(why.to_owned());
    }
    found.extend(plan_missing(app, dialog));
    found.extend(dialog.fields.iter().filter_map(field_missing));
    if dialog.key.is_none() {
        found.push("no request key yet".to_owned());
    }
    found
}

fn plan_missing(app: &App, dialog: &Dialog) -> Option<String> {
    match &dialog.preview {
        Preview::Asking { .. } => Some("waiting for the server's plan".to_owned()),
        Preview::Failed(_) => Some("there is no plan".to_owned()),
        Preview::Refused(_) => Some("it would be refused".to_owned()),
        Preview::Ready(previewed) => {
            let age = app.ui.now.since(previewed.at);
            match &previewed.outdated {
                Some(why) => Some(format!("new plan under way, {why}")),
                None if age > PREVIEW_LASTS => Some(format!("the plan is {} old", age.short())),
                None => None,
            }
        }
    }
}

/// What a field still needs; none when it has all.
pub fn field_missing(field: &Field) -> Option<String> {
    match &field.value {
        Value::Choice { .. } => None,
        Value::Checks { options, .. } => {
            let none = !options.iter().any(|check| check.ticked);
            none.then(|| "tick a blocker".to_owned())
        }
        Value::Text { input, .. } if field.id == FieldId::To => {
            let login = Actor::parse(input.value().trim());
            login.is_err().then(|| "to: one login name".to_owned())
        }
        Value::Text { input, least } => {
            let have = visible(input.value());
            (have < *least).then(|| {
                let label = field.label.to_lowercase();
                format!("{label}: {} more characters", least - have)
            })
        }
        Value::Token { input, wanted } => match wanted {
            Some(wanted) => token_missing(input.value(), wanted),
            None => None,
        },
    }
}

/// What is still to be typed by hand; upper case and lower case are different (S5).
fn token_missing(typed: &str, wanted: &str) -> Option<String> {
    if typed == wanted {
        return None;
    }
    Some(match wanted.strip_prefix(typed) {
        _ if typed.is_empty() => format!("type {wanted}"),
        Some(rest) => {
            let more = rest.chars().count();
            let plural = if more == 1 { "" } else { "s" };
            format!("{more} character{plural} of {wanted} missing")
        }
        None => format!("what is typed is not {wanted}"),
    })
}

/// Characters that are more than space.
fn visible(text: &str) -> usize {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .count()
}

/// The commit of the open dialog, if nothing is missing. The only function that makes one.
pub fn commit(app: &App) -> Result<CommitRequest, String> {
    let Some(dialog) = &app.ui.dialog else {
        return Err("no dialog is open".to_owned());
    };
    let missing = missing(app, dialog);
    if !missing.is_empty() {
        return Err(format!("locked: {}", missing.join(", ")));
    }
    match (&dialog.phase, &dialog.preview, &dialog.key) {
        (Phase::Filling, Preview::Ready(previewed), Some(key)) => {
            let (pipeline, command) = dialog.command();
            let expect = previewed.plan.digest.clone();
            let key = key.clone();
            Ok(CommitRequest {
                pipeline,
                request: Commit {
                    key,
                    expect,
                    command,
                },
            })
        }
        _ => Err("locked: this was sent already".to_owned()),
    }
}
