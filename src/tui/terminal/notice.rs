//! A few words for an operator who looks at another window, in the way that their terminal knows
//! (OSC 9, 777 or 99); through tmux, which hands on what it is told to. Pure: which terminal it is, is
//! read from the variables that terminals set.

use crate::tui::text::{Sanitized, end_cut};
use std::collections::BTreeMap;

/// More than a desktop shows of a notification.
const LONGEST: usize = 160;

/// How a terminal is told to notify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notices {
    way: Way,
    through_tmux: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// iTerm2, WezTerm, Ghostty.
    Osc9,
    /// foot, urxvt.
    Osc777,
    /// kitty.
    Osc99,
}

impl Notices {
    /// The way of the terminal that set these variables; none where none is known, and in GNU screen,
    /// which hands on nothing.
    pub fn of(environment: &BTreeMap<String, String>) -> Option<Self> {
        let value = |name: &str| environment.get(name).map_or("", String::as_str);
        let is_set = |name: &str| !value(name).is_empty();
        let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
        let named = |names: &[&str]| names.contains(&program);
        // Inside tmux TERM and TERM_PROGRAM are its own; the others are still the terminal's.
        let way = if is_set("STY") {
            None
        } else if term == "xterm-kitty" || is_set("KITTY_WINDOW_ID") {
            Some(Way::Osc99)
        } else if named(&["iTerm.app", "WezTerm", "ghostty"])
            || ["ITERM_SESSION_ID", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR"]
                .map(is_set)
                .contains(&true)
        {
            Some(Way::Osc9)
        } else if term.starts_with("foot") || term.starts_with("rxvt") {
            Some(Way::Osc777)
        } else {
            None
        };
        Some(Self {
            way: way?,
            through_tmux: is_set("TMUX"),
        })
    }

    /// The bytes that notify with this text.
    pub fn bytes(self, text: &str) -> Vec<u8> {
        let text = Sanitized::from(text.to_owned());
        let plain = |letter: char| match letter {
            // It parts the fields of these sequences.
            ';' => ',',
            ' '..='~' => letter,
            _ => '?',
        };
        let text: String = end_cut(text.as_str(), LONGEST).chars().map(plain).collect();
        let sequence = match self.way {
            Way::Osc9 => format!("\x1b]9;{text}\x1b\\"),
            Way::Osc777 => format!("\x1b]777;notify;Pilothouse;{text}\x1b\\"),
            Way::Osc99 => format!("\x1b]99;;{text}\x1b\\"),
        };
        if self.through_tmux {
            let doubled = sequence.replace('\x1b', "\x1b\x1b");
            return format!("\x1bPtmux;{doubled}\x1b\\").into_bytes();
        }
        sequence.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Notices;

    #[test]
    fn each_terminal_is_told_in_its_way_and_nothing_breaks_out() {
        let table = [
            ("TERM=xterm-256color", None),
            ("TERM=xterm-kitty", Some("\x1b]99;;a, b?]52,c,x\x1b\\")),
            ("TERM_PROGRAM=WezTerm", Some("\x1b]9;a, b?]52,c,x\x1b\\")),
            (
                "TERM=foot",
                Some("\x1b]777;notify;Pilothouse;a, b?]52,c,x\x1b\\"),
            ),
            ("TERM=screen KITTY_WINDOW_ID=1 STY=x", None),
            (
                "TERM=tmux-256color TMUX=x WEZTERM_PANE=0",
                Some("\x1bPtmux;\x1b\x1b]9;a, b?]52,c,x\x1b\x1b\\\x1b\\"),
            ),
        ];
        for (environment, wanted) in table {
            let pairs = environment
                .split(' ')
                .map(|pair| pair.split_once('=').unwrap());
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let notices = Notices::of(&pairs.collect());
            let told = notices.map(|notices| notices.bytes("a; b\x1b]52;c;x"));
            let told = told.map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(told.as_deref(), wanted, "{environment}");
        }
    }
}
