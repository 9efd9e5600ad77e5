//! A screen on which nothing happens: between two frames that its own time asks for nothing on it is
//! different, and each of them shows something new. So nobody wakes in between, and nothing is sent.

use crate::{
    dialogs::press,
    fixture::{app, name, night, seen_alarms, seen_windows},
    screens::{on, plain},
};
use pilothouse::{
    model::{Span, Time},
    tui::{
        app::{App, Grain, Size},
        event::Event,
        paced::Paced,
        paint::Painter,
        screen::{AlarmsScreen, BlockersScreen, Screen},
        still::next_frame,
        update::update,
        view,
    },
};

/// From the fleet to every screen, with the cursor on what moves.
const WAYS: [&str; 14] = [
    "",
    "Enter",
    "Enter Enter",
    "Enter Enter ]",
    "Enter Enter ] ]",
    "Enter Enter ] ] ]",
    "Enter e",
    "Enter R",
    "T",
    "M",
    "?",
    "? Tab Tab Tab",
    "Enter t",
    "Enter A",
];

fn screens(size: (u16, u16)) -> impl Iterator<Item = (String, App)> {
    let walked = WAYS.into_iter().map(move |keys| {
        let mut app = app(size.0, size.1);
        press(&mut app, "g g");
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            press(&mut app, key);
        }
        (keys.to_owned(), app)
    });
    let mut alarms = app(size.0, size.1);
    let seen = Paced::of(seen_alarms(&night()));
    let screen = AlarmsScreen {
        seen,
        ..AlarmsScreen::of(name("checkout"))
    };
    on(&mut alarms, Screen::Alarms(screen));
    let mut blockers = app(size.0, size.1);
    let windows = Paced::of(seen_windows(&night(), 0));
    let screen = BlockersScreen {
        windows,
        ..BlockersScreen::of(name("checkout"))
    };
    on(&mut blockers, Screen::Blockers(screen));
    let seen = [("alarms", alarms), ("blockers", blockers)];
    walked.chain(seen.map(|(what, app)| (what.to_owned(), app)))
}

/// Lets time pass and nothing else, and draws; how much was sent.
fn tick(app: &mut App, painter: &mut Painter, at: Time) -> usize {
    let _requests = update(app, at, Event::Tick);
    let frame = painter.frame(|buffer| view::render(app, &plain(), buffer));
    frame.map_or(0, |bytes| bytes.len())
}

#[test]
fn an_idle_screen_is_drawn_when_its_time_has_come_and_is_the_same_until_then() {
    for size in [(80, 24), (200, 60)] {
        for (grain, step) in [(Grain::Seconds, 1_000), (Grain::Minutes, 60_000)] {
            for (what, mut app) in screens(size) {
                app.ui.grain = grain;
                // Neither clock is at a full second when something happens.
                app.replica.offset_ms += 250;
                let counts = app.ui.dialog.is_some() || grain == Grain::Seconds;
                let step = if counts { 1_000 } else { step };
                let mut at = app.ui.now + Span(330);
                let mut painter = Painter::new(size.0, size.1, true);
                tick(&mut app, &mut painter, at);
                for _ in 0..3 {
                    let next = next_frame(&app).unwrap();
                    let wait = next.since(at).0;
                    assert!(wait > 0 && wait <= step, "{what}: {wait} of {step} ms");
                    for early in [at + Span(wait / 3), Time(next.0 - 1)] {
                        let sent = tick(&mut app, &mut painter, early);
                        assert_eq!(sent, 0, "{what} {size:?} {grain:?} before its time");
                        assert_eq!(next_frame(&app), Some(next), "{what}");
                    }
                    let sent = tick(&mut app, &mut painter, next);
                    assert!(
                        sent > 0,
                        "{what} {size:?} {grain:?}: nothing new at its time"
                    );
                    at = next;
                }
            }
        }
    }
}

#[test]
fn an_hour_in_minutes_is_sixty_frames_and_none_where_there_is_no_clock() {
    let mut app = app(80, 24);
    app.ui.grain = Grain::Minutes;
    let mut painter = Painter::new(80, 24, true);
    let begin = app.ui.now;
    let end = begin + Span::hours(1);
    tick(&mut app, &mut painter, begin);
    let mut frames = 0;
    while let Some(next) = next_frame(&app).filter(|next| *next <= end) {
        let sent = tick(&mut app, &mut painter, next);
        assert!(sent < 200, "{sent} B in a minute");
        frames += 1;
    }
    assert_eq!(frames, 60);
    app.ui.size = Size {
        width: 52,
        height: 12,
    };
    assert_eq!(next_frame(&app), None);
}
