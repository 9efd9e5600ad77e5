//! Every dialog as text, opened and filled with keys and planned by the real engine.

use crate::{
    fixture::{app, app_of, baking, board_of, name, now},
    screens::{on, plain, settings, snapshots},
};
use std::fmt::Write as _;

use pilothouse::{
    engine,
    model::*,
    tui::{
        app::App,
        chord::{Code, Key},
        dialog::{FieldId, Focus, Phase},
        event::{Event, PlanAnswer},
        request::Request,
        update::update,
        view,
    },
};

/// Presses keys as a person does, and answers what the dialog asks the server, from the real engine.
pub(crate) fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ').filter(|key| !key.is_empty()) {
        let key: Key = key.parse().unwrap();
        let asked = step(app, Event::Key(key));
        answer(app, asked);
    }
}

fn type_in(app: &mut App, text: &str) {
    for letter in text.chars() {
        let asked = step(app, Event::Key(Key::plain(Code::Char(letter))));
        answer(app, asked);
    }
    let asked = step(app, Event::Tick);
    answer(app, asked);
}

fn step(app: &mut App, event: Event) -> Vec<Request> {
    let now = app.ui.now + Span(500);
    update(app, now, event)
}

fn answer(app: &mut App, asked: Vec<Request>) {
    for request in asked {
        match request {
            Request::NewKey => {
                let key = RequestKey::parse("7c1e-50af").unwrap();
                let more = step(app, Event::NewKey(key));
                answer(app, more);
            }
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => {
                let state = app.pipeline(&pipeline.unwrap()).unwrap();
                let by = name("ana");
                let (org, now) = (&app.replica.org, app.server_now());
                let answer = match engine::plan(state, org, now, &by, &command) {
                    Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
                    Err(refusal) => PlanAnswer::Refused(Box::new(refusal)),
                };
                let more = step(app, Event::Planned { asked, answer });
                self::answer(app, more);
            }
            other => drop(other),
        }
    }
}

/// Opens a dialog with a key and gives a reason.
fn fill(app: &mut App, stage: &str, key: &str, reason: &str) {
    on(app, board_of(stage));
    press(app, key);
    assert!(
        app.ui.dialog.is_some(),
        "{key} opened nothing: {:?}",
        app.ui.flash
    );
    let asked = step(app, Event::Tick);
    answer(app, asked);
    if !reason.is_empty() {
        give_reason(app, reason);
    }
}

/// Goes to the reason with Tab, as a person does, and types.
fn give_reason(app: &mut App, reason: &str) {
    let fields = &app.ui.dialog.as_ref().unwrap().fields;
    let place = fields.iter().position(|field| field.id == FieldId::Reason);
    let wanted = Focus::Field(place.unwrap());
    for _ in 0..8 {
        if app.ui.dialog.as_ref().unwrap().focus == wanted {
            return type_in(app, reason);
        }
        press(app, "Tab");
    }
    panic!("Tab never reached the reason");
}

#[test]
fn dialogs() {
    snapshots("dialog-approve", |app| {
        fill(app, "gamma", "A", "revert checked");
    });
    snapshots("dialog-rollback", |app| {
        *app = app_of(baking(), app.ui.size.width, app.ui.size.height);
        fill(app, "wave-1", "B", "latency doubled");
    });
    snapshots("dialog-rollback-refused", |app| {
        fill(app, "wave-4", "B", "");
    });
    snapshots("dialog-override", |app| {
        let opened = app
            .replica
            .opened
            .get_mut(&name::<PipelineName>("checkout"));
        opened.unwrap().pipeline.guards.overrides.clear();
        fill(app, "wave-2", "O", "agreed with the shop, low traffic");
    });
    snapshots("dialog-hold", |app| {
        fill(app, "wave-1", "a h", "watching the queue");
    });
    snapshots("dialog-lift", |app| {
        fill(app, "wave-2", "a c", "drain is over");
    });
}

#[test]
fn a_dialog_tells_what_became_of_the_command() {
    let ends = [
        ("sent", Phase::Sent { at: now() }),
        (
            "accepted",
            Phase::Accepted {
                at: now(),
                revision: Revision(231),
            },
        ),
        (
            "refused",
            Phase::Refused(Box::new(Refusal::AlreadyApproved {
                actor: name("ana"),
                more: 1,
            })),
        ),
        ("not-sent", Phase::NotSent("connection refused".to_owned())),
        (
            "unknown",
            Phase::Unknown {
                sent: now(),
                why: "timed out after 8s".to_owned(),
                tries: 3,
                next: now() + Span::seconds(14),
            },
        ),
    ];
    let mut all = String::new();
    for (label, phase) in ends {
        let mut app = app(80, 24);
        fill(&mut app, "gamma", "A", "revert checked");
        app.ui.dialog.as_mut().unwrap().phase = phase;
        write!(all, "== {label}\n{}", view::text(&app, &plain(), 80, 24)).unwrap();
    }
    settings().bind(|| insta::assert_snapshot!("dialog-ends", all));
}
