//! Every screen and dialog at every size that matters, as text in monochrome and ASCII; what must be
//! true of all of them: nothing too wide, every status told by text, no foreign byte let through.

use crate::fixture::{app, app_of, baking, board_of, name, now};
use pilothouse::{
    client::Link,
    engine,
    model::*,
    tui::{
        app::App,
        chord::{Code, Key},
        dialog::{FieldId, Focus, Phase},
        event::{Event, PlanAnswer},
        request::Request,
        screen::{
            AlarmsScreen, BlockersScreen, EventsScreen, FleetScreen, HelpScreen, Screen, StagePane,
            StageScreen,
        },
        theme::{Depth, Glyphs, Look, Role, Theme, Wanted},
        update::update,
        view,
    },
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::collections::BTreeSet;

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

fn plain() -> Theme {
    Theme::load(&Look::plain()).unwrap()
}

/// Compares the app at every size with its snapshot.
fn snapshots(label: &str, prepare: impl Fn(&mut App)) {
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

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("screens");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn on(app: &mut App, screen: Screen) {
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
        pipeline: name("checkout"),
        stage: name(stage),
        pane,
        target: Some(name("h2")),
        blocker: Some(BlockerId("hold/h1".to_owned())),
    })
}

#[test]
fn stage_detail() {
    snapshots("stage-rollback", |app| {
        on(app, stage("wave-1", StagePane::Targets))
    });
    snapshots("stage-blocked", |app| {
        on(app, stage("wave-2", StagePane::Blockers))
    });
}

#[test]
fn alarms() {
    snapshots("alarms", |app| {
        let selected = Some(name("checkout-faults"));
        on(
            app,
            Screen::Alarms(AlarmsScreen {
                pipeline: name("checkout"),
                selected,
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
                pipeline: name("checkout"),
                selected,
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
                filter: String::new(),
                selected: 4,
            }),
        );
    });
}

/// Presses keys as a person does, and answers what the dialog asks the server, from the real engine.
fn press(app: &mut App, keys: &str) {
    for key in keys.split(' ').filter(|key| !key.is_empty()) {
        let key: Key = key.parse().unwrap();
        let asked = step(app, Event::Key(key));
        answer(app, asked);
    }
}

fn type_in(app: &mut App, text: &str) {
    for letter in text.chars() {
        let asked = step(app, Event::Key(Key::plain(Code::Char(letter))));
        answer(app, asked);
    }
    let asked = step(app, Event::Tick);
    answer(app, asked);
}

fn step(app: &mut App, event: Event) -> Vec<Request> {
    let now = app.ui.now + Span(500);
    update(app, now, event)
}

fn answer(app: &mut App, asked: Vec<Request>) {
    for request in asked {
        match request {
            Request::NewKey => {
                let key = RequestKey::parse("7c1e-50af").unwrap();
                let more = step(app, Event::NewKey(key));
                answer(app, more);
            }
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => {
                let state = app.pipeline(&pipeline.unwrap()).unwrap();
                let by = name("ana");
                let (org, now) = (&app.replica.org, app.server_now());
                let answer = match engine::plan(state, org, now, &by, &command) {
                    Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
                    Err(refusal) => PlanAnswer::Refused(Box::new(refusal)),
                };
                let more = step(app, Event::Planned { asked, answer });
                self::answer(app, more);
            }
            other => drop(other),
        }
    }
}

/// Opens a dialog with a key and gives a reason.
fn fill(app: &mut App, stage: &str, key: &str, reason: &str) {
    on(app, board_of(stage));
    press(app, key);
    assert!(
        app.ui.dialog.is_some(),
        "{key} opened nothing: {:?}",
        app.ui.flash
    );
    let asked = step(app, Event::Tick);
    answer(app, asked);
    if !reason.is_empty() {
        give_reason(app, reason);
    }
}

/// Goes to the reason with Tab, as a person does, and types.
fn give_reason(app: &mut App, reason: &str) {
    let fields = &app.ui.dialog.as_ref().unwrap().fields;
    let place = fields.iter().position(|field| field.id == FieldId::Reason);
    let wanted = Focus::Field(place.unwrap());
    for _ in 0..8 {
        if app.ui.dialog.as_ref().unwrap().focus == wanted {
            return type_in(app, reason);
        }
        press(app, "Tab");
    }
    panic!("Tab never reached the reason");
}

#[test]
fn dialogs() {
    snapshots("dialog-approve", |app| {
        fill(app, "gamma", "A", "revert checked")
    });
    snapshots("dialog-rollback", |app| {
        *app = app_of(baking(), app.ui.size.width, app.ui.size.height);
        fill(app, "wave-1", "B", "latency doubled");
    });
    snapshots("dialog-rollback-refused", |app| {
        fill(app, "wave-4", "B", "")
    });
    snapshots("dialog-override", |app| {
        let opened = app
            .replica
            .opened
            .get_mut(&name::<PipelineName>("checkout"));
        opened.unwrap().pipeline.guards.overrides.clear();
        fill(app, "wave-2", "O", "agreed with the shop, low traffic");
    });
    snapshots("dialog-hold", |app| {
        fill(app, "wave-1", "H", "watching the queue")
    });
    snapshots("dialog-lift", |app| {
        fill(app, "wave-2", "L", "drain is over")
    });
}

#[test]
fn a_dialog_tells_what_became_of_the_command() {
    let ends = [
        ("sent", Phase::Sent { at: now() }),
        (
            "accepted",
            Phase::Accepted {
                at: now(),
                revision: Revision(231),
            },
        ),
        (
            "refused",
            Phase::Refused(Box::new(Refusal::AlreadyApproved {
                actor: name("ana"),
                more: 1,
            })),
        ),
        ("not-sent", Phase::NotSent("connection refused".to_owned())),
        (
            "unknown",
            Phase::Unknown {
                sent: now(),
                why: "timed out after 8s".to_owned(),
                tries: 3,
                next: now() + Span::seconds(14),
            },
        ),
    ];
    let mut all = String::new();
    for (label, phase) in ends {
        let mut app = app(80, 24);
        fill(&mut app, "gamma", "A", "revert checked");
        app.ui.dialog.as_mut().unwrap().phase = phase;
        all += &format!("== {label}\n{}", view::text(&app, &plain(), 80, 24));
    }
    settings().bind(|| insta::assert_snapshot!("dialog-ends", all));
}

#[test]
fn the_menu_of_a_chord_says_what_may_follow() {
    let mut app = app(80, 24);
    on(&mut app, board_of("gamma"));
    press(&mut app, "a");
    let text = view::text(&app, &plain(), 80, 24);
    settings().bind(|| insta::assert_snapshot!("menu", text));
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
        .values()
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
        app.replica
            .rows
            .get_mut(&name::<PipelineName>("mailer"))
            .unwrap()
            .why = text.clone();
        app.link = Link::Down {
            tries: 1,
            retry_at: now(),
            why: text.clone(),
        };
        app.ui.title = text.clone();
        let screens = [
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
fn themes_load_and_name_what_is_wrong() {
    for name in Theme::names() {
        Theme::load(&Look {
            theme: name.to_owned(),
            ..Look::plain()
        })
        .unwrap();
    }
    let cases = [
        (
            "inherits = \"ansi\"\n[status]\nalrm = {}\n",
            "t.toml:3:1: \"status.alrm\" is not a role",
        ),
        (
            "[text]\nkey = { fg = \"blue\" }\n",
            "t.toml:2:14: \"blue\" is not a colour",
        ),
        (
            "[text]\nkey = { attr = [\"dim\"] }\n",
            "t.toml:2:16: \"dim\" is not an attribute",
        ),
        (
            "[text]\nkey = { bg = \"red\" }\n",
            "t.toml:2:9: \"bg\" is not known here",
        ),
        (
            "inherits = \"solarized\"\n",
            "t.toml:1:12: there is no theme \"solarized\"",
        ),
        (
            "[status]\nok = { glyph = [\"ok\", \"ok\"] }\n",
            "t.toml:2:16: give two signs of one cell",
        ),
        ("[text\n", "t.toml:1:"),
    ];
    for (text, wanted) in cases {
        let error = Theme::read("t.toml", text, &Look::plain())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(wanted), "{error}\nwanted {wanted}");
    }
}

#[test]
fn the_look_follows_the_configuration_then_the_environment() {
    let cases = [
        (
            "TERM=xterm-256color LANG=en_US.UTF-8",
            None,
            ("ansi", Depth::Indexed, Glyphs::Unicode),
        ),
        (
            "TERM=xterm COLORTERM=truecolor LANG=C",
            None,
            ("ansi", Depth::True, Glyphs::Ascii),
        ),
        (
            "TERM=tmux-256color COLORTERM=truecolor",
            None,
            ("ansi", Depth::Indexed, Glyphs::Ascii),
        ),
        (
            "TERM=xterm NO_COLOR=1 LANG=C.UTF-8",
            None,
            ("mono", Depth::Ansi, Glyphs::Unicode),
        ),
        (
            "TERM=xterm NO_COLOR=1",
            Some("contrast"),
            ("contrast", Depth::Ansi, Glyphs::Ascii),
        ),
        (
            "TERM=dumb LC_ALL=ja_JP.UTF-8",
            None,
            ("mono", Depth::None, Glyphs::Ascii),
        ),
        (
            "TERM=xterm COLORFGBG=0;15",
            Some("cvd"),
            ("cvd-light", Depth::Ansi, Glyphs::Ascii),
        ),
        (
            "TERM=xterm LC_ALL=C LANG=en_US.UTF-8",
            Some("cvd"),
            ("cvd-dark", Depth::Ansi, Glyphs::Ascii),
        ),
    ];
    for (variables, theme, (wanted, depth, glyphs)) in cases {
        let env = variables
            .split(' ')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let asked = Wanted {
            theme: theme.map(str::to_owned),
            glyphs: None,
        };
        let look = Look::decide(&asked, &env);
        assert_eq!(
            (look.theme.as_str(), look.depth, look.glyphs),
            (wanted, depth, glyphs),
            "{variables}"
        );
    }
}

#[test]
fn a_picture_is_made_of_the_same_cells() {
    let app = app(80, 24);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
    view::render(&app, &plain(), &mut buffer);
    let picture = view::svg(&buffer);
    assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"));
    assert!(picture.contains("payments-api") && picture.contains("&lt;</text>"));
}

#[test]
fn tiny() {
    let app = app(52, 12);
    let text = view::text(&app, &plain(), 80, 12);
    assert!(
        text.starts_with("pilothouse: terminal 80x12, need 60x16 | 14 pipelines"),
        "{text}"
    );
    for (width, height) in [(0, 0), (1, 1), (5, 40), (200, 3)] {
        view::text(&app, &plain(), width, height);
    }
}
