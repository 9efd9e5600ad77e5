//! The stage screen: its five tabs, what it asks the server for and when, the log under keys, and
//! that the row under the cursor stays what it is.

use crate::{
    dialogs::press,
    fixture::{app, name, now},
    screens::{on, plain, snapshots},
};
use pilothouse::{
    api::{LogPiece, LogState, Setting},
    engine,
    model::*,
    tui::{
        app::App,
        event::{Answered, Event},
        request::{Question, Request},
        screen::{LogPane, Screen, StageScreen, StageTab},
        update::{deadline, update},
        view,
    },
};

fn stage(of: &str, tab: StageTab) -> Screen {
    Screen::Stage(StageScreen::of(name("checkout"), name(of), tab))
}

fn top(app: &App) -> &StageScreen {
    match app.screen() {
        Screen::Stage(screen) => screen,
        other => panic!("not a stage: {other:?}"),
    }
}

/// Lets time pass, and says what is asked then.
fn wait(app: &mut App, span: Span) -> Vec<Request> {
    let at = app.ui.now + span;
    update(app, at, Event::Tick)
}

/// Answers what is asked, as the server would, and says what is asked next.
fn answer(app: &mut App, asked: Vec<Request>, log: &[u8]) -> Vec<Request> {
    let mut next = Vec::new();
    for request in asked {
        let Request::Ask { pipeline, question } = request else {
            panic!("nobody asks for {request:?} here");
        };
        let answer = match question {
            Question::Forecast => {
                let state = app.pipeline(&pipeline).unwrap();
                let forecast = engine::forecast(state, &app.replica.org, app.server_now());
                Answered::Forecast(Ok(Box::new(forecast)))
            }
            Question::Settings => Answered::Settings(Ok(written())),
            Question::Log { step, from, .. } => {
                let bytes = log[usize::try_from(from).unwrap()..].to_vec();
                let state = LogState::Running;
                let answer = Ok(LogPiece { from, bytes, state });
                Answered::Log { step, answer }
            }
            Question::Alarms | Question::Windows { .. } => {
                panic!("no stage asks for {question:?}")
            }
        };
        let at = app.ui.now;
        next.extend(update(app, at, Event::Answered { pipeline, answer }));
    }
    next
}

fn written() -> Vec<Setting> {
    let lines = [
        ("name", "\"checkout\"", Some("checkout.toml:1"), None),
        (
            "stage.gamma.deploy.run",
            "\"./deploy\"",
            Some("base.toml:17"),
            None,
        ),
        (
            "stage.wave-2.deploy.run",
            "\"./deploy\"",
            Some("base.toml:25"),
            None,
        ),
        ("stage.wave-2.deploy.timeout", "\"10m\"", None, None),
        (
            "stage.wave-2.bake.stage",
            "\"12h\"",
            Some("checkout.toml:31"),
            Some("base.toml:30"),
        ),
        (
            "window.business-hours.allow",
            "\"Mon..Fri 09:00-16:00\"",
            Some("base.toml:45"),
            Some("base.toml:44"),
        ),
        (
            "window.other.allow",
            "\"Sun 09:00-16:00\"",
            Some("base.toml:48"),
            None,
        ),
    ];
    let rows = lines.map(|(path, value, place, protected)| Setting {
        path: path.to_owned(),
        value: value.to_owned(),
        place: place.map(str::to_owned),
        protected: protected.map(str::to_owned),
    });
    rows.to_vec()
}

const LOG: &[u8] = b"[pilothouse] ./build\n\x1b[1mCompiling\x1b[0m checkout\n 10%\r 60%\r100% linked\n\x1b[33mwarning\x1b[0m: unused queue\n\x1b]0;owned\x07\x1b[2Jdone \x9b\n3 warnings";

fn open(app: &mut App, of: &str, tab: StageTab) -> Vec<Request> {
    on(app, stage(of, tab));
    let asked = wait(app, Span::ZERO);
    answer(app, asked, LOG)
}

#[test]
fn tabs() {
    let tabs = [
        ("alarms", "wave-1", StageTab::Alarms),
        ("why", "wave-2", StageTab::Blockers),
        ("config", "wave-2", StageTab::Config),
        ("log", "build", StageTab::Log),
    ];
    for (label, of, tab) in tabs {
        snapshots(&format!("stage-{label}"), |app| {
            open(app, of, tab);
            let key = if tab == StageTab::Log { "k" } else { "j" };
            update(app, now(), Event::Key(key.parse().unwrap()));
        });
    }
}

#[test]
fn a_forecast_is_asked_for_when_facts_change_and_not_for_every_one() {
    let mut app = app(80, 24);
    on(&mut app, stage("wave-2", StageTab::Targets));
    let asked = wait(&mut app, Span::ZERO);
    assert!(
        matches!(
            asked.as_slice(),
            [Request::Ask {
                question: Question::Forecast,
                ..
            }]
        ),
        "{asked:?}"
    );
    assert_eq!(
        wait(&mut app, Span::seconds(60)),
        [],
        "one question at a time"
    );
    answer(&mut app, asked, LOG);
    assert_eq!(wait(&mut app, Span::seconds(60)), [], "nothing is new");
    assert_eq!(deadline(&app), None);
    for _ in 0..5 {
        let opened = app
            .replica
            .opened
            .get_mut(&name::<PipelineName>("checkout"));
        let pipeline = &mut opened.unwrap().pipeline;
        pipeline.revision = pipeline.revision.next();
        // The pause counts from the last question.
        app.loaded.forecast.as_mut().unwrap().at = app.ui.now;
        assert_eq!(wait(&mut app, Span::seconds(1)), []);
    }
    let due = deadline(&app).unwrap();
    let asked = update(&mut app, due, Event::Tick);
    assert_eq!(asked.len(), 1);
    answer(&mut app, asked, LOG);
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("FORECAST r2"), "{text}");
    press(&mut app, "q");
    assert_eq!(app.loaded.forecast, None, "it goes with the screen");
}

#[test]
fn a_log_follows_its_end_until_somebody_reads() {
    let mut app = app(80, 24);
    let asked = open(&mut app, "build", StageTab::Log);
    let step = top(&app).log.step.clone();
    let owed = &app.pipeline(&name("checkout")).unwrap().steps;
    let build = owed
        .values()
        .find(|owed| owed.effect.stage() == StageName::build());
    let build = build.map(|owed| owed.id.clone());
    assert_eq!(step, build, "the newest step is the one that runs");
    let [
        Request::Ask {
            question: Question::Log {
                from, wait: waits, ..
            },
            ..
        },
    ] = asked.as_slice()
    else {
        panic!("{asked:?}");
    };
    assert_eq!((*from, *waits), (LOG.len() as u64, Span::seconds(10)));
    assert_eq!(
        wait(&mut app, Span::seconds(60)),
        [],
        "one question at a time"
    );
    let text = view::text(&app, &plain(), 80, 24);
    assert!(
        text.contains("following 6 lines, runs") && text.contains("3 warnings"),
        "{text}"
    );
    assert!(
        text.contains(" 100% linked") && !text.contains("owned"),
        "{text}"
    );

    for key in ["/", "w", "a", "r", "n"] {
        update(&mut app, now(), Event::Key(key.parse().unwrap()));
    }
    update(&mut app, now(), Event::Key("Enter".parse().unwrap()));
    assert_eq!(top(&app).log.line, Some(3));
    let more = [LOG, b" in all\nnext\n"].concat();
    answer(&mut app, asked, &more);
    assert_eq!(top(&app).log.line, Some(3), "who reads is not pulled away");
    let keys = [
        ("n", Some(5)),
        ("n", Some(5)),
        ("N", Some(3)),
        ("G", None),
        ("k", Some(5)),
        ("f", None),
    ];
    for (key, line) in keys {
        update(&mut app, now(), Event::Key(key.parse().unwrap()));
        assert_eq!(top(&app).log.line, line, "after {key}");
    }
    update(&mut app, now(), Event::Key("Tab".parse().unwrap()));
    update(&mut app, now(), Event::Key("j".parse().unwrap()));
    assert_eq!(top(&app).log.pane, LogPane::Steps);
    assert_ne!(top(&app).log.step, step);
    update(&mut app, now(), Event::Key("]".parse().unwrap()));
    assert_eq!(
        (top(&app).tab, app.loaded.log.is_none()),
        (StageTab::Targets, true)
    );
}

#[test]
fn an_answer_for_another_step_changes_nothing() {
    let mut app = app(80, 24);
    open(&mut app, "build", StageTab::Log);
    let before = app.loaded.clone();
    let piece = LogPiece {
        from: 0,
        bytes: b"late".to_vec(),
        state: LogState::Ended,
    };
    let late = Answered::Log {
        step: EffectId("checkout-1".to_owned()),
        answer: Ok(piece),
    };
    let at = app.ui.now;
    let event = Event::Answered {
        pipeline: name("checkout"),
        answer: late,
    };
    update(&mut app, at, event);
    let log =
        |loaded: &pilothouse::tui::loaded::Loaded| loaded.log.as_ref().map(|read| read.log.clone());
    assert_eq!(log(&app.loaded), log(&before));
}

/// The row with the cursor, in every list that the stage screen has.
#[test]
fn the_row_under_the_cursor_stays_what_it_is() {
    for (of, tab) in [
        ("wave-2", StageTab::Blockers),
        ("wave-1", StageTab::Alarms),
        ("wave-1", StageTab::Targets),
        ("build", StageTab::Log),
    ] {
        let mut app = app(80, 24);
        open(&mut app, of, tab);
        if tab == StageTab::Log {
            press(&mut app, "Tab");
        }
        update(&mut app, now(), Event::Key("j".parse().unwrap()));
        let under = |app: &App| {
            let text = view::text(app, &plain(), 80, 24);
            let row = text
                .lines()
                .find(|line| line.starts_with('>'))
                .map(str::to_owned);
            (top(app).selected(), row.is_some())
        };
        let before = under(&app);
        assert!(before.1 && before.0.is_some(), "{tab:?}");
        let opened = app
            .replica
            .opened
            .get_mut(&name::<PipelineName>("checkout"))
            .unwrap();
        for state in opened.pipeline.alarms.values_mut() {
            state.level = match state.level {
                AlarmLevel::Ok => AlarmLevel::Firing,
                AlarmLevel::Firing | AlarmLevel::NoData => AlarmLevel::Ok,
            };
        }
        let oldest = opened.pipeline.owed().next().unwrap().clone();
        let newer = Owed {
            id: EffectId("checkout-999".to_owned()),
            started: now(),
            ..oldest
        };
        let id = newer.id.clone();
        opened.pipeline.steps.insert(id, newer.into());
        assert_eq!(under(&app), before, "{tab:?}");
    }
}

#[test]
fn why_is_one_key_away_from_everywhere() {
    for screen in [None, Some(crate::fixture::board_of("wave-2"))] {
        let mut app = app(80, 24);
        app.ui.screens.extend(screen);
        update(&mut app, now(), Event::Key("g".parse().unwrap()));
        update(&mut app, now(), Event::Key("g".parse().unwrap()));
        update(&mut app, now(), Event::Key("W".parse().unwrap()));
        assert_eq!(top(&app).tab, StageTab::Blockers);
    }
}
