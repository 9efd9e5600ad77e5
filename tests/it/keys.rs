//! Keys in, requests out: what the terminal may and may not do, without a terminal. The plans come
//! from the real engine, so a dialog that is filled here is one that would be filled there.

use crate::{
    fixture::{self, board_of, name},
    world::{World, success},
};
use pilothouse::{
    api::{CommitRequest, Settled, StreamEvent},
    client::{FeedEvent, Link},
    engine,
    model::*,
    tui::{
        action::{Action, Motion},
        app::{Access, App, FlashLevel, Opened},
        chord::{Chord, Key},
        dialog::{Dialog, Focus, Phase, Preview, Value},
        event::{CommitAnswer, Event, PlanAnswer, SettledAnswer},
        gate,
        keymap::{Context, Keymap, Match},
        request::{Leave, Request},
        screen::{FleetSort, Screen},
        update::{deadline, update},
    },
};
use std::collections::VecDeque;

/// A release that has gone through beta and asks for approval in gamma.
fn asking() -> World {
    let mut world = World::new();
    world.push("chen", &["ana"], "Raise the pool from 40 to 64", &[]);
    while let Some(owed) = world.pipeline.steps.values().next().cloned() {
        world.finish(&owed.id, success(&owed.effect));
    }
    world
}

/// Somebody at a terminal with a server that plans but never settles by itself.
struct Seat {
    app: App,
    world: World,
    now: Time,
    n_keys: u32,
    /// Every request so far, in order.
    asked: Vec<Request>,
}

impl Seat {
    fn on(screen: Option<Screen>) -> Self {
        let world = asking();
        let now = world.now;
        let mut app = fixture::app(80, 24);
        app.ui.now = now;
        app.link = Link::Live {
            since: now,
            last: now,
        };
        app.ui.screens.extend(screen);
        let opened = Opened {
            pipeline: world.pipeline.clone(),
            entries: VecDeque::new(),
        };
        app.replica.opened.insert(name("checkout"), opened);
        app.replica.org = world.org.clone();
        Seat {
            app,
            world,
            now,
            n_keys: 0,
            asked: Vec::new(),
        }
    }

    fn event(&mut self, event: Event) -> Vec<Request> {
        let requests = update(&mut self.app, self.now, event);
        self.asked.extend(requests.clone());
        for request in &requests {
            self.answer(request);
        }
        requests
    }

    /// What a server would answer at once.
    fn answer(&mut self, request: &Request) {
        match request {
            Request::NewKey => {
                self.n_keys += 1;
                self.event(Event::NewKey(name(&format!("key-{}", self.n_keys))));
            }
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => {
                let World {
                    pipeline: state,
                    org,
                    ..
                } = &self.world;
                let plan = match pipeline {
                    Some(_) => engine::plan(state, org, self.now, &name("ana"), command),
                    None => engine::plan_org(org, self.now, &name("ana"), command),
                };
                let answer = match plan {
                    Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
                    Err(refusal) => PlanAnswer::Refused(Box::new(refusal)),
                };
                self.event(Event::Planned {
                    asked: *asked,
                    answer,
                });
            }
            _ => {}
        }
    }

    /// Keys at the pace of a person who looks.
    fn press(&mut self, keys: &str) -> Vec<Request> {
        let mut requests = Vec::new();
        for key in keys.split_whitespace() {
            self.wait(500);
            requests.extend(self.event(Event::Key(key.parse().unwrap())));
        }
        requests
    }

    /// Letters at the pace of a typist.
    fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            let c = if c == ' ' {
                "Space".to_owned()
            } else {
                c.to_string()
            };
            self.now = self.now + Span(60);
            self.event(Event::Key(c.parse().unwrap()));
        }
        self.wait(500);
    }

    /// Time goes on, with the ticks that the driver would send.
    fn wait(&mut self, milliseconds: u64) {
        let until = self.now + Span(milliseconds);
        while let Some(due) = deadline(&self.app).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.event(Event::Tick);
        }
        self.now = until;
    }

    fn dialog(&self) -> &Dialog {
        let flash = || format!("no dialog is open: {:?}", self.app.ui.flash);
        self.app
            .ui
            .dialog
            .as_ref()
            .unwrap_or_else(|| panic!("{}", flash()))
    }

    fn token(&self) -> String {
        let plan = self.dialog().plan().unwrap();
        plan.confirm.clone().unwrap_or_default()
    }

    fn commits(&self) -> Vec<&CommitRequest> {
        let commit = |request: &'_ Request| matches!(request, Request::Commit(_));
        let found = self.asked.iter().filter(|request| commit(request));
        found
            .filter_map(|request| match request {
                Request::Commit(commit) => Some(&**commit),
                _ => None,
            })
            .collect()
    }

    /// The approval of r1 in gamma, filled in and ready, with the commit button focused.
    fn approval() -> Self {
        let mut seat = Seat::on(Some(board_of("gamma")));
        seat.press("A");
        seat.press("Tab Tab");
        seat.type_in("dashboards looked at");
        seat.press("Tab");
        let token = seat.token();
        seat.type_in(&token);
        seat.press("Tab Tab");
        assert_eq!(seat.dialog().focus, Focus::Commit);
        assert_eq!(
            gate::missing(&seat.app, seat.dialog()),
            Vec::<String>::new()
        );
        seat
    }
}

fn requests(keys: &str, screen: Option<Screen>) -> Vec<String> {
    let mut seat = Seat::on(screen);
    let found = seat.press(keys);
    found.iter().map(|request| format!("{request:?}")).collect()
}

#[test]
fn keys_ask_for_this_and_nothing_else() {
    let board = || Some(board_of("gamma"));
    let watch = "Watch({PipelineName(\"payments-api\")})".to_owned();
    let table: [(&str, Option<Screen>, Vec<String>); 10] = [
        ("j j k G g g", None, vec![]),
        ("g g Enter", None, vec![watch.clone()]),
        ("Enter Esc", None, vec![watch, "Watch({})".to_owned()]),
        ("q", None, vec!["Quit(Nothing)".to_owned()]),
        ("Q", None, vec!["Quit(Frame)".to_owned()]),
        (
            "Ctrl-z Ctrl-l",
            None,
            vec!["Suspend".to_owned(), "Redraw".to_owned()],
        ),
        ("y i", None, vec!["Copy(\"payments-api\")".to_owned()]),
        ("! Esc # Esc e Esc ? Esc", board(), vec![]),
        ("t s l l h", board(), vec![]),
        (": q Enter", None, vec!["Quit(Frame)".to_owned()]),
    ];
    for (keys, screen, wanted) in table {
        assert_eq!(requests(keys, screen), wanted, "{keys}");
    }
}

#[test]
fn ctrl_c_leaves_only_when_pressed_twice_soon() {
    let mut seat = Seat::on(None);
    assert_eq!(seat.press("Ctrl-c"), []);
    assert_eq!(
        seat.app.ui.flash.as_ref().unwrap().level,
        FlashLevel::Leaving
    );
    seat.wait(2_000);
    assert_eq!(seat.press("Ctrl-c"), []);
    assert_eq!(seat.press("Ctrl-c"), [Request::Quit(Leave::Nothing)]);
}

#[test]
fn a_filled_dialog_sends_once_and_names_the_plan() {
    let mut seat = Seat::approval();
    let digest = seat.dialog().plan().unwrap().digest.clone();
    seat.press("Enter");
    seat.press("Enter Enter");
    let commits = seat.commits();
    assert_eq!(commits.len(), 1);
    assert_eq!(commits[0].request.expect, digest);
    assert_eq!(commits[0].request.key, name("key-1"));
    let Command::Approve(verdict) = &commits[0].request.command else {
        panic!("an approval")
    };
    let attempt = seat.world.pipeline.attempt(verdict.attempt).unwrap();
    assert_eq!(verdict.evidence, evidence(&seat.world.pipeline, attempt));
    assert_eq!(verdict.reason, "dashboards looked at");
}

#[test]
fn what_is_missing_locks_the_button_and_is_said() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press("A");
    assert_eq!(seat.dialog().focus, Focus::Cancel);
    seat.press("Tab Enter");
    let said = seat.dialog().notice.clone().unwrap();
    assert!(
        said.starts_with("locked: ") && said.contains("reason"),
        "{said}"
    );
    assert_eq!(seat.commits().len(), 0);
    assert!(seat.press("Tab Tab Tab Enter").is_empty());
    assert!(seat.app.ui.dialog.is_none(), "Enter on Cancel closes");
}

#[test]
fn typing_ahead_through_a_dialog_commits_nothing() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    for key in ["A", "Tab", "Tab", "x", "y", "z", "Tab"] {
        seat.event(Event::Key(key.parse().unwrap()));
    }
    for c in "checkout".chars() {
        seat.event(Event::Key(c.to_string().parse().unwrap()));
    }
    for key in ["Tab", "Tab", "Enter", "Enter"] {
        seat.event(Event::Key(key.parse().unwrap()));
    }
    assert_eq!(seat.commits().len(), 0);
    assert_eq!(seat.dialog().focus, Focus::Cancel, "every key was dropped");
}

#[test]
fn a_held_down_enter_does_not_commit() {
    let mut seat = Seat::approval();
    seat.press("Tab");
    for _ in 0..50 {
        seat.now = seat.now + Span(30);
        seat.event(Event::Key("Tab".parse().unwrap()));
        seat.now = seat.now + Span(30);
        seat.event(Event::Key("Enter".parse().unwrap()));
    }
    assert_eq!(seat.commits().len(), 0);
}

#[test]
fn a_token_is_typed_and_never_pasted() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press("A Tab Tab");
    seat.wait(500);
    seat.event(Event::Paste("pasted\x1b[31m reason\n".to_owned()));
    seat.press("Tab");
    let token = seat.token();
    seat.event(Event::Paste(token));
    assert!(seat.dialog().notice.as_ref().unwrap().contains("by hand"));
    let values: Vec<&str> = seat.dialog().fields.iter().map(text_of).collect();
    assert_eq!(values, ["pasted[31m reason ", ""]);
}

fn text_of(field: &pilothouse::tui::dialog::Field) -> &str {
    match &field.value {
        Value::Text { input, .. } | Value::Token { input, .. } => input.value(),
        Value::Choice { .. } | Value::Checks { .. } => "",
    }
}

#[test]
fn ten_thousand_random_keys_send_nothing_that_must_be_typed_by_hand() {
    let screens = [
        "fleet", "board", "stage", "alarms", "blockers", "events", "help", "dialog",
    ];
    let keys: Vec<Key> = random_keys();
    for (place, seed) in screens.iter().zip(1_u64..) {
        let mut seat = Seat::on((*place != "fleet").then(|| board_of("gamma")));
        match *place {
            "stage" => seat.press("Enter"),
            "alarms" => seat.press("!"),
            "blockers" => seat.press("#"),
            "events" => seat.press("e"),
            "help" => seat.press("?"),
            "dialog" => seat.press("B"),
            _ => Vec::new(),
        };
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for _ in 0..10_000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let key = keys[usize::try_from(random % keys.len() as u64).unwrap()];
            seat.now = seat.now + Span(random >> 32 & 0x1ff);
            seat.event(Event::Key(key));
        }
        for commit in seat.commits() {
            assert_eq!(commit.request.command.class(), Class::Safer, "{place}");
        }
    }
}

/// Every key of the keymap, the keys of dialogs, and letters.
fn random_keys() -> Vec<Key> {
    let keymap = Keymap::built_in().unwrap();
    let chords = keymap.all().iter().flat_map(|binding| &binding.keys);
    let mut keys: Vec<Key> = chords.flat_map(|Chord(keys)| keys.clone()).collect();
    let dialog = "Tab Tab Tab Enter Enter Enter Space Backspace Left Right a b c h k u o t e";
    keys.extend(dialog.split(' ').map(|key| key.parse::<Key>().unwrap()));
    keys
}

#[test]
fn the_link_and_the_role_gate_what_may_be_sent() {
    let since = fixture::now();
    let stale = Link::Stale { since, last: since };
    let down = Link::Down {
        tries: 3,
        retry_at: since,
        why: "refused".to_owned(),
    };
    let table = [
        (Link::Connecting, "A", false),
        (stale.clone(), "A", false),
        (stale.clone(), "H", true),
        (stale, "B", true),
        (down.clone(), "H", false),
        (down, "B", false),
        (Link::Slow { since, last: since }, "A", true),
    ];
    for (link, key, allowed) in table {
        let mut seat = Seat::on(Some(board_of("gamma")));
        seat.press(key);
        seat.app.link = link.clone();
        let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
        let gated = link
            .allows(seat.dialog().class())
            .err()
            .unwrap_or("nothing");
        assert_eq!(
            !missing.contains(gated),
            allowed,
            "{key} on {link:?}: {missing}"
        );
    }
}

#[test]
fn read_only_refuses_every_action_and_a_dialog_that_is_open() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.app.ui.access = Access::ReadOnly;
    for keys in ["A", "a p", "a r", "O", "B", "H", "L", "a t"] {
        assert_eq!(seat.press(keys), [], "{keys}");
        assert!(seat.app.ui.dialog.is_none(), "{keys}");
    }
    let mut seat = Seat::approval();
    seat.app.ui.access = Access::ReadOnly;
    seat.press("Enter");
    assert_eq!(seat.commits().len(), 0);
}

#[test]
fn the_selection_stays_on_its_row_when_rows_reorder() {
    let mut seat = Seat::on(None);
    seat.press("j j j");
    let chosen = match seat.app.screen() {
        Screen::Fleet(fleet) => fleet.selected.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let mut row = seat.app.replica.rows[&chosen].clone();
    row.status = Status::Ok;
    row.since = None;
    seat.event(Event::Feed(FeedEvent::Event(StreamEvent::Summary(row))));
    seat.press("Enter");
    assert_eq!(seat.app.screen().pipeline(), Some(&chosen));
    seat.press("Esc s");
    let Screen::Fleet(fleet) = seat.app.screen() else {
        panic!("the fleet")
    };
    assert_eq!(
        (fleet.sort, &fleet.selected),
        (FleetSort::Name, &Some(chosen))
    );
}

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

#[test]
fn only_one_command_of_a_pipeline_is_under_way() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    seat.press("Esc H");
    let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
    assert!(missing.contains("already under way"), "{missing}");
    assert!(matches!(
        seat.dialog().preview,
        Preview::Ready(_) | Preview::Refused(_)
    ));
}

#[test]
fn an_entry_that_does_not_fit_asks_for_the_pipeline_anew() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    let mut entry = seat.world.entries.last().unwrap().clone();
    entry.revision = Revision(entry.revision.0 + 7);
    let requests = seat.event(Event::Feed(FeedEvent::Event(StreamEvent::Entry(entry))));
    assert_eq!(requests, [Request::Reload([name("checkout")].into())]);
}

#[test]
fn the_keymap_is_whole() {
    let keymap = Keymap::built_in().unwrap();
    for action in Action::all() {
        let bound = keymap.all().iter().any(|binding| binding.action == action);
        assert!(
            bound || action == Action::ReadOnly,
            "{} has no key",
            action.id()
        );
    }
    let g: Key = "g".parse().unwrap();
    assert_eq!(keymap.find(Context::Board, &[g]), Match::Begun);
    assert_eq!(
        keymap.find(Context::Board, &[g, g]),
        Match::Action(Action::Move(Motion::First))
    );
    let menu = keymap.continuations(Context::Board, &["a".parse().unwrap()]);
    let dangers: Vec<_> = menu.iter().map(|(_, binding)| binding.danger).collect();
    assert!(
        dangers.is_sorted(),
        "the least harmful comes first: {dangers:?}"
    );
    assert_eq!(menu.len(), 7);
}

#[test]
fn a_bad_keymap_names_its_line() {
    let row = |keys: &str, action: &str, help: &str| {
        format!(
            "[[bind]]\non = \"global\"\nkeys = [{keys}]\naction = \"{action}\"\nhelp = \"{help}\"\ndanger = \"look\"\n"
        )
    };
    let good = row("\"q\"", "back", "Back.");
    let table = [
        (
            row("\"q\"", "go-back", "Back."),
            "there is no action \"go-back\"",
        ),
        (
            row("\"Ctrl-a\"", "back", "Back."),
            "Ctrl-a belongs to the terminal",
        ),
        (row("\"Alt-x\"", "back", "Back."), "\"Alt-x\" is not a key"),
        (row("", "back", "Back."), "back has no keys"),
        (row("\"x\"", "back", ""), "back needs help text"),
        (
            row("\"q\"", "quit", "Leave."),
            "q (quit) clashes with q (back)",
        ),
        (
            row("\"q q\"", "quit", "Leave."),
            "q q (quit) clashes with q (back)",
        ),
    ];
    for (bad, why) in table {
        let error = Keymap::parse(&format!("{good}{bad}")).unwrap_err();
        assert_eq!(
            (error.line, error.why.starts_with(why)),
            (7, true),
            "{error}"
        );
    }
    let unknown = format!("{good}colour = 1\n");
    assert_eq!(Keymap::parse(&unknown).unwrap_err().line, 7);
}
