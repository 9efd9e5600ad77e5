//! Where a key goes, and how keys become actions: through the keymap of the screen on top.

use crate::tui::{
    app::{App, FlashLevel},
    chord::{Code, Key},
    keymap::Match,
    request::Request,
    update::{act, dialog, flash, prompt},
};

pub(super) fn key(app: &mut App, key: Key) -> Vec<Request> {
    if app.ui.dialog.is_some() {
        return dialog::key(app, key);
    }
    if app.ui.prompt.is_some() {
        return prompt::key(app, key);
    }
    if !app.ui.chord.is_empty() && key == Key::plain(Code::Esc) {
        app.ui.chord.clear();
        return Vec::new();
    }
    app.ui.chord.push(key);
    match app.ui.keymap.find(app.screen().context(), &app.ui.chord) {
        Match::Begun => Vec::new(),
        Match::Action(action) => {
            app.ui.chord.clear();
            act::act(app, action)
        }
        Match::Nothing => {
            let keys = std::mem::take(&mut app.ui.chord);
            if keys.len() > 1 {
                let keys: Vec<String> = keys.iter().map(Key::to_string).collect();
                let text = format!("{} does nothing here: ? lists the keys", keys.join(" "));
                flash(app, FlashLevel::Info, text);
            }
            Vec::new()
        }
    }
}

pub(super) fn paste(app: &mut App, text: &str) -> Vec<Request> {
    if app.ui.dialog.is_some() {
        dialog::paste(app, text);
    } else if app.ui.prompt.is_some() {
        prompt::paste(app, text);
    } else {
        flash(app, FlashLevel::Info, "pasted text is not taken for keys");
    }
    Vec::new()
}
