//! What a role does not allow cannot be asked for with keys, and why is said wherever a key is named;
//! what the server refuses all the same ends as a refusal.

use super::verbs::ways;
use crate::fixture::{board_of, name};
use crate::keys::seat::Seat;
use pilothouse::{
    api::StreamEvent,
    client::FeedEvent,
    model::*,
    tui::{
        action::{Action, Verb},
        dialog::Phase,
        event::{CommitAnswer, Event},
        gate,
        request::Request,
    },
};

fn granted(role: Role, teams: &[&str]) -> Access {
    let teams = teams.iter().map(|team| name(team)).collect();
    Access {
        grants: vec![Grant { role, teams }],
    }
}

#[test]
fn keys_open_what_the_role_allows_and_say_why_they_do_not() {
    let accesses = [
        granted(Role::Viewer, &[]),
        granted(Role::Approver, &[]),
        granted(Role::Approver, &["search"]),
        granted(Role::Operator, &["search", "payments"]),
        granted(Role::Operator, &["search"]),
        granted(Role::Admin, &[]),
        Access::default(),
    ];
    let owner = name("payments");
    for (world, screen, keys) in ways() {
        let mut seat = Seat::over(world.clone(), Some(screen.clone()));
        seat.press(keys);
        let role = Role::of(&seat.dialog().command().1);
        for access in &accesses {
            let mut seat = Seat::over(world.clone(), Some(screen.clone()));
            seat.app.replica.access = Some(access.clone());
            seat.press(keys);
            let case = format!("{keys} as {access}");
            let allowed = access.holds(role, Some(&owner));
            assert_eq!(seat.app.ui.dialog.is_some(), allowed, "{case}");
            if !allowed {
                let said = &seat.app.ui.flash.as_ref().unwrap().text;
                for part in [
                    format!("takes the role {role} for the pipelines of payments"),
                    format!("you are {access}"),
                    "which an admin can grant".to_owned(),
                ] {
                    assert!(said.contains(&part), "{case}: {said}");
                }
                assert_eq!(seat.commits().len(), 0, "{case}");
            }
        }
    }
}

#[test]
fn a_dialog_that_reaches_further_than_the_role_is_locked() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.app.replica.access = Some(granted(Role::Operator, &["payments"]));
    seat.press("a h Tab Tab");
    let mut locked = Vec::new();
    for _ in 0..4 {
        let (stream, _) = seat.dialog().command();
        let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
        let by_role = missing.contains("takes the role operator for all teams");
        assert_eq!(by_role, stream.is_none(), "{missing}");
        locked.push(by_role);
        seat.press("Right");
    }
    assert!(
        locked.contains(&true) && locked.contains(&false),
        "{locked:?}"
    );

    // A role that is taken away locks what is open.
    let mut seat = Seat::approval();
    seat.event(Event::Granted(granted(Role::Viewer, &[])));
    seat.press("Enter");
    assert_eq!(seat.commits().len(), 0);
    let hold = gate::disabled(&seat.app, Action::Ask(Verb::Hold));
    assert!(hold.unwrap().contains("you are viewer"));
    assert!(!gate::may_act(&seat.app));
    let reason = gate::disabled(&seat.app, Action::ReadWrite).unwrap();
    assert!(reason.contains("takes the role approver"), "{reason}");
}

#[test]
fn a_role_that_the_server_does_not_accept_is_a_refusal() {
    let why = "ana may not approve checkout: that takes the role approver";
    let key = name::<RequestKey>("key-1");
    let answer = || CommitAnswer::NotPermitted(why.to_owned());
    let mut seat = Seat::approval();
    seat.press("Enter");
    let asked = seat.event(Event::Committed {
        key: key.clone(),
        answer: answer(),
    });
    // It was thought to be permitted, so what is permitted is asked for anew.
    assert_eq!(asked, [Request::AskAccess]);
    assert_eq!(seat.dialog().phase, Phase::NotPermitted(why.to_owned()));
    assert_eq!(seat.app.ui.in_flight.len(), 0);

    let mut seat = Seat::approval();
    seat.press("Enter Esc");
    seat.event(Event::Committed {
        key,
        answer: answer(),
    });
    let said = &seat.app.ui.flash.as_ref().unwrap().text;
    assert!(said.contains("REFUSED") && said.contains(why), "{said}");
}

#[test]
fn a_reload_may_have_changed_the_role() {
    let mut seat = Seat::on(None);
    let entry = Entry {
        stream: Stream::Organization,
        revision: seat.app.replica.org.revision.next(),
        seq: 1_000,
        at: seat.now,
        fact: Fact::Reloaded {
            by: None,
            pipelines: Vec::new(),
            gone: Vec::new(),
        },
    };
    let told = Event::Feed(FeedEvent::Event(StreamEvent::Entry(entry)));
    assert_eq!(seat.event(told), [Request::AskAccess]);
    // Also behind a screen that stands still.
    seat.press("f");
    seat.event(Event::Granted(granted(Role::Viewer, &[])));
    seat.press("f");
    assert!(!gate::may_act(&seat.app));
}
