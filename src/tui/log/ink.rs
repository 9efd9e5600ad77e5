//! One line's bytes as pieces with roles. The list of SGR codes that mean something is short: the
//! resets, what makes letters stand out, and foreground colours, which become roles of the theme,
//! so that a log is readable in every theme. Backgrounds and everything else are left out.

use crate::tui::{log::LogLine, text::Sanitized, theme::Role};
use std::{iter::Peekable, str::Chars};

/// More cells of a line than any terminal is wide.
const CELLS_MAX: usize = 1_000;
const TAB: usize = 8;

/// How letters look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ink {
    hue: Option<Hue>,
    /// Bold, italic, underlined and reversed are one thing here: they stand out.
    strong: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hue {
    Red,
    Green,
    Yellow,
    Magenta,
}

/// The line being made.
#[derive(Default)]
struct Page {
    pieces: Vec<(Role, String)>,
    cells: usize,
}

/// Reads one line, and leaves behind how the next one begins.
pub(super) fn read(bytes: &[u8], ink: &mut Ink) -> LogLine {
    let text = String::from_utf8_lossy(bytes);
    let mut letters = text.chars().peekable();
    let mut page = Page::default();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => sequence(&mut letters, ink),
            // The end of the line in files from elsewhere, or a progress bar that is drawn anew.
            '\r' if letters.peek().is_none() => {}
            '\r' => page = Page::default(),
            '\u{8}' => page.back(),
            '\t' => {
                let gap = TAB - page.cells % TAB;
                (0..gap).for_each(|_| page.put(*ink, ' '));
            }
            letter => page.put(*ink, letter),
        }
    }
    let pieces = page.pieces.into_iter();
    LogLine {
        pieces: pieces
            .map(|(role, text)| (role, Sanitized::from(text)))
            .collect(),
    }
}

impl Page {
    fn put(&mut self, ink: Ink, letter: char) {
        if self.cells >= CELLS_MAX {
            return;
        }
        self.cells += 1;
        let role = ink.role();
        match self.pieces.last_mut() {
            Some((last, text)) if *last == role => text.push(letter),
            Some(_) | None => self.pieces.push((role, letter.to_string())),
        }
    }

    fn back(&mut self) {
        if let Some((_, text)) = self.pieces.last_mut() {
            text.pop();
            self.cells = self.cells.saturating_sub(1);
            if text.is_empty() {
                self.pieces.pop();
            }
        }
    }
}

/// What follows ESC: a control sequence, of which only SGR means something; a string such as a
/// title or a clipboard, which goes whole; or one letter.
fn sequence(letters: &mut Peekable<Chars<'_>>, ink: &mut Ink) {
    match letters.next() {
        Some('[') => {
            let mut codes = String::new();
            for letter in letters.by_ref() {
                match letter {
                    'm' => return ink.apply(&codes),
                    '\u{40}'..='\u{7e}' => return,
                    letter => codes.push(letter),
                }
            }
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(letter) = letters.next() {
                let ends = letter == '\u{1b}' && letters.next_if_eq(&'\\').is_some();
                if letter == '\u{7}' || letter == '\u{9c}' || ends {
                    return;
                }
            }
        }
        // The choice of a character set has one letter more.
        Some('(' | ')' | '*' | '+' | '#' | '%') => {
            letters.next();
        }
        Some(_) | None => {}
    }
}

impl Ink {
    fn apply(&mut self, codes: &str) {
        let mut codes = codes.split(';');
        while let Some(code) = codes.next() {
            match code.parse::<u8>() {
                Ok(0) => *self = Self::default(),
                Err(_) if code.is_empty() => *self = Self::default(),
                Ok(1 | 3 | 4 | 7) => self.strong = true,
                Ok(22..=29) => self.strong = false,
                Ok(colour @ (30..=37 | 90..=97)) => self.hue = Hue::of(colour % 10),
                Ok(39) => self.hue = None,
                // A colour by number or by parts: what follows belongs to it and is no code.
                Ok(38 | 48 | 58) => {
                    let rest = match codes.next() {
                        Some("5") => 1,
                        Some("2") => 3,
                        Some(_) | None => 0,
                    };
                    for _ in 0..rest {
                        codes.next();
                    }
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    fn role(self) -> Role {
        match (self.hue, self.strong) {
            (Some(Hue::Red), _) => Role::Danger,
            (Some(Hue::Green), _) => Role::Good,
            (Some(Hue::Yellow), _) => Role::Warning,
            (Some(Hue::Magenta), _) => Role::Human,
            (None, true) => Role::Title,
            (None, false) => Role::Plain,
        }
    }
}

impl Hue {
    /// Black, blue and white are unreadable on one background or the other, so they are none.
    fn of(digit: u8) -> Option<Self> {
        match digit {
            1 => Some(Hue::Red),
            2 | 6 => Some(Hue::Green),
            3 => Some(Hue::Yellow),
            5 => Some(Hue::Magenta),
            _ => None,
        }
    }
}
