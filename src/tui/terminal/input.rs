//! Bytes from a terminal become keys and pastes. A terminal also sends what nobody typed: replies to
//! questions that another program asked, reports of modes and colours, whole or in pieces. These
//! end here (UX.md, trap 11); a library that gives them on as keys would let a terminal type.
//!
//! ```text
//! Ground --ESC--> Escape --[--> Csi --final byte--> a key, a paste, or a reply that is dropped
//!                   |   '--O--> Ss3
//!                   '--] P X ^ _--> Text --BEL or ESC \--> dropped
//! ```
//!
//! It reads nothing and knows no clock: who reads says when nothing more came.

use crate::tui::{
    chord::{Code, Key},
    pointer::Pointer,
};

/// More than anybody pastes into a field; what is beyond is dropped.
const PASTE_LIMIT: usize = 64 << 10;
const PASTE_END: &[u8] = b"\x1b[201~";
/// Longer sequences are not for us.
const SEQUENCE_LIMIT: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    Paste(String),
    /// The keys go here, or elsewhere, from now on (mode 1004).
    Focus(bool),
    /// The mouse (mode 1006).
    Pointer(Pointer),
    /// The terminal is there, as it says when asked (DSR 5); it may say so unasked.
    Here,
}

/// Where in a sequence the bytes so far have led.
#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi(Vec<u8>),
    Ss3,
    /// A text that ends with BEL or ST; whether its last byte was an ESC.
    Text {
        escaped: bool,
    },
    Paste(Vec<u8>),
    /// A character of several bytes.
    Letter(Vec<u8>),
    /// What a mouse says to those who know only the old way: so many more bytes.
    OldMouse(u8),
}

#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
}

impl Decoder {
    /// What the next bytes say.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Input> {
        bytes.iter().filter_map(|byte| self.byte(*byte)).collect()
    }

    /// How long to wait for the rest of what has begun, in milliseconds: an ESC alone is the key
    /// soon, the rest of a reply may come late. None when nothing has begun, or a paste, whose end
    /// always comes.
    pub fn patience(&self) -> Option<u16> {
        match self.state {
            State::Ground | State::Paste(_) => None,
            State::Escape | State::Ss3 | State::Letter(_) | State::OldMouse(_) => Some(50),
            State::Csi(_) | State::Text { .. } => Some(1_000),
        }
    }

    /// Nothing more came for that long: what has begun is all there is.
    pub fn pause(&mut self) -> Option<Input> {
        match std::mem::take(&mut self.state) {
            State::Escape => Some(Input::Key(Key::plain(Code::Esc))),
            State::Paste(text) => {
                self.state = State::Paste(text);
                None
            }
            State::Ground
            | State::Csi(_)
            | State::Ss3
            | State::Text { .. }
            | State::Letter(_)
            | State::OldMouse(_) => None,
        }
    }

    fn byte(&mut self, byte: u8) -> Option<Input> {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte),
            State::Escape => self.escape(byte),
            State::Csi(sequence) => self.csi(sequence, byte),
            State::Ss3 => ss3(byte).map(|code| Input::Key(Key::plain(code))),
            State::Text { escaped } => {
                self.text(escaped, byte);
                None
            }
            State::Paste(text) => self.paste(text, byte),
            State::Letter(bytes) => self.letter(bytes, byte),
            State::OldMouse(left) => {
                if left > 1 {
                    self.state = State::OldMouse(left - 1);
                }
                None
            }
        }
    }

    fn ground(&mut self, byte: u8) -> Option<Input> {
        let key = match byte {
            0x1b => {
                self.state = State::Escape;
                return None;
            }
            b'\r' => Key::plain(Code::Enter),
            b'\t' => Key::plain(Code::Tab),
            0x08 | 0x7f => Key::plain(Code::Backspace),
            0x01..=0x1a => Key::ctrl(char::from(byte - 1 + b'a')),
            0x1c..=0x1f => Key::ctrl(char::from(byte - 0x1c + b'\\')),
            b' '..=b'~' => Key::plain(Code::Char(char::from(byte))),
            0xc2..=0xf4 => {
                self.state = State::Letter(vec![byte]);
                return None;
            }
            // NUL, and bytes that begin no character.
            0x00 | 0x80..=0xc1 | 0xf5..=0xff => return None,
        };
        Some(Input::Key(key))
    }

    /// After an ESC. A key with Alt is one too, and means nothing to us.
    fn escape(&mut self, byte: u8) -> Option<Input> {
        match byte {
            0x1b => {
                self.state = State::Escape;
                return Some(Input::Key(Key::plain(Code::Esc)));
            }
            b'[' => self.state = State::Csi(Vec::new()),
            b'O' => self.state = State::Ss3,
            b']' | b'P' | b'X' | b'^' | b'_' => self.state = State::Text { escaped: false },
            _ => {}
        }
        None
    }

    fn csi(&mut self, mut sequence: Vec<u8>, byte: u8) -> Option<Input> {
        match byte {
            0x20..=0x3f if sequence.len() < SEQUENCE_LIMIT => {
                sequence.push(byte);
                self.state = State::Csi(sequence);
                None
            }
            0x40..=0x7e if sequence == b"200" && byte == b'~' => {
                self.state = State::Paste(Vec::new());
                None
            }
            b'M' if sequence.is_empty() => {
                self.state = State::OldMouse(3);
                None
            }
            b'M' if sequence.starts_with(b"<") => {
                let said = std::str::from_utf8(&sequence[1..]).ok();
                said.and_then(Pointer::parse).map(Input::Pointer)
            }
            b'n' if sequence == b"0" => Some(Input::Here),
            b'I' | b'O' if sequence.is_empty() => Some(Input::Focus(byte == b'I')),
            0x40..=0x7e => csi_key(&sequence, byte).map(Input::Key),
            0x1b => {
                self.state = State::Escape;
                None
            }
            // Broken off by a control, which counts by itself, or too long.
            0x00..=0x1f => self.ground(byte),
            0x20..=0x3f | 0x7f..=0xff => None,
        }
    }

    fn text(&mut self, escaped: bool, byte: u8) {
        self.state = match byte {
            0x07 => State::Ground,
            b'\\' if escaped => State::Ground,
            0x1b => State::Text { escaped: true },
            // Cancelled, as terminals have it; Ctrl-c may be somebody who wants out.
            0x03 | 0x18 | 0x1a => State::Ground,
            _ => State::Text { escaped: false },
        };
    }

    fn paste(&mut self, mut text: Vec<u8>, byte: u8) -> Option<Input> {
        text.push(byte);
        if text.ends_with(PASTE_END) {
            text.truncate(text.len() - PASTE_END.len());
            text.truncate(PASTE_LIMIT);
            return Some(Input::Paste(String::from_utf8_lossy(&text).into_owned()));
        }
        if text.len() > PASTE_LIMIT + 2 * PASTE_END.len() {
            // Keeps the beginning, and enough of the end to see it end.
            text.drain(PASTE_LIMIT..PASTE_LIMIT + PASTE_END.len());
        }
        self.state = State::Paste(text);
        None
    }

    fn letter(&mut self, mut bytes: Vec<u8>, byte: u8) -> Option<Input> {
        if !(0x80..=0xbf).contains(&byte) {
            return self.ground(byte);
        }
        bytes.push(byte);
        let wanted = match bytes[0] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        if bytes.len() < wanted {
            self.state = State::Letter(bytes);
            return None;
        }
        let letter = std::str::from_utf8(&bytes).ok()?.chars().next()?;
        Some(Input::Key(Key::plain(Code::Char(letter))))
    }
}

/// The key of a control sequence; none for a reply and for keys that mean nothing to us.
fn csi_key(sequence: &[u8], last: u8) -> Option<Key> {
    let text = std::str::from_utf8(sequence).ok()?;
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b';');
    if !plain {
        return None;
    }
    let mut numbers = text.split(';');
    let first = numbers.next().unwrap_or_default();
    // One more than the sum of Shift 1, Alt 2 and Ctrl 4.
    let held: u8 = numbers.next().map_or(Some(1), |held| held.parse().ok())?;
    if numbers.next().is_some() {
        return None;
    }
    let ctrl = match held {
        1 | 2 => false,
        5 | 6 => true,
        _ => return None,
    };
    let code = match (first, last) {
        ("", b'Z') => Code::BackTab,
        ("" | "1", b'A'..=b'H') => ss3(last)?,
        (number, b'~') => match number {
            "1" | "7" => Code::Home,
            "3" => Code::Delete,
            "4" | "8" => Code::End,
            "5" => Code::PageUp,
            "6" => Code::PageDown,
            "12" => Code::F(2),
            _ => return None,
        },
        _ => return None,
    };
    Some(Key { code, ctrl })
}

/// The last byte of a cursor key, after `ESC O` or `ESC [`.
fn ss3(byte: u8) -> Option<Code> {
    match byte {
        b'A' => Some(Code::Up),
        b'B' => Some(Code::Down),
        b'C' => Some(Code::Right),
        b'D' => Some(Code::Left),
        b'F' => Some(Code::End),
        b'H' => Some(Code::Home),
        b'Q' => Some(Code::F(2)),
        _ => None,
    }
}
