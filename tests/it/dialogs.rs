//! Every dialog as text, opened and filled with keys and planned by the real engine.

use crate::{
    fixture::{app, app_of, baking, board_of, finish, name, night, now},
    keys::seat::Seat,
    screens::{on, plain, settings, snapshots},
    world::World,
};
use std::fmt::Write as _;

use pilothouse::{
    api::{Settled, Viewer},
    engine,
    model::*,
    tui::{
        app::{App, Size},
        chord::{Code, Key},
        dialog::{FieldId, Focus},
        event::{CommitAnswer, Event, PlanAnswer},
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

pub(crate) fn step(app: &mut App, event: Event) -> Vec<Request> {
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

/// A dialog as it opens, at every size, and filled in on a small terminal.
fn dialog(label: &str, stage: &str, key: &str, reason: &str, prepare: impl Fn(&mut App)) {
    let open = |app: &mut App| {
        prepare(app);
        on(app, board_of(stage));
        press(app, key);
        assert!(
            app.ui.dialog.is_some(),
            "{key} opened nothing: {:?}",
            app.ui.flash
        );
        let asked = step(app, Event::Tick);
        answer(app, asked);
    };
    snapshots(label, open);
    if reason.is_empty() {
        return;
    }
    let mut all = String::new();
    for (width, height) in [(60, 16), (80, 24)] {
        let mut app = app(width, height);
        open(&mut app);
        give_reason(&mut app, reason);
        write!(all, "{}", view::text(&app, &plain(), width, height)).unwrap();
    }
    settings().bind(|| insta::assert_snapshot!(format!("{label}-filled"), all));
}

#[test]
fn dialogs() {
    let nothing = |_: &mut App| {};
    let baked = |app: &mut App| *app = app_of(baking(), app.ui.size.width, app.ui.size.height);
    let newer = |app: &mut App| *app = app_of(newer(), app.ui.size.width, app.ui.size.height);
    let blocked = |app: &mut App| {
        let checkout = name::<PipelineName>("checkout");
        let opened = app.replica.opened.get_mut(&checkout).unwrap();
        opened.pipeline.guards.overrides.clear();
    };
    dialog("dialog-approve", "gamma", "A", "revert checked", nothing);
    dialog("dialog-reject", "gamma", "a r", "wrong revert", nothing);
    dialog("dialog-rollback", "wave-1", "B", "latency doubled", baked);
    dialog("dialog-rollback-beside", "wave-1", "B", "", |app| {
        baked(app);
        app.replica.viewers = others();
    });
    dialog("dialog-rollback-refused", "wave-4", "B", "", nothing);
    let why = "agreed with the shop, low traffic";
    dialog("dialog-override", "wave-2", "O", why, blocked);
    dialog(
        "dialog-hold",
        "wave-1",
        "a h",
        "watching the queue",
        nothing,
    );
    dialog("dialog-lift", "wave-2", "a c", "drain is over", nothing);
    dialog(
        "dialog-yield",
        "gamma",
        "a y",
        "the newer one has it",
        newer,
    );
    dialog("dialog-acknowledge", "wave-1", "a k", "", nothing);
    dialog("dialog-assign", "wave-1", "a g", "yours", nothing);
}

/// Two others, one of whom has the same pipeline open on two terminals.
fn others() -> Vec<Viewer> {
    let viewer = |who: &str, pipeline: &str, ago: u64| Viewer {
        who: name(who),
        pipelines: [name(pipeline)].into(),
        since: Time(now().0 - Span::seconds(ago).0.cast_signed()),
    };
    vec![
        viewer("li", "checkout", 40),
        viewer("li", "checkout", 400),
        viewer("ren", "cart", 60),
        viewer("mori", "checkout", 20),
    ]
}

/// r5 has gone through beta and waits behind r4, which asks for approval in gamma.
fn newer() -> World {
    let mut world = night();
    for what in ["build", "check", "beta", "integration"] {
        finish(&mut world, what, 1);
    }
    world.now = now();
    world
}

/// Fills the whole frame of a result at the sizes that matter.
fn ends(label: &str, seat: &mut Seat) {
    let mut all = String::new();
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        seat.app.ui.size = Size { width, height };
        write!(all, "{}", view::text(&seat.app, &plain(), width, height)).unwrap();
    }
    settings().bind(|| insta::assert_snapshot!(format!("result-{label}"), all));
}

#[test]
fn a_dialog_tells_what_became_of_the_command() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    ends("sent", &mut seat);

    let mut seat = Seat::approval();
    seat.commit();
    ends("accepted", &mut seat);

    let mut seat = Seat::approval();
    seat.press("Enter");
    let lost = CommitAnswer::Unknown("timed out after 8s".to_owned());
    let key = name::<RequestKey>("key-1");
    seat.event(Event::Committed { key, answer: lost });
    seat.wait(8_000);
    ends("unknown", &mut seat);

    let mut seat = Seat::approval();
    seat.press("Enter");
    let key = name::<RequestKey>("key-1");
    let answer = CommitAnswer::NotSent("connection refused".to_owned());
    seat.event(Event::Committed { key, answer });
    ends("not-sent", &mut seat);
}

/// The world moves between the preview and the commit: nothing is done, and the panel says what is
/// different and who made it so.
#[test]
fn a_refusal_shows_the_difference() {
    let mut seat = Seat::approval();
    let before = seat.world.entries.len();
    let hold = Command::Hold {
        scope: HoldScope::Stage(name("wave-1")),
        reason: "draining".to_owned(),
        lasts: None,
    };
    seat.press("Enter");
    seat.world.now = seat.now;
    seat.world.command("li", hold).unwrap();
    let commit = seat.commits()[0].clone();
    let settled = seat.serve(&commit);
    assert!(matches!(
        &settled,
        Settled::Refused {
            refusal: Refusal::PlanChanged { .. },
            ..
        }
    ));
    seat.tell(before);
    let key = commit.request.key;
    let answer = CommitAnswer::Settled(settled);
    seat.event(Event::Committed { key, answer });
    ends("refused", &mut seat);
}
