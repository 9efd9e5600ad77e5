//! What of an event goes into a recording. What an operator types into a dialog's text, and what is
//! pasted, stays out: each letter becomes an `x`, in the keys as in the plans that repeat it. Facts
//! from the server stay as they are; they are in its audit for everybody.

use crate::{
    model::Time,
    tui::{
        app::App,
        chord::{Code, Key},
        dialog::{Focus, Value as Field},
        event::Event,
        record::{line as written, tape::Step},
    },
};
use serde_json::Value;

/// What people write by hand in a command.
const WRITTEN: [&str; 3] = ["reason", "ticket", "assign"];

/// The event as a line of a recording.
pub(super) fn line(app: &App, at: Time, event: &Event) -> String {
    let veiled = if let Event::Key(key) = event {
        Some(Event::Key(veiled(app, *key)))
    } else if let Event::Paste(text) = event {
        Some(Event::Paste(veil(text)))
    } else {
        None
    };
    let mut event = serde_json::to_value(veiled.as_ref().unwrap_or(event)).unwrap_or_default();
    if let Some(name @ ("Planned" | "Committed" | "SettledAnswer")) = variant(&event) {
        let name = name.to_owned();
        veil_written(&mut event[name]);
    }
    written(&Step { at, event })
}

fn variant(event: &Value) -> Option<&str> {
    let name = event.as_object()?.keys().next()?;
    Some(name.as_str())
}

/// The key, unless it is a letter of a text that stays out. A name that the plan asks for stays
/// readable as far as it is right: the plan has it too.
fn veiled(app: &App, key: Key) -> Key {
    let Some(dialog) = &app.ui.dialog else {
        return key;
    };
    let Some(typed) = key.typed().filter(|c| !c.is_whitespace()) else {
        return key;
    };
    let hidden = Key::plain(Code::Char('x'));
    let Focus::Field(at) = dialog.focus else {
        return key;
    };
    match dialog.fields.get(at).map(|field| &field.value) {
        Some(Field::Text { .. }) => hidden,
        Some(Field::Token { input, wanted }) => {
            let right = wanted.as_ref().and_then(|w| w.chars().nth(input.cursor()));
            if right == Some(typed) { key } else { hidden }
        }
        Some(Field::Choice { .. } | Field::Checks { .. }) | None => key,
    }
}

fn veil(text: &str) -> String {
    let hide = |c: char| if c.is_whitespace() { c } else { 'x' };
    text.chars().map(hide).collect()
}

/// Hides what people wrote wherever it is repeated.
fn veil_written(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                let written = WRITTEN.contains(&name.as_str());
                if written && let Value::String(text) = &mut *value {
                    *text = veil(text);
                } else {
                    veil_written(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(veil_written),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
