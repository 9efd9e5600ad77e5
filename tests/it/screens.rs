//! Every screen and dialog at every size that matters, as text in monochrome and ASCII; what must be
//! true of all of them: nothing too wide, every status told by text, no foreign byte let through.

use crate::{
    dialogs::press,
    fixture::{app, app_of, baking, board_of, name, night, now, seen_alarms, seen_windows},
};
use pilothouse::{
    client::Link,
    model::*,
    tui::{
        app::App,
        paced::Paced,
        report::Report,
        screen::{
            AlarmsScreen, BlockersScreen, EventKinds, EventsScreen, FleetScreen, HelpScreen,
            HelpTab, Screen, StagePane, StageScreen, StageTab,
        },
        theme::{Glyphs, Look, Role, Theme},
        view,
    },
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::collections::BTreeSet;

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

pub(crate) fn plain() -> Theme {
    Theme::load(&Look::plain()).unwrap()
}

/// Compares the app at every size with its snapshot.
pub(crate) fn snapshots(label: &str, prepare: impl Fn(&mut App)) {
    for (width, height) in SIZES {
        let mut app = app(width, height);
        prepare(&mut app);
        let text = view::text(&app, &plain(), width, height);
        for line in text.lines() {
            assert!(
                line.chars().count() <= usize::from(width),
                "{label} {width}: {line:?}"
            );
        }
        let settings = settings();
        settings.bind(|| insta::assert_snapshot!(format!("{label}-{width}x{height}"), text));
    }
}

pub(crate) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("screens");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

pub(crate) fn on(app: &mut App, screen: Screen) {
    app.ui.screens.push(screen);
}

#[test]
fn fleet() {
    snapshots("fleet", |app| {
        let selected = Some(name("cart-service"));
        app.ui.screens = vec![Screen::Fleet(FleetScreen {
            selected,
            ..FleetScreen::default()
        })];
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
        pane,
        target: Some(name("h2")),
        blocker: Some(BlockerId("hold/h1".to_owned())),
        ..StageScreen::of(name("checkout"), name(stage), StageTab::Targets)
    })
}

#[test]
fn stage_detail() {
    snapshots("stage-rollback", |app| {
        on(app, stage("wave-1", StagePane::Targets));
    });
    snapshots("stage-blocked", |app| {
        on(app, stage("wave-2", StagePane::Blockers));
    });
}

#[test]
fn alarms() {
    snapshots("alarms", |app| {
        let selected = Some(name("checkout-faults"));
        on(
            app,
            Screen::Alarms(AlarmsScreen {
                selected,
                seen: Paced::of(seen_alarms(&night())),
                ..AlarmsScreen::of(name("checkout"))
            }),
        );
    });
}

#[test]
fn blockers() {
    snapshots("blockers", |app| {
        let selected = Some((name("wave-2"), BlockerId("hold/h1".to_owned())));
        on(
            app,
            Screen::Blockers(BlockersScreen {
                selected,
                windows: Paced::of(seen_windows(&night(), 0)),
                ..BlockersScreen::of(name("checkout"))
            }),
        );
    });
}

#[test]
fn events() {
    snapshots("events", |app| {
        let events = EventsScreen {
            pipeline: name("checkout"),
            selected: None,
            filter: String::new(),
            kinds: EventKinds::All,
        };
        on(app, Screen::Events(events));
    });
}

#[test]
fn help() {
    snapshots("help", |app| {
        on(app, board_of("gamma"));
        on(
            app,
            Screen::Help(HelpScreen {
                selected: 4,
                ..HelpScreen::default()
            }),
        );
    });
    let mut all = String::new();
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        for tab in HelpTab::ALL {
            let mut app = app(width, height);
            let settings = [("TERM", "tmux-256color"), ("LANG", "C")];
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
            app.ui.report = Report::gather(&Look::plain(), 10, true, &settings.into());
            on(
                &mut app,
                Screen::Help(HelpScreen {
                    tab,
                    ..HelpScreen::default()
                }),
            );
            all.push_str(&view::text(&app, &plain(), width, height));
        }
    }
    settings().bind(|| insta::assert_snapshot!("help-tabs", all));
}

#[test]
fn the_menu_of_a_chord_says_what_may_follow() {
    let mut all = String::new();
    for (width, height) in [(60, 16), (80, 24)] {
        let mut app = app(width, height);
        on(&mut app, board_of("gamma"));
        press(&mut app, "a");
        all.push_str(&view::text(&app, &plain(), width, height));
    }
    settings().bind(|| insta::assert_snapshot!("menu", all));
}

#[test]
fn the_palette_lists_what_can_be_typed() {
    let mut all = String::new();
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        let mut app = app(width, height);
        on(&mut app, board_of("gamma"));
        press(&mut app, ": r o");
        all.push_str(&view::text(&app, &plain(), width, height));
    }
    settings().bind(|| insta::assert_snapshot!("palette", all));
}

#[test]
fn a_bake_shows_its_time_and_points() {
    let mut app = app_of(baking(), 80, 24);
    on(&mut app, board_of("wave-1"));
    let board = view::text(&app, &plain(), 80, 24);
    on(&mut app, stage("wave-1", StagePane::Targets));
    let text = board + &view::text(&app, &plain(), 80, 24);
    settings().bind(|| insta::assert_snapshot!("baking", text));
}

#[test]
fn old_data_is_marked_and_explained() {
    let since = now();
    let last = Time(now().0 - 31_000);
    let retry_at = now() + Span::seconds(8);
    let links = [
        (
            Link::Connecting,
            "CONNECTING",
            "CONNECTING, what you see may be old",
        ),
        (Link::Slow { since, last }, "SLOW 31s", ""),
        (
            Link::Stale { since, last },
            "STALE 31s",
            "STALE: nothing heard for 31s",
        ),
        (
            Link::Down {
                tries: 3,
                retry_at,
                why: "connection refused".to_owned(),
            },
            "DOWN try 4 in 8s",
            "NO CONNECTION, what you see is old: connection refused",
        ),
    ];
    for (link, badge, banner) in links {
        let mut app = app(80, 24);
        let marked = link.age(now()).is_none();
        app.link = link;
        let text = view::text(&app, &plain(), 80, 24);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains(badge), "{text}");
        assert!(lines[1].contains(banner), "{text}");
        assert_eq!(text.contains("!? payments-api"), marked, "{text}");
    }
}

#[test]
fn every_status_is_told_by_text_alone() {
    let app = app(80, 24);
    let text = view::text(&app, &plain(), 80, 24);
    let signs: BTreeSet<&str> = app
        .replica
        .rows
        .all()
        .filter(|row| row.pipeline.as_str() != "checkout")
        .map(|row| {
            let line = text
                .lines()
                .find(|line| line.contains(row.pipeline.as_str()));
            line.unwrap_or_else(|| panic!("{} is not shown", row.pipeline))
                .get(2..3)
                .unwrap()
        })
        .collect();
    assert_eq!(signs.len(), Status::ALL.len(), "{text}");
    for look in ["ansi", "cvd-dark", "cvd-light", "mono", "contrast"] {
        let theme = Theme::load(&Look {
            theme: look.to_owned(),
            ..Look::plain()
        })
        .unwrap();
        let words: BTreeSet<&str> = Status::ALL
            .iter()
            .map(|status| theme.word(Role::Status(*status)))
            .collect();
        assert_eq!(words.len(), Status::ALL.len(), "{look}");
    }
}

/// Text that a commit, a person or an alarm source can put anywhere that takes free text.
const HOSTILE: &str =
    "\u{1b}[2J\u{9b}31m\u{202e}evil\u{200d}\u{fe0f}\r\n\u{7}\u{1b}]52;c;cm0=\u{7}";

#[test]
fn no_foreign_byte_reaches_the_screen() {
    let text = format!("{HOSTILE}{}", "x".repeat(10_000));
    let mut night = crate::fixture::night();
    night.push(&text, &["ana"], &text, &[]);
    let hold = Command::Hold {
        scope: HoldScope::Pipeline,
        reason: text.clone(),
        lasts: None,
    };
    night.command("li", hold).unwrap();
    let unicode = Theme::load(&Look {
        glyphs: Glyphs::Unicode,
        ..Look::plain()
    })
    .unwrap();
    for (width, height) in SIZES {
        let mut app = app_of(night.clone(), width, height);
        let mut row = app.replica.rows.get(&name("mailer")).unwrap().clone();
        row.why = text.clone();
        app.replica.rows.insert(row);
        app.link = Link::Down {
            tries: 1,
            retry_at: now(),
            why: text.clone(),
        };
        app.ui.title = text.clone();
        let mut seen = seen_alarms(&night);
        for alarm in &mut seen.alarms {
            alarm.source.place.clone_from(&text);
            alarm.source.trouble = Some((now(), text.clone()));
        }
        let screens = [
            Screen::Alarms(AlarmsScreen {
                selected: Some(name("fleet-latency")),
                seen: Paced::of(seen),
                ..AlarmsScreen::of(name("checkout"))
            }),
            Screen::Blockers(BlockersScreen {
                selected: Some((name("wave-2"), BlockerId("hold/h1".to_owned()))),
                windows: Paced::of(seen_windows(&night, 0)),
                ..BlockersScreen::of(name("checkout"))
            }),
            Screen::Fleet(FleetScreen {
                filter: HOSTILE.to_owned(),
                ..FleetScreen::default()
            }),
            board_of("source"),
            board_of("build"),
            stage("wave-1", StagePane::Blockers),
            Screen::Events(EventsScreen {
                pipeline: name("checkout"),
                selected: None,
                filter: String::new(),
                kinds: EventKinds::All,
            }),
        ];
        for screen in screens {
            on(&mut app, screen);
            for theme in [&plain(), &unicode] {
                let drawn = view::text(&app, theme, width, height);
                let bad = drawn.chars().find(|c| {
                    let seen = !c.is_control() || *c == '\n';
                    !seen || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}' | '\u{fe0f}')
                });
                assert_eq!(bad, None, "{drawn}");
            }
        }
    }
}

#[test]
fn a_picture_is_made_of_the_same_cells() {
    let app = app(80, 24);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    view::render(&app, &plain(), &mut buffer);
    let picture = view::svg(&buffer);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
    assert!(
        picture.contains(">payments<")
            && picture.contains(">-api<")
            && picture.contains("&lt;</text>")
    );
}

#[test]
fn tiny() {
    let app = app(52, 12);
    let text = view::text(&app, &plain(), 52, 12);
    // What calls for somebody is told in what room there is.
    assert!(
        text.starts_with("pilothouse: terminal 52x12, need 60x16 |  ! "),
        "{text}"
    );
    for (width, height) in [(0, 0), (1, 1), (5, 40), (200, 3)] {
        view::text(&app, &plain(), width, height);
    }
}
