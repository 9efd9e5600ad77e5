//! The screens of alarms and of windows as they are used: what they ask the server for and when,
//! what of an answer they take, and that the cursor stays on what it stood on.

use crate::{
    dialogs::press,
    fixture::{app, app_of, name, night, now, seen_alarms, seen_windows},
    screens::{plain, settings, snapshots},
};
use pilothouse::{
    model::*,
    tui::{
        app::App,
        event::{Answered, Event},
        request::{Question, Request},
        rows,
        screen::{AlarmsOf, Screen},
        update::update,
        view,
    },
};
use std::sync::Arc;

/// One key, at a number of seconds after the usual moment.
fn key(app: &mut App, at: i64, key: &str) -> Vec<Request> {
    let keys = key.split(' ').map(|key| Event::Key(key.parse().unwrap()));
    let when = Time(now().0 + at * 1_000);
    keys.flat_map(|key| update(app, when, key)).collect()
}

fn tick(app: &mut App, at: i64) -> Vec<Request> {
    update(app, Time(now().0 + at * 1_000), Event::Tick)
}

fn on_checkout(width: u16, height: u16) -> App {
    let mut app = app(width, height);
    app.ui.screens.push(crate::fixture::board_of("wave-1"));
    app
}

fn answered(answer: Answered) -> Event {
    let pipeline = name("checkout");
    Event::Answered { pipeline, answer }
}

fn answer(app: &mut App, at: i64) {
    let seen = Answered::Alarms(Ok(Arc::new(seen_alarms(&night()))));
    update(app, Time(now().0 + at * 1_000), answered(seen));
}

fn asked(requests: &[Request]) -> usize {
    let loads = requests
        .iter()
        .filter(|request| matches!(request, Request::Ask { .. }));
    loads.count()
}

#[test]
fn alarms_are_asked_for_at_a_pace_and_only_while_they_are_looked_at() {
    let mut app = on_checkout(80, 24);
    assert_eq!(asked(&tick(&mut app, 0)), 0);
    let opened = key(&mut app, 0, "!");
    let wanted = Request::Ask {
        pipeline: name("checkout"),
        question: Question::Alarms,
    };
    assert_eq!(opened, [wanted]);
    assert_eq!(asked(&tick(&mut app, 2)), 0, "one question at a time");
    answer(&mut app, 3);
    assert_eq!(asked(&tick(&mut app, 4)), 0, "too soon");
    assert_eq!(asked(&tick(&mut app, 5)), 1, "five seconds after the last");
    let none = Answered::Alarms(Err("no server answers".to_owned()));
    update(&mut app, Time(now().0 + 10_000), answered(none));
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("not answered: no server"), "{text}");
    assert!(text.contains("last 1h,"), "what was known stays: {text}");
    key(&mut app, 11, "q");
    assert_eq!(asked(&tick(&mut app, 60)), 0, "nobody looks");
}

#[test]
fn the_cursor_stays_on_its_alarm_when_the_order_changes() {
    let mut app = on_checkout(80, 24);
    key(&mut app, 0, "!");
    answer(&mut app, 0);
    let selected = |app: &App| {
        let Screen::Alarms(screen) = app.screen() else {
            panic!("another screen");
        };
        screen.selected.clone()
    };
    assert_eq!(selected(&app), Some(name("checkout-faults")), "the first");
    let rows = |app: &App| view::text(app, &plain(), 80, 24);
    assert!(rows(&app).contains("2 more ok"), "{}", rows(&app));
    key(&mut app, 1, "o j");
    assert_eq!(selected(&app), Some(name("fleet-latency")));
    // Now the other one is the most urgent, and the selected one is hidden but for the cursor.
    let opened = app.replica.opened.get_mut(&name("checkout")).unwrap();
    let alarms = &mut opened.pipeline.alarms;
    alarms.get_mut(&name("checkout-faults")).unwrap().level = AlarmLevel::Ok;
    alarms.get_mut(&name("queue-depth")).unwrap().level = AlarmLevel::NoData;
    key(&mut app, 2, "o");
    assert_eq!(selected(&app), Some(name("fleet-latency")));
    assert!(
        rows(&app).contains("> +  high fleet-latency"),
        "{}",
        rows(&app)
    );
}

#[test]
fn the_runbook_is_copied() {
    let mut app = on_checkout(80, 24);
    key(&mut app, 0, "!");
    let link = "https://wiki.example.com/rb/checkout".to_owned();
    let copied = key(&mut app, 0, "y u");
    assert!(copied.contains(&Request::Copy(link)), "{copied:?}");
}

#[test]
fn days_are_paged_and_a_late_answer_is_not_shown() {
    let mut app = on_checkout(80, 24);
    let day = |requests: &[Request]| {
        let load = requests.iter().find_map(|request| match request {
            Request::Ask {
                question: Question::Windows { bounds },
                ..
            } => Some(bounds.0.utc().format("%m-%d").to_string()),
            _ => None,
        });
        load.unwrap_or_default()
    };
    assert_eq!(day(&key(&mut app, 0, "#")), "03-09");
    assert_eq!(day(&key(&mut app, 1, "]")), "03-10");
    let late = Answered::Windows {
        from: name("2026-03-09T00:00:00Z"),
        answer: Ok(Arc::new(seen_windows(&night(), 0))),
    };
    update(&mut app, now(), answered(late));
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("waiting for the windows"), "{text}");
    let right = Answered::Windows {
        from: name("2026-03-10T00:00:00Z"),
        answer: Ok(Arc::new(seen_windows(&night(), 1))),
    };
    update(&mut app, now(), answered(right));
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("Tue 03-10"), "{text}");
    assert_eq!(day(&key(&mut app, 2, "[")), "03-09");
}

/// A definition's alarm that fired when it was let pass by an override is said to be known.
#[test]
fn an_alarm_that_was_known_says_so() {
    for (bad, worse) in [
        (Bad::High, "half as high again"),
        (Bad::Low, "a third lower"),
    ] {
        known(bad, worse);
    }
}

fn known(bad: Bad, worse: &str) {
    let mut world = night();
    let definition = Arc::make_mut(world.pipeline.definition.as_mut().unwrap());
    for alarm in &mut definition.alarms {
        if let AlarmSource::Scrape(scrape) = &mut alarm.source {
            scrape.bad = bad;
        }
    }
    let stage = world
        .pipeline
        .stages
        .get_mut(&name::<StageName>("wave-1"))
        .unwrap();
    let attempt = Arc::make_mut(stage).attempt.as_mut().unwrap();
    attempt.purpose = Purpose::Forward;
    attempt.state = AttemptState::Deploying;
    let value = world.pipeline.alarms[&name("checkout-faults")].value;
    attempt.baselined.insert(name("checkout-faults"), value);
    let mut app = app_of(world, 200, 60);
    app.ui.screens.push(crate::fixture::board_of("wave-1"));
    key(&mut app, 0, "!");
    let text = view::text(&app, &plain(), 200, 60);
    for words in [
        "BLOCKS, known".to_owned(),
        format!("KNOWN when r3 in wave-1 was let in: rolls it back only if it gets {worse}"),
    ] {
        assert!(text.contains(&words), "{words}: {text}");
    }
}

#[test]
fn alarms_of_the_whole_fleet_lead_to_those_of_their_pipeline() {
    snapshots("alarms-fleet", |app| {
        press(app, "! g");
    });
    let mut app = on_checkout(80, 24);
    key(&mut app, 0, "! g");
    assert_eq!(asked(&tick(&mut app, 60)), 0, "no chart is drawn here");
    let listed = rows::fleet_alarms(&app);
    let ids: Vec<String> = listed
        .iter()
        .map(|row| format!("{} {}", row.pipeline, row.alarm.alarm))
        .collect();
    let expected = [
        "checkout checkout-faults",
        "payments-api p99-latency",
        "geo-lookup host-agent",
    ];
    assert_eq!(ids, expected, "what fires longest, and no data last");
    key(&mut app, 61, "G g");
    let Screen::Alarms(screen) = app.screen() else {
        panic!("the alarms")
    };
    assert_eq!(screen.scope, AlarmsOf::Pipeline, "g goes back");
    assert_eq!(screen.pipeline, name("checkout"));
    key(&mut app, 62, "g j Enter");
    let Screen::Alarms(screen) = app.screen() else {
        panic!("the alarms of a pipeline")
    };
    let there = (screen.pipeline.as_str(), &screen.selected);
    assert_eq!(there, ("payments-api", &Some(name("p99-latency"))));
    key(&mut app, 63, "q");
    let Screen::Alarms(screen) = app.screen() else {
        panic!("the alarms of the fleet again")
    };
    assert!(matches!(screen.scope, AlarmsOf::Fleet(Some(_))));
}

#[test]
fn a_wide_board_draws_the_next_day_and_the_worst_alarm() {
    let mut narrow = on_checkout(159, 50);
    assert_eq!(asked(&tick(&mut narrow, 0)), 0, "there is no room for it");
    let mut app = on_checkout(160, 60);
    assert_eq!(asked(&tick(&mut app, 0)), 1);
    answer(&mut app, 0);
    let text = view::text(&app, &plain(), 160, 60);
    for part in ["next 24h", "checkout-faults  ", "limit 5.00%", "=> "] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    settings().bind(|| insta::assert_snapshot!("board-chart", text));
}
