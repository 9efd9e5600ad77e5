//! Colours as theme files write them, and what is left of them on a terminal that has fewer.

use ratatui::style::Color;

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    None,
    Ansi,
    Indexed,
    True,
}

/// The names that may be used. Blue is missing because it cannot be read on black, white because it
/// cannot be read on white, and the bright ones because they differ from terminal to terminal.
const NAMES: [(&str, Color); 6] = [
    ("default", Color::Reset),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
];

/// Reads `red` or `#ff6a3d`.
pub(super) fn parse(text: &str) -> Result<Color, String> {
    if let Some((_, colour)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Ok(*colour);
    }
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.map(Color::from_u32).ok_or_else(|| {
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        format!(
            "{text:?} is not a colour: use {}, #rrggbb or a name from [palette]",
            names.join(", ")
        )
    })
}

impl Depth {
    /// The colour that comes closest on such a terminal.
    pub(super) fn nearest(self, colour: Color) -> Color {
        let Color::Rgb(red, green, blue) = colour else {
            return if self == Depth::None {
                Color::Reset
            } else {
                colour
            };
        };
        match self {
            Depth::None => Color::Reset,
            Depth::Ansi => hue(red, green, blue),
            Depth::Indexed => Color::Indexed(cube(red, green, blue)),
            Depth::True => colour,
        }
    }
}

/// The name of the hue: which of the three parts are strong.
fn hue(red: u8, green: u8, blue: u8) -> Color {
    let half = red.max(green).max(blue) / 2;
    match (red > half, green > half, blue > half) {
        (true, false, false) => Color::Red,
        (false, true, false) => Color::Green,
        (true, true, false) => Color::Yellow,
        (true, false, true) => Color::Magenta,
        (false, _, true) => Color::Cyan,
        (true, true, true) | (false, false, false) => Color::Reset,
    }
}

/// The nearest colour of the 6x6x6 cube, whose steps are at 0, 95, 135, 175, 215 and 255.
fn cube(red: u8, green: u8, blue: u8) -> u8 {
    let step = |part: u8| match part {
        0..48 => 0,
        48..115 => 1,
        115.. => (part - 35) / 40,
    };
    16 + 36 * step(red) + 6 * step(green) + step(blue)
}
