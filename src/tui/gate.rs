//! Whether an action can be done now, and if not, why: what the help screen, the menus and the
//! choke point of every commit ask (UX.md, S1, S2, S16).

use crate::tui::{action::Action, app::App};

/// Why the action is disabled on the screen that is on top; none when it can be done.
pub fn disabled(_app: &App, _action: Action) -> Option<String> {
    None
}

/// What the commit button still waits for, in the words that stand beside it; empty when it is
/// unlocked.
pub fn missing(_app: &App, _dialog: &crate::tui::dialog::Dialog) -> Vec<String> {
    vec!["not written yet".to_owned()]
}
