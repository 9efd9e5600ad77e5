//! The mouse, once it is turned on: it goes where a key would have gone, and never into a dialog.

use crate::{
    dialogs::{press, step},
    fixture::{app, board_of, name},
    screens::{on, plain},
};
use pilothouse::tui::{
    app::App,
    event::Event,
    pointer::{Pointer, Spot},
    request::Request,
    rows,
    screen::{BoardPane, BoardScreen, Screen},
    update::update,
    view,
};

/// Clicks on the first cell from the left, or from the right, at which a text is drawn.
fn click(app: &mut App, text: &str) -> Vec<Request> {
    let drawn = view::text(app, &plain(), app.ui.size.width, app.ui.size.height);
    let mut lines = drawn.lines().enumerate();
    let found = lines.find_map(|(y, line)| Some((line.find(text)?, y)));
    let (x, y) = found.unwrap_or_else(|| panic!("{text:?} is not on\n{drawn}"));
    let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
    let asked = step(app, Event::Pointer(Pointer::Click { x, y }));
    let [Request::Locate { x, y }] = asked[..] else {
        return asked;
    };
    match view::spot(app, &plain(), (x, y)) {
        Some(spot) => step(app, Event::Pointed(spot)),
        None => Vec::new(),
    }
}

fn board(app: &App) -> &BoardScreen {
    match app.screen() {
        Screen::Board(screen) => screen,
        other => panic!("not a board: {other:?}"),
    }
}

#[test]
fn a_click_selects_and_another_opens() {
    for size in [(80, 24), (200, 60)] {
        let mut app = app(size.0, size.1);
        assert_eq!(click(&mut app, "mailer"), [], "it is off");
        press(&mut app, "m");
        for chosen in ["mailer", "cart-service", "checkout"] {
            click(&mut app, &format!(" {chosen} "));
            let drawn = view::text(&app, &plain(), size.0, size.1);
            let row = drawn.lines().find(|line| line.starts_with('>')).unwrap();
            assert!(row.contains(chosen), "{chosen}: {row}");
        }
        click(&mut app, "fleet");
        assert!(matches!(app.screen(), Screen::Fleet(_)), "no row is there");
        click(&mut app, " checkout ");
        for stage in ["wave-1", "gamma", "wave-1"] {
            click(&mut app, &format!(" {stage}-"));
            assert_eq!(board(&app).selected, Some(name(stage)));
        }
        click(&mut app, " wave-1-");
        assert!(matches!(app.screen(), Screen::Stage(_)));
    }
}

#[test]
fn the_lists_of_a_board_hear_clicks_too() {
    for size in [(80, 24), (200, 60)] {
        let mut app = app(size.0, size.1);
        on(&mut app, board_of("gamma"));
        press(&mut app, "m");
        click(&mut app, "r2 li holds");
        assert_eq!(board(&app).pane, BoardPane::Needs);
        assert_eq!(board(&app).selected, Some(name("wave-2")));
        let second = rows::recent(&app, &name("checkout"))[1].revision;
        let text = "source r5 from";
        click(&mut app, text);
        assert_eq!(board(&app).pane, BoardPane::Recent);
        assert_eq!(board(&app).event, Some(second));
        click(&mut app, text);
        assert!(
            matches!(app.screen(), Screen::Events(_)),
            "{:?}",
            app.screen()
        );
    }
}

#[test]
fn a_wheel_moves_the_cursor() {
    let mut app = app(80, 24);
    press(&mut app, "m");
    let selected = |app: &App| pilothouse::tui::rows::selected_pipeline(app).cloned();
    let first = selected(&app);
    let _requests = step(&mut app, Event::Pointer(Pointer::WheelDown));
    let fourth = selected(&app);
    press(&mut app, "k k k");
    assert_eq!(selected(&app), first);
    press(&mut app, "j j j");
    assert_eq!(selected(&app), fourth);
    let _requests = step(&mut app, Event::Pointer(Pointer::WheelUp));
    assert_eq!(selected(&app), first);
}

#[test]
fn no_dialog_and_no_line_being_typed_hears_it() {
    for keys in ["A", ":", "a"] {
        let mut app = app(80, 24);
        on(&mut app, board_of("gamma"));
        press(&mut app, "m");
        press(&mut app, keys);
        let before = view::text(&app, &plain(), 80, 24);
        for event in [
            Event::Pointer(Pointer::Click { x: 30, y: 20 }),
            Event::Pointer(Pointer::WheelDown),
            Event::Pointed(Spot::Row(0)),
            Event::Pointed(Spot::Column(1)),
        ] {
            // No time passes, or ages would count.
            let now = app.ui.now;
            assert_eq!(update(&mut app, now, event), [], "{keys}");
        }
        assert_eq!(view::text(&app, &plain(), 80, 24), before, "{keys}");
    }
}
