//! The screens about events, releases, tickets and figures: what they show, what their keys ask for,
//! and that nothing on them is lost or mixed up.

use crate::{
    delivery::report,
    dialogs::press,
    fixture::{app, board_of, name, night, now},
    screens::{on, plain, settings, snapshots},
    world::World,
};
use pilothouse::{
    model::*,
    tui::{
        app::App,
        chord::Key,
        dialog::Act,
        event::Event,
        query::{column, containment, decisions},
        request::Request,
        rows,
        screen::{
            EventKinds, EventsScreen, MetricsPane, MetricsScreen, ReleaseScreen, ReleaseTab, Screen,
        },
        update::update,
        view,
    },
};
use std::sync::Arc;

fn requests(app: &mut App, keys: &str) -> Vec<Request> {
    let at = app.ui.now;
    let keys = keys.split(' ').map(|key| key.parse::<Key>().unwrap());
    keys.flat_map(|key| update(app, at, Event::Key(key)))
        .collect()
}

#[test]
fn release() {
    let screen = |tab, against| {
        Screen::Release(ReleaseScreen {
            pipeline: name("checkout"),
            release: name("r4"),
            tab,
            against,
            top: 0,
        })
    };
    snapshots("release", |app| {
        on(app, screen(ReleaseTab::Changes, None));
    });
    let mut app = app(80, 24);
    let mut text = String::new();
    for tab in ReleaseTab::ALL {
        on(&mut app, screen(tab, Some(name("wave-2"))));
        text += &view::text(&app, &plain(), 80, 24);
    }
    settings().bind(|| insta::assert_snapshot!("release-tabs", text));
}

#[test]
fn tickets() {
    snapshots("tickets", |app| {
        press(app, "T");
    });
}

#[test]
fn metrics() {
    let report = report(&night(), now(), 30);
    let screen = |pane| MetricsScreen {
        pane,
        ..MetricsScreen::default()
    };
    snapshots("metrics", |app| {
        app.replica.delivery = Some(Box::new(report.clone()));
        on(app, Screen::Metrics(screen(MetricsPane::Figures)));
    });
    let mut app = app(80, 24);
    on(&mut app, Screen::Metrics(screen(MetricsPane::Definitions)));
    let text = view::text(&app, &plain(), 80, 24);
    settings().bind(|| insta::assert_snapshot!("metrics-definitions", text));
}

#[test]
fn filters_of_events_find_these() {
    let app = app(80, 24);
    for (kinds, filter, kind, least) in [
        (EventKinds::All, "kind:hold", "HOLD", 1),
        (EventKinds::All, "who:li kind:override", "OVERRIDE", 1),
        (EventKinds::All, "kind:alarm !ok", "ALARM", 1),
        (EventKinds::Stops, "checkout-faults", "ALARM", 1),
        (EventKinds::People, "who:ana kind:approve", "APPROVE", 3),
    ] {
        let screen = EventsScreen {
            pipeline: name("checkout"),
            selected: None,
            filter: filter.to_owned(),
            kinds,
        };
        let found = rows::events(&app, &screen);
        assert!(found.len() >= least, "{filter}: {}", found.len());
        let told: Vec<&str> = found.iter().map(|entry| entry.fact.told().kind).collect();
        assert!(
            told.iter().all(|found| *found == kind),
            "{filter}: {told:?}"
        );
    }
    let count = |filter: &str| {
        let screen = EventsScreen {
            pipeline: name("checkout"),
            selected: None,
            filter: filter.to_owned(),
            kinds: EventKinds::All,
        };
        rows::events(&app, &screen).len()
    };
    assert!(0 < count("since:10m") && count("since:10m") < count(""));
    assert_eq!(count("since:90d"), count(""));
    let mut app = app;
    on(&mut app, board_of("gamma"));
    let _asked = requests(&mut app, "e / z z z Enter");
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("nothing of that is kept here"), "{text}");
}

#[test]
fn the_first_event_asks_for_those_before_it() {
    let mut app = app(80, 24);
    let opened = app.replica.opened.get_mut(&name("checkout")).unwrap();
    opened.entries.drain(..20);
    on(&mut app, board_of("gamma"));
    let asked = requests(&mut app, "e g g");
    let until = Revision(20);
    let pipeline = name("checkout");
    assert_eq!(asked, [Request::LoadEarlier { pipeline, until }]);
}

#[test]
fn what_is_exported_is_what_is_listed() {
    let mut app = app(80, 24);
    on(&mut app, board_of("gamma"));
    let asked = requests(&mut app, "e K E");
    let [Request::Save { file, text }] = asked.as_slice() else {
        panic!("{asked:?}")
    };
    assert_eq!(file, "checkout-events-20260309T031245Z.jsonl");
    let kinds = text.lines().map(|line| {
        let entry: Entry = serde_json::from_str(line).unwrap();
        entry.fact.told().kind
    });
    assert!(kinds.clone().count() > 3);
    assert!(kinds.clone().all(|kind| EventKinds::People.shows(kind)));
}

#[test]
fn the_window_of_the_figures_is_asked_for_anew() {
    let mut app = app(80, 24);
    let load = |days| Request::LoadDelivery { days, owner: None };
    assert_eq!(
        requests(&mut app, "M ] ] ["),
        [load(30), load(90), load(7), load(90)]
    );
    let at = app.ui.now;
    let late = report(&night(), now(), 7);
    update(&mut app, at, Event::Delivery(Ok(Box::new(late))));
    let screen = MetricsScreen {
        days: 90,
        ..MetricsScreen::default()
    };
    assert_eq!(rows::delivery(&app, &screen), None, "an answer for 7 days");
}

#[test]
fn a_ticket_opens_the_board_where_it_points() {
    let mut app = app(80, 24);
    press(&mut app, "T");
    let Screen::Tickets(screen) = app.screen().clone() else {
        panic!("the tickets")
    };
    let all = rows::tickets(&app, &screen);
    let ids: Vec<String> = all
        .iter()
        .map(|row| format!("{} {}", row.pipeline, row.ticket.id))
        .collect();
    assert!(ids.contains(&"ledger-writer t7".to_owned()), "{ids:?}");
    press(&mut app, "/");
    for letter in "ledger".chars() {
        press(&mut app, &letter.to_string());
    }
    press(&mut app, "Enter g g Enter");
    let Screen::Board(board) = app.screen() else {
        panic!("a board: {:?}", app.screen())
    };
    assert_eq!(
        (board.pipeline.as_str(), &board.selected),
        ("ledger-writer", &Some(name("beta")))
    );
}

#[test]
fn a_release_is_compared_with_every_stage_in_turn() {
    let mut app = app(80, 24);
    on(&mut app, board_of("gamma"));
    press(&mut app, "R");
    let mut seen = Vec::new();
    for _ in 0..7 {
        press(&mut app, "d");
        let Screen::Release(screen) = app.screen() else {
            panic!("a release")
        };
        assert_eq!(screen.release, name("r4"));
        seen.push(
            screen
                .against
                .as_ref()
                .map_or("-".to_owned(), ToString::to_string),
        );
    }
    assert_eq!(
        seen,
        ["beta", "gamma", "wave-1", "wave-2", "wave-3", "wave-4", "-"]
    );
}

#[test]
fn a_release_in_trouble_is_noted_unless_its_change_is_reverted() {
    let noted = |world: &World| containment(&world.pipeline, name("r4"), (&world.org, world.now));
    let mut world = night();
    assert_eq!(noted(&world), [""; 0], "r4 takes back what r3 brought");
    let releases = &mut world.pipeline.releases.0;
    let release = Arc::make_mut(releases.get_mut(&name("r4")).unwrap());
    release.changes[0].reverts.clear();
    let notes = noted(&world);
    assert_eq!(notes[0], "contains r3's changes; r3 is ROLLBACK in wave-1");
    assert!(notes[1].starts_with("in quarantine for 0000000300: "));
}

#[test]
fn what_is_done_on_a_release_is_about_the_column_it_is_in() {
    let world = night();
    let asked = (&world.org, world.now);
    let of = |release| column(&world.pipeline, name(release), asked);
    let at = |release| of(release).map(|view| view.stage.to_string());
    assert_eq!(
        at("r3").as_deref(),
        Some("wave-1"),
        "it is rolled back there"
    );
    assert_eq!(at("r5").as_deref(), Some("build"));
    let mut app = app(80, 24);
    on(&mut app, board_of("gamma"));
    press(&mut app, "R A");
    let dialog = app.ui.dialog.as_ref().unwrap();
    let Act::Approve(verdict) = &dialog.act else {
        panic!("{:?}", dialog.act)
    };
    assert_eq!(
        (&verdict.stage, verdict.release),
        (&name("gamma"), name("r4"))
    );
    let decided = decisions(&world.pipeline, &world.entries, name("r3"));
    let kinds: Vec<&str> = decided.iter().map(|row| row.kind).collect();
    assert!(
        kinds.contains(&"APPROVE") && kinds.contains(&"QUARANTINE"),
        "{kinds:?}"
    );
}
