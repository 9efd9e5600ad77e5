//! The pictures in the README are what the real program shows: `PILOTHOUSE_PICTURE=1 cargo test
//! picture` starts the demo in a pseudo-terminal, goes through the screens as a person would and
//! writes each as `assets/NAME.svg`.

use crate::pty::terminal::{Start, Terminal};
use pilothouse::tui::view;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier},
};
use std::{fs, path::Path, time::Duration};

const SIZE: (u16, u16) = (120, 34);

/// One picture: its name, the keys that lead to it from the one before, and words that are in it.
struct Shot {
    name: &'static str,
    keys: &'static [&'static str],
    words: &'static [&'static str],
}

const SHOTS: [Shot; 7] = [
    Shot {
        name: "fleet",
        keys: &[],
        words: &["DEMO", "checkout", "search"],
    },
    Shot {
        name: "board",
        keys: &["\r"],
        words: &["checkout", "APPROVE", "gamma", "RECENT"],
    },
    Shot {
        name: "approve",
        keys: &["A"],
        words: &["Cancel", "wanted", "checkout"],
    },
    Shot {
        name: "stage",
        keys: &["\u{1b}", "\r"],
        words: &["Targets", "REGION", "WHY NOT MOVING"],
    },
    Shot {
        name: "log",
        keys: &["]", "]", "]", "]"],
        words: &["STEPS", "pilothouse"],
    },
    Shot {
        name: "alarms",
        keys: &["q", "!", "G", "k", "k"],
        words: &["alarms", "checkout-wave-1-faults", "scrape"],
    },
    Shot {
        name: "blockers",
        keys: &["q", "#"],
        words: &["blockers", "checkout"],
    },
];

#[test]
fn the_readme_shows_what_the_real_program_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |shot: &Shot| root.join(format!("assets/{}.svg", shot.name));
    if std::env::var_os("PILOTHOUSE_PICTURE").is_some() {
        for (shot, picture) in take() {
            fs::write(file(shot), picture).unwrap();
        }
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for shot in &SHOTS {
        let link = format!("(assets/{}.svg)", shot.name);
        assert!(readme.contains(&link), "{link} is not in the README");
        let drawn = text(&fs::read_to_string(file(shot)).unwrap());
        for word in shot.words.iter().flat_map(|words| words.split(' ')) {
            assert!(drawn.contains(word), "{word} is not in {link}");
        }
    }
}

/// The letters of a picture, without those that only set them apart.
fn text(picture: &str) -> String {
    let pieces = picture.split('<').filter_map(|piece| piece.split_once('>'));
    pieces.map(|(_, text)| text.trim()).collect()
}

/// Every screen around a pipeline that waits for an approval, with a second release behind.
fn take() -> Vec<(&'static Shot, String)> {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Start::pilothouse(home.path(), &["demo"])
        .with("LANG", "C.UTF-8")
        .with("COLORTERM", "truecolor")
        .sized(SIZE.0, SIZE.1)
        .spawn();
    let minute = Duration::from_secs(60);
    terminal.see_within(minute, "checkout waits", |screen| {
        screen.lines().any(|row| row.contains("> ◉  checkout "))
    });
    let mut pictures = Vec::new();
    for shot in &SHOTS {
        for key in shot.keys {
            terminal.send(key);
            // An Esc with another key right behind it would be one key of its own.
            pause(150);
        }
        let seen = |screen: &str| {
            let outdated = screen.contains("this plan is old");
            !outdated && shot.words.iter().all(|word| screen.contains(word))
        };
        let second = |screen: &str| shot.name != "board" || screen.contains("  r2 ");
        terminal.see_within(minute, shot.name, |screen| seen(screen) && second(screen));
        pictures.push((shot, settled(&terminal)));
    }
    terminal.send("qqq");
    assert!(terminal.ended().success());
    pictures
}

fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// The picture once what was asked of the server has come.
fn settled(terminal: &Terminal) -> String {
    pause(700);
    terminal.look(|screen| view::svg(&buffer(screen)))
}
/// What the emulator shows, as the cells that the program drew.
fn buffer(screen: &vt100::Screen) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    for row in 0..SIZE.1 {
        for column in 0..SIZE.0 {
            let Some(shown) = screen.cell(row, column) else {
                continue;
            };
            let mut cell = Cell::default();
            let text = shown.contents();
            cell.set_symbol(if text.is_empty() { " " } else { text });
            cell.set_fg(colour(shown.fgcolor()));
            let looks = [
                (shown.bold(), Modifier::BOLD),
                (shown.inverse(), Modifier::REVERSED),
                (shown.underline(), Modifier::UNDERLINED),
            ];
            for (_, modifier) in looks.into_iter().filter(|(set, _)| *set) {
                cell.modifier.insert(modifier);
            }
            buffer[(column, row)] = cell;
        }
    }
    buffer
}

fn colour(shown: vt100::Color) -> Color {
    match shown {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(1 | 9) => Color::Red,
        vt100::Color::Idx(2 | 10) => Color::Green,
        vt100::Color::Idx(3 | 11) => Color::Yellow,
        vt100::Color::Idx(5 | 13) => Color::Magenta,
        vt100::Color::Idx(6 | 14) => Color::Cyan,
        vt100::Color::Idx(_) => Color::Reset,
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
