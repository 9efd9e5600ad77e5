//! A status as a sign and a word, so that it is told without colour.

use crate::{
    model::Status,
    tui::{
        theme::{Role, Theme},
        widgets::Line,
    },
};

/// `! ALARM`
pub fn badge(theme: &Theme, status: Status) -> Line {
    let role = Role::Status(status);
    let text = format!("{} {}", theme.glyph(role), theme.word(role));
    Line::of(role, text)
}

/// `!`, where the word stands elsewhere.
pub fn glyph(theme: &Theme, role: Role) -> Line {
    Line::of(role, theme.glyph(role).to_owned())
}
