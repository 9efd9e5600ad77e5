//! What comes back while a dialog is open: plans that age, worlds that move, answers that are lost.

use crate::fixture::name;
use crate::keys::seat::Seat;
use pilothouse::{
    api::{Settled, StreamEvent},
    client::FeedEvent,
    model::*,
    tui::{
        dialog::Phase,
        event::{CommitAnswer, Event, SettledAnswer},
        gate,
        request::Request,
        update::update,
    },
};

#[test]
fn a_world_that_moves_takes_the_plan_back_until_there_is_a_new_one() {
    let mut seat = Seat::approval();
    let before = seat.dialog().plan().unwrap().revision;
    let facts = seat.world.push("chen", &["ana"], "One more change", &[]);
    let n_entries = facts.len();
    for entry in seat
        .world
        .entries
        .clone()
        .into_iter()
        .rev()
        .take(n_entries)
        .rev()
    {
        let requests = seat.event(Event::Feed(FeedEvent::Event(StreamEvent::Entry(entry))));
        assert!(
            matches!(requests[..], [Request::LoadPlan { .. }]),
            "{requests:?}"
        );
    }
    assert!(seat.dialog().plan().unwrap().revision > before);
    seat.press("Enter");
    assert_eq!(
        seat.commits().len(),
        1,
        "the new plan is there, so the button is free again"
    );
}

#[test]
fn a_plan_expires_and_is_asked_for_again() {
    let mut seat = Seat::approval();
    let n_asked = seat.asked.len();
    seat.now = seat.now + Span::seconds(31);
    let requests = update(&mut seat.app, seat.now, Event::Tick);
    assert!(
        matches!(requests[..], [Request::LoadPlan { .. }]),
        "{requests:?}"
    );
    assert!(gate::commit(&seat.app).unwrap_err().contains("expired"));
    assert_eq!(seat.asked.len(), n_asked);
}

#[test]
fn a_lost_answer_is_asked_about_and_never_sent_again() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    let key = name::<RequestKey>("key-1");
    let lost = CommitAnswer::Unknown("the connection broke".to_owned());
    let requests = seat.event(Event::Committed {
        key: key.clone(),
        answer: lost,
    });
    assert_eq!(requests, [Request::AskSettled(key.clone())]);
    for _ in 0..2 {
        let answer = SettledAnswer::Unreachable("no server".to_owned());
        assert_eq!(
            seat.event(Event::SettledAnswer {
                key: key.clone(),
                answer
            }),
            []
        );
        seat.wait(2_000);
    }
    let asked = |request: &&Request| **request == Request::AskSettled(name("key-1"));
    assert_eq!(seat.asked.iter().filter(asked).count(), 3);
    let settled = Settled::Accepted {
        key: key.clone(),
        at: seat.now,
        revision: Revision(9),
    };
    let answer = SettledAnswer::Settled(settled);
    seat.event(Event::SettledAnswer { key, answer });
    assert!(matches!(seat.dialog().phase, Phase::Accepted { .. }));
    assert_eq!((seat.commits().len(), seat.app.ui.in_flight.len()), (1, 0));
}

#[test]
fn a_refusal_offers_a_new_look_under_a_new_key() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    let key = name::<RequestKey>("key-1");
    let plan = Box::new(seat.dialog().plan().unwrap().clone());
    let refusal = Refusal::PlanChanged { plan };
    let answer = CommitAnswer::Settled(Settled::Refused {
        key: key.clone(),
        at: seat.now,
        refusal,
    });
    seat.event(Event::Committed { key, answer });
    assert!(matches!(seat.dialog().phase, Phase::Refused(_)));
    seat.press("Tab Enter");
    assert_eq!(seat.dialog().phase, Phase::Filling);
    assert_eq!(seat.dialog().key, Some(name("key-2")));
    seat.wait(500);
    let missing = gate::missing(&seat.app, seat.dialog());
    assert_eq!(
        missing,
        [format!("type {}", seat.token())],
        "the token is typed anew"
    );
}

/// The link is cut after the send: the outcome is asked for until it is known, and the server's
/// journal has the command exactly once.
#[test]
fn a_link_cut_after_the_send_mutates_once() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    let commit = seat.commits()[0].clone();
    let settled = seat.serve(&commit);
    let key = commit.request.key.clone();
    let cut = CommitAnswer::Unknown("the link was cut".to_owned());
    seat.event(Event::Committed {
        key: key.clone(),
        answer: cut,
    });
    for pause in [0, 2_000, 30_000] {
        seat.wait(pause);
        let answer = SettledAnswer::Unreachable("no route".to_owned());
        seat.event(Event::SettledAnswer {
            key: key.clone(),
            answer,
        });
        seat.press("Tab Enter Tab");
        let word = format!("{:?}", seat.dialog().phase);
        assert!(word.starts_with("Unknown"), "{word}");
    }
    let answer = SettledAnswer::Settled(settled);
    seat.event(Event::SettledAnswer {
        key: key.clone(),
        answer,
    });
    assert!(format!("{:?}", seat.dialog().phase).starts_with("Accepted"));
    assert_eq!((seat.commits().len(), audited(&seat, &key)), (1, 1));
}

/// Somebody else was faster: the server refuses, does nothing, and has the request once.
#[test]
fn a_world_that_changed_before_the_commit_refuses_it_once() {
    let mut seat = Seat::approval();
    seat.world.now = seat.now;
    let hold = Command::Hold {
        scope: HoldScope::Stage(name("wave-1")),
        reason: "draining".to_owned(),
        lasts: None,
    };
    seat.world.command("li", hold).unwrap();
    seat.press("Enter");
    let commit = seat.commits()[0].clone();
    let settled = seat.serve(&commit);
    assert!(matches!(settled, Settled::Refused { .. }), "{settled:?}");
    let key = commit.request.key.clone();
    let answer = CommitAnswer::Settled(settled);
    seat.event(Event::Committed {
        key: key.clone(),
        answer,
    });
    seat.press("Enter");
    seat.wait(60_000);
    assert_eq!((seat.commits().len(), audited(&seat, &key)), (1, 1));
}

/// How often the journal has a request of the terminal.
fn audited(seat: &Seat, wanted: &RequestKey) -> usize {
    let facts = seat.world.entries.iter().map(|entry| &entry.fact);
    let ours = facts.filter(|fact| match fact {
        Fact::CommandAccepted { by, key, .. } | Fact::CommandRefused { by, key, .. } => {
            by.as_str() == "ana" && key == wanted
        }
        _ => false,
    });
    ours.count()
}
