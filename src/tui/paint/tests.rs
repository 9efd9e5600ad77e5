//! Bytes are counted here because a night on call is often a slow link, and what the bytes show is
//! checked by a terminal that reads them.

use super::Painter;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};

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

/// Whatever was shown before, a terminal shows the frame that was drawn: every saving is a chance to
/// write something else.
#[test]
fn any_frame_after_any_other_is_shown_as_drawn() {
    let (width, height) = (23, 7);
    let looks = [
        Style::new(),
        Style::new().fg(Color::Red),
        Style::new().fg(Color::Indexed(73)),
        Style::new().add_modifier(Modifier::BOLD),
        Style::new().fg(Color::Red).add_modifier(Modifier::REVERSED),
        Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
    ];
    let colours = [
        (Color::Reset, vt100::Color::Default),
        (Color::Red, vt100::Color::Idx(1)),
        (Color::Indexed(73), vt100::Color::Idx(73)),
    ];
    let texts = [
        "",
        " ",
        "a",
        "abc",
        "a  b",
        "日本",
        "é",
        "      ",
        "x y z  w",
        "~~~~~~~~~~~~",
    ];
    let mut painter = Painter::new(width, height, true);
    let mut screen = screen_of(height, width);
    let mut seed = 7_u64;
    let mut dice = |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33).unwrap() % sides
    };
    for n in 0..500 {
        let mut drawn = Buffer::empty(Rect::new(0, 0, width, height));
        for y in 0..height {
            let mut x = 0;
            while x < width {
                let text = texts[dice(texts.len())];
                (x, _) = drawn.set_stringn(x, y, text, 20, looks[dice(looks.len())]);
                x += u16::try_from(dice(9)).unwrap();
            }
        }
        let bytes = painter.frame(|buffer| buffer.clone_from(&drawn));
        screen.process(&bytes.unwrap_or_default());
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
            let (cell, shown) = (&drawn[(x, y)], screen.screen().cell(y, x).unwrap());
            if shown.is_wide_continuation() {
                continue;
            }
            let text = if shown.has_contents() {
                shown.contents()
            } else {
                " "
            };
            assert_eq!(text, cell.symbol(), "frame {n} at {x},{y}");
            let modifier = cell.modifier;
            let reversed = modifier.contains(Modifier::REVERSED);
            let underlined = modifier.contains(Modifier::UNDERLINED);
            assert_eq!(shown.inverse(), reversed, "frame {n} at {x},{y}");
            assert_eq!(shown.underline(), underlined, "frame {n} at {x},{y}");
            if text != " " {
                let bold = modifier.contains(Modifier::BOLD);
                assert_eq!(shown.bold(), bold, "frame {n} at {x},{y}");
                let (_, colour) = colours.iter().find(|(fg, _)| *fg == cell.fg).unwrap();
                assert_eq!(shown.fgcolor(), *colour, "frame {n} at {x},{y}");
            }
        }
    }
}
