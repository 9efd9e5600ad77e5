//! Bytes are counted here because a night on call is often a slow link, and what the bytes show is
//! checked by a terminal that reads them.

use super::Painter;
use ratatui::style::{Modifier, Style};

fn screen_of(rows: u16, columns: u16) -> vt100::Parser {
    let cells = |n| std::num::NonZero::new(n).unwrap();
    vt100::Parser::new(cells(rows), cells(columns), 0)
}

fn shown(painter: &mut Painter, screen: &mut vt100::Parser, lines: &[(&str, Style)]) -> usize {
    let bytes = painter.frame(|buffer| {
        for (y, (line, style)) in (0..).zip(lines) {
            buffer.set_string(0, y, line, *style);
        }
    });
    let bytes = bytes.unwrap_or_default();
    screen.process(&bytes);
    bytes.len()
}

#[test]
fn the_same_frame_costs_nothing_and_one_letter_costs_little() {
    let plain = Style::new();
    let mut painter = Painter::new(40, 5, true);
    let mut screen = screen_of(5, 40);
    shown(
        &mut painter,
        &mut screen,
        &[("LIVE 2s", plain), ("second", plain)],
    );
    assert_eq!(screen.screen().contents(), "LIVE 2s\nsecond");
    let again = shown(
        &mut painter,
        &mut screen,
        &[("LIVE 2s", plain), ("second", plain)],
    );
    assert_eq!(again, 0);
    let tick = shown(
        &mut painter,
        &mut screen,
        &[("LIVE 3s", plain), ("second", plain)],
    );
    assert!(tick <= 8, "{tick} bytes");
    assert_eq!(screen.screen().contents(), "LIVE 3s\nsecond");
}

#[test]
fn styles_end_where_they_end_and_wide_letters_take_two_cells() {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let mut painter = Painter::new(20, 3, false);
    let mut screen = screen_of(3, 20);
    shown(
        &mut painter,
        &mut screen,
        &[("bold", bold), ("日本 go", Style::new())],
    );
    let cell = |row, column| screen.screen().cell(row, column).unwrap();
    assert!(cell(0, 3).bold());
    assert!(!cell(1, 0).bold());
    assert_eq!(cell(1, 5).contents(), "g");
}

#[test]
fn a_control_character_never_reaches_the_terminal() {
    let mut painter = Painter::new(20, 1, false);
    let bytes = painter.frame(|buffer| {
        buffer[(0, 0)].set_symbol("\u{9b}31m");
        buffer[(1, 0)].set_symbol("\x1b]0;x\x07");
    });
    let bytes = bytes.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    assert!(
        !text.contains('\u{9b}') && !text.contains('\x07'),
        "{text:?}"
    );
}
