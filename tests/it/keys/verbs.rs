//! Every command there is can be asked for with keys, and read-only refuses every one of them.

use crate::fixture::{self, board_of, name};
use crate::keys::seat::{Seat, asking};
use crate::world::{World, success};
use pilothouse::{
    model::*,
    tui::{
        action::{Action, Verb},
        app::Access,
        chord::Key,
        dialog::Deed,
        keymap::{Context, Danger, Match},
        request::Request,
        screen::{Screen, StageScreen, StageTab},
    },
};
use std::collections::BTreeSet;

/// Every shape of a command, numbered. A new one does not compile until it has a number here, and
/// the test fails until there are keys for it.
fn shape(command: &Command) -> usize {
    match command {
        Command::Approve(_) => 0,
        Command::Reject(_) => 1,
        Command::Override { .. } => 2,
        Command::Retry { .. } => 3,
        Command::Undo { .. } => 4,
        Command::Yield { .. } => 5,
        Command::Rollback { scope, .. } => match scope {
            RollbackScope::Stage(_) => 6,
            RollbackScope::Region { .. } => 7,
            RollbackScope::Target { .. } => 8,
            RollbackScope::Everywhere => 9,
        },
        Command::Hold { scope, .. } => match scope {
            HoldScope::Stage(_) => 10,
            HoldScope::Pipeline => 11,
            HoldScope::Service(_) => 12,
            HoldScope::Organization => 13,
        },
        Command::Lift { what, .. } => match what {
            Lift::Hold(_) => 14,
            Lift::Override(_) => 15,
            Lift::Quarantine(_) => 16,
            Lift::Clock => 17,
        },
        Command::Ticket { action, .. } => match action {
            TicketAction::Acknowledge => 18,
            TicketAction::Assign(_) => 19,
            TicketAction::Note => 20,
            TicketAction::Resolve => 21,
        },
    }
}
const SHAPES: usize = 22;

/// What leads to dialogs: a world, the screen one stands on, and the keys. After them each option of
/// the dialog's first choice is looked at.
pub(super) fn ways() -> Vec<(World, Screen, &'static str)> {
    let approved = || {
        let mut world = asking();
        let yes = world.verdict(&name("gamma"), name("r1"), "looked");
        world.command("ana", Command::Approve(yes)).unwrap();
        world
    };
    let newer = || {
        let mut world = asking();
        world.push("mori", &["ana"], "Retry captures once", &[]);
        while let Some(owed) = world.pipeline.steps.values().next().cloned() {
            world.finish(&owed.id, success(&owed.effect));
        }
        world
    };
    let night = || {
        let mut night = fixture::night();
        let doubt = ClockHold {
            at: night.now,
            from: night.now,
            to: night.now + Span::hours(2),
        };
        night.pipeline.guards.clock = Some(doubt);
        night
    };
    let blocked = || {
        let mut night = fixture::night();
        night.pipeline.guards.overrides.clear();
        night
    };
    let failed = || {
        let mut world = World::new();
        world.push("chen", &["ana"], "Raise the pool", &[]);
        let owed = world.pipeline.steps.values().next().cloned().unwrap();
        world.finish(
            &owed.id,
            StepResult::Failed {
                took: Span::seconds(3),
                why: "exit status 2".to_owned(),
            },
        );
        world
    };
    let stage = Screen::Stage(StageScreen {
        target: Some(name("g2")),
        ..StageScreen::of(name("checkout"), name("gamma"), StageTab::Targets)
    });
    vec![
        (asking(), board_of("gamma"), "A"),
        (asking(), board_of("gamma"), "a r"),
        (blocked(), board_of("wave-2"), "O"),
        (failed(), board_of("build"), "a t"),
        (approved(), board_of("gamma"), "u"),
        (newer(), board_of("gamma"), "a y"),
        (asking(), stage, "B"),
        (asking(), board_of("gamma"), "a h"),
        (night(), board_of("wave-1"), "a c"),
        (night(), board_of("wave-1"), "a k"),
        (night(), board_of("wave-1"), "a g"),
        (night(), board_of("wave-1"), "a n"),
        (night(), board_of("wave-1"), "a v"),
    ]
}

#[test]
fn every_command_can_be_asked_for() {
    let mut seen = BTreeSet::new();
    for (world, screen, keys) in ways() {
        let mut seat = Seat::over(world, Some(screen));
        seat.press(keys);
        let class = seat.dialog().class();
        assert_eq!(danger(&seat, keys), class, "{keys}");
        seen.insert(shape(&seat.dialog().command().1));
        seat.press("Tab Tab");
        for _ in 0..10 {
            seat.press("Right");
            seen.insert(shape(&seat.dialog().command().1));
        }
        assert_eq!(seat.commits().len(), 0, "{keys}");
    }
    assert_eq!(seen, (0..SHAPES).collect());
}

/// The class that the keymap gives the keys. What only says that somebody has looked is the one thing
/// that asks the server for something and counts as looking (UX.md, class 0).
fn danger(seat: &Seat, keys: &str) -> Class {
    let keys: Vec<Key> = keys.split(' ').map(|key| key.parse().unwrap()).collect();
    let Match::Action(action) = seat.app.ui.keymap.find(Context::Board, &keys) else {
        panic!("{keys:?}")
    };
    let mut bindings = seat.app.ui.keymap.all().iter();
    let binding = bindings.find(|binding| binding.action == action).unwrap();
    match binding.danger {
        Danger::Look => {
            assert_eq!(action, Action::Ask(Verb::Ticket(Deed::Acknowledge)));
            Class::Safer
        }
        Danger::Safer => Class::Safer,
        Danger::Restore => Class::Restore,
        Danger::Riskier => Class::Riskier,
        Danger::RuleBreaking => Class::RuleBreaking,
    }
}

#[test]
fn every_binding_says_what_it_does_and_only_asking_is_dangerous() {
    let seat = Seat::on(None);
    for binding in seat.app.ui.keymap.all() {
        let id = binding.action.id();
        assert!(binding.help.ends_with('.'), "{id}: {}", binding.help);
        let asks = matches!(binding.action, Action::Ask(_));
        assert!(asks || binding.danger == Danger::Look, "{id}");
    }
}

#[test]
fn read_only_refuses_every_action_that_asks_for_a_command() {
    for (world, screen, _) in ways() {
        for action in Action::all().filter(|action| matches!(action, Action::Ask(_))) {
            let mut seat = Seat::over(world.clone(), Some(screen.clone()));
            seat.app.ui.access = Access::ReadOnly;
            let binding = seat.app.ui.keymap.all().iter();
            let chords: Vec<_> = binding
                .filter(|binding| binding.action == action)
                .flat_map(|binding| binding.keys.clone())
                .collect();
            assert!(!chords.is_empty(), "{}", action.id());
            for chord in chords {
                let keys: Vec<String> = chord.0.iter().map(ToString::to_string).collect();
                assert_eq!(asked(seat.press(&keys.join(" "))), [], "{}", action.id());
                assert!(seat.app.ui.dialog.is_none(), "{}", action.id());
            }
            seat.press(":");
            seat.type_in(action.id());
            assert_eq!(asked(seat.press("Enter")), [], ":{}", action.id());
            assert!(seat.app.ui.dialog.is_none(), ":{}", action.id());
        }
    }
}

#[test]
fn read_only_locks_a_dialog_that_is_open() {
    let mut seat = Seat::approval();
    seat.app.ui.access = Access::ReadOnly;
    seat.press("Enter");
    assert_eq!(seat.commits().len(), 0);
}

/// What `u` takes back is the newest thing of one's own, and it says what.
#[test]
fn undo_takes_back_the_newest_of_ones_own() {
    let mut world = asking();
    let mut seat = Seat::over(world.clone(), Some(board_of("gamma")));
    seat.press("u");
    assert!(seat.app.ui.dialog.is_none());
    let said = seat.app.ui.flash.as_ref().unwrap().text.clone();
    assert!(
        said.contains("no approval, override or hold of yours"),
        "{said}"
    );

    let hold = |reason: &str| Command::Hold {
        scope: HoldScope::Pipeline,
        reason: reason.to_owned(),
        lasts: None,
    };
    world.command("ana", hold("looking")).unwrap();
    world.now = world.now + Span::seconds(1);
    let yes = world.verdict(&name("gamma"), name("r1"), "looked");
    world.command("ana", Command::Approve(yes)).unwrap();
    world.now = world.now + Span::seconds(1);
    world.command("li", hold("looking too")).unwrap();
    let mut seat = Seat::over(world, Some(board_of("gamma")));
    seat.press("u");
    seat.wait(500);
    let plan = seat.dialog().plan().unwrap();
    assert_eq!(plan.title, "take back the approval of r1 in gamma by ana");
    seat.press("Tab Enter");
    let commits = seat.commits();
    assert!(matches!(commits[0].request.command, Command::Undo { .. }));
}

/// Requests but for the questions that a screen asks by itself.
fn asked(mut requests: Vec<Request>) -> Vec<Request> {
    requests.retain(|request| !matches!(request, Request::Ask { .. }));
    requests
}
