//! Keys as the keymap writes them: `j`, `Ctrl-d`, `Enter`, and chords of two such as `g g`. It knows
//! no actions.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One key, with or without Ctrl. Shift is in the character itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// One key or several, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord(pub Vec<Key>);

const NAMED: [(&str, Code); 16] = [
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("Shift-Tab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
    ("F2", Code::F(2)),
];

impl Key {
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false }
    }

    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
        }
    }

    /// The character that it types, if it types one.
    pub fn typed(self) -> Option<char> {
        if let (Code::Char(c), false) = (self.code, self.ctrl) {
            return Some(c);
        }
        None
    }
}

impl FromStr for Key {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (ctrl, name) = match text.strip_prefix("Ctrl-") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let named = NAMED.iter().find(|(known, _)| *known == name);
        let mut chars = name.chars();
        let code = match (named, chars.next(), chars.next()) {
            (Some((_, code)), _, _) => *code,
            (None, Some(c), None) => Code::Char(c),
            _ => {
                return Err(format!(
                    "{text:?} is not a key: write one character, `Ctrl-` and one, or one of {}",
                    NAMED.map(|(name, _)| name).join(" ")
                ));
            }
        };
        Ok(Self { code, ctrl })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        let named = NAMED.iter().find(|(_, code)| *code == self.code);
        if let Some((name, _)) = named {
            f.write_str(name)
        } else if let Code::Char(c) = self.code {
            write!(f, "{c}")
        } else if let Code::F(n) = self.code {
            write!(f, "F{n}")
        } else {
            write!(f, "{:?}", self.code)
        }
    }
}

impl FromStr for Chord {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let keys: Vec<Key> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err("a binding needs at least one key".to_owned());
        }
        Ok(Self(keys))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.0.iter().map(Key::to_string).collect();
        f.pad(&keys.join(" "))
    }
}
