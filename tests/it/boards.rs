//! The board under keys: what is seen and where the cursor stands are told apart, and neither moves
//! unless somebody moves it, whatever the feed says meanwhile.

use crate::{
    dialogs::press,
    fixture::{app, app_of, baking, board_of, name, now},
    screens::{on, plain, settings, snapshots},
};
use pilothouse::{
    model::*,
    tui::{
        app::App,
        screen::{BoardPane, BoardScreen, Screen},
        view,
        viewport::viewport,
    },
};
use std::sync::Arc;

fn top(app: &App) -> &BoardScreen {
    match app.screen() {
        Screen::Board(screen) => screen,
        other => panic!("not a board: {other:?}"),
    }
}

/// The seen columns, counted from one, and the selected one.
fn seen(app: &App) -> (usize, usize, String) {
    let pipeline = app.pipeline(&name("checkout")).unwrap();
    let view = viewport(pipeline, top(app), app.ui.size.width);
    let selected = top(app).selected.as_ref().unwrap().to_string();
    (view.seen.start + 1, view.seen.end, selected)
}

#[test]
fn the_view_moves_only_as_far_as_the_cursor_drags_it() {
    let mut app = app(80, 24);
    on(&mut app, board_of("gamma"));
    let steps = [
        ("", (3, 5, "gamma")),
        ("l", (3, 5, "wave-1")),
        ("h", (3, 5, "gamma")),
        ("h", (3, 5, "beta")),
        ("h", (2, 4, "build")),
        ("L", (3, 5, "beta")),
        ("L", (4, 6, "gamma")),
        ("H", (3, 5, "gamma")),
        ("8", (6, 8, "wave-4")),
        ("L", (6, 8, "wave-4")),
        ("1", (1, 3, "source")),
        ("H", (1, 3, "source")),
        ("w", (1, 8, "source")),
        ("5", (1, 8, "wave-1")),
        ("w", (4, 6, "wave-1")),
    ];
    for (key, (first, last, selected)) in steps {
        press(&mut app, key);
        assert_eq!(
            seen(&app),
            (first, last, selected.to_owned()),
            "after {key:?}"
        );
    }
}

#[test]
fn tab_goes_around_and_0_goes_to_what_waits_for_somebody() {
    let mut app = app(80, 24);
    on(&mut app, board_of("source"));
    press(&mut app, "0");
    assert_eq!(top(&app).pane, BoardPane::Needs);
    let urgent = top(&app).selected.clone();
    let text = view::text(&app, &plain(), 80, 24);
    let row = text.lines().find(|line| line.starts_with('>')).unwrap();
    assert!(row.contains(urgent.as_ref().unwrap().as_str()), "{text}");
    press(&mut app, "j");
    assert_ne!(top(&app).selected, urgent);
    press(&mut app, "Tab");
    assert_eq!(top(&app).pane, BoardPane::Recent);
    press(&mut app, "j");
    let event = top(&app).event;
    press(&mut app, "Enter");
    let Screen::Events(events) = app.screen() else {
        panic!("{:?}", app.screen());
    };
    assert_eq!((events.selected, event.is_some()), (event, true));
    press(&mut app, "q");
    press(&mut app, "Shift-Tab");
    press(&mut app, "Shift-Tab");
    assert_eq!(top(&app).pane, BoardPane::Stages);
}

#[test]
fn the_row_under_the_cursor_stays_what_it_is_when_rows_reorder() {
    let mut app = app(80, 24);
    on(&mut app, board_of("wave-2"));
    press(&mut app, "0");
    let before = top(&app).selected.clone();
    let under = |app: &App| {
        let text = view::text(app, &plain(), 80, 24);
        let row = text.lines().find(|line| line.starts_with('>'));
        row.map(|row| row.split_whitespace().nth(1).unwrap_or_default().to_owned())
    };
    let row = under(&app);
    // Something more urgent comes to stand above it.
    let opened = app
        .replica
        .opened
        .get_mut(&name::<PipelineName>("checkout"))
        .unwrap();
    for alarm in ["fleet-latency", "checkout-faults", "queue-depth"] {
        let state = opened.pipeline.alarms.get_mut(&name::<AlarmName>(alarm));
        state.unwrap().level = AlarmLevel::Firing;
    }
    assert_eq!((top(&app).selected.clone(), under(&app)), (before, row));
}

#[test]
fn small_cards_show_every_stage() {
    snapshots("board-fit", |app| {
        on(app, board_of("wave-1"));
        press(app, "w");
    });
    let mut app = app(80, 24);
    on(&mut app, board_of("wave-1"));
    press(&mut app, "0");
    press(&mut app, "Tab");
    press(&mut app, "j");
    let text = view::text(&app, &plain(), 80, 24);
    settings().bind(|| insta::assert_snapshot!("board-recent", text));
}

#[test]
fn a_card_says_what_waits_inside_a_batch_and_that_a_rollback_is_armed() {
    let mut app = app(80, 24);
    on(&mut app, board_of("wave-2"));
    let opened = app
        .replica
        .opened
        .get_mut(&name::<PipelineName>("checkout"));
    let stages = &mut opened.unwrap().pipeline.stages;
    let state = stages.get_mut(&name::<StageName>("wave-2")).unwrap();
    let waiting = &mut Arc::make_mut(state).waiting;
    waiting.push((name("r4"), now()));
    let text = view::text(&app, &plain(), 80, 24);
    assert!(text.contains("|inside  r2 "), "{text}");

    let mut app = app_of(baking(), 80, 40);
    on(&mut app, board_of("wave-1"));
    let text = view::text(&app, &plain(), 80, 40);
    assert!(text.contains("auto-rollback armed"), "{text}");
}
