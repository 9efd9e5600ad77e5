//! Every screen and dialog at every size that matters, as text in monochrome and ASCII; what must be
//! true of all of them: nothing too wide, every status told by text, no foreign byte let through.

use crate::fixture::{app, board_of, name, now};
use pilothouse::{
    model::*,
    tui::{
        app::App,
        screen::{
            AlarmsScreen, BlockersScreen, EventsScreen, FleetScreen, HelpScreen, Screen,
            StagePane, StageScreen,
        },
        theme::{Look, Theme},
        view,
    },
};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

pub(crate) fn plain() -> Theme {
    Theme::load(&Look::plain()).unwrap()
}

/// Compares the app at every size with its snapshot.
fn snapshots(label: &str, prepare: impl Fn(&mut App)) {
    for (width, height) in SIZES {
        let mut app = app(width, height);
        prepare(&mut app);
        let text = view::text(&app, &plain(), width, height);
        for line in text.lines() {
            assert!(line.chars().count() <= usize::from(width), "{label} {width}: {line:?}");
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("screens");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("{label}-{width}x{height}"), text));
    }
}

fn on(app: &mut App, screen: Screen) {
    app.ui.screens.push(screen);
}

#[test]
fn fleet() {
    snapshots("fleet", |app| {
        let selected = Some(name("cart-service"));
        app.ui.screens = vec![Screen::Fleet(FleetScreen { selected, ..FleetScreen::default() })];
    });
}

#[test]
fn board() {
    snapshots("board", |app| on(app, board_of("wave-1")));
    snapshots("board-gamma", |app| on(app, board_of("gamma")));
    snapshots("board-source", |app| on(app, board_of("source")));
}

fn stage(stage: &str, pane: StagePane) -> Screen {
    Screen::Stage(StageScreen {
        pipeline: name("checkout"),
        stage: name(stage),
        pane,
        target: Some(name("h2")),
        blocker: Some(BlockerId("hold/h1".to_owned())),
    })
}

#[test]
fn stage_detail() {
    snapshots("stage-rollback", |app| on(app, stage("wave-1", StagePane::Targets)));
    snapshots("stage-blocked", |app| on(app, stage("wave-2", StagePane::Blockers)));
}

#[test]
fn alarms() {
    snapshots("alarms", |app| {
        let selected = Some(name("checkout-faults"));
        on(app, Screen::Alarms(AlarmsScreen { pipeline: name("checkout"), selected }));
    });
}

#[test]
fn blockers() {
    snapshots("blockers", |app| {
        let selected = Some((name("wave-2"), BlockerId("hold/h1".to_owned())));
        on(app, Screen::Blockers(BlockersScreen { pipeline: name("checkout"), selected }));
    });
}

#[test]
fn events() {
    snapshots("events", |app| {
        let events = EventsScreen {
            pipeline: name("checkout"),
            selected: None,
            filter: String::new(),
        };
        on(app, Screen::Events(events));
    });
}

#[test]
fn help() {
    snapshots("help", |app| {
        on(app, board_of("gamma"));
        on(app, Screen::Help(HelpScreen { filter: String::new(), selected: 4 }));
    });
}

#[test]
fn tiny() {
    let app = app(52, 12);
    let text = view::text(&app, &plain(), 80, 12);
    assert!(text.starts_with("pilothouse: terminal 80x12, need 60x16 | 14 pipelines"), "{text}");
    for (width, height) in [(0, 0), (1, 1), (5, 40), (200, 3)] {
        view::text(&app, &plain(), width, height);
    }
    let _ = now();
}
