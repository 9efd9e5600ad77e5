//! The picture in the README is what the real program shows: `PILOTHOUSE_PICTURE=1 cargo test
//! picture` starts the demo in a pseudo-terminal, opens the board and writes `assets/board.svg`.

use crate::pty::terminal::Start;
use pilothouse::tui::view;
use ratatui::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier},
};
use std::{fs, path::Path, time::Duration};

const SIZE: (u16, u16) = (120, 34);

#[test]
fn the_readme_shows_the_board_of_the_real_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let picture = root.join("assets/board.svg");
    if std::env::var_os("PILOTHOUSE_PICTURE").is_some() {
        fs::write(&picture, take()).unwrap();
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains("(assets/board.svg)"));
    let drawn = fs::read_to_string(&picture).unwrap();
    for word in ["DEMO", "checkout", "APPROVE", "gamma", "LIVE"] {
        assert!(drawn.contains(word), "{word} is not in the picture");
    }
}

/// The board of the pipeline that waits for an approval, as a picture.
fn take() -> String {
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
    terminal.send("\r");
    terminal.see_within(
        minute,
        "the board, with a second release behind",
        |screen| screen.contains("NEEDS A HUMAN (1)") && screen.contains("  r2 "),
    );
    let picture = terminal.look(|screen| view::svg(&buffer(screen)));
    terminal.send("qq");
    assert!(terminal.ended().success());
    picture
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
