//! The user's own `keymap.toml`: other keys for what the program binds. Whatever is wrong in it is
//! named with its line and left out, and the keys that come with the program hold there instead: a
//! mistake in a file must not keep anybody from a rollback.
//!
//! ```toml
//! [[bind]]
//! on     = "board"          # left out: wherever the action is bound
//! keys   = ["x", "Ctrl-x"]  # none: the action has no key
//! action = "rollback.open"
//! ```

use crate::tui::{
    action::Action,
    keymap::{BadKeymap, Binding, Context, Keymap, keys},
};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    bind: Vec<toml::Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Option<Context>,
    keys: Vec<String>,
    action: String,
}

impl Keymap {
    /// This keymap with the user's changes, and what is wrong with those, by line. Where a change
    /// would clash, its context keeps the keys of this keymap.
    pub fn changed_by(&self, text: &str) -> (Keymap, Vec<BadKeymap>) {
        let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
        let file: File = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                let bad = BadKeymap {
                    line: line(error.span().map_or(0, |span| span.start)),
                    why: error.message().to_owned(),
                };
                return (self.clone(), vec![bad]);
            }
        };
        let mut changed = self.clone();
        let mut problems = Vec::new();
        let mut lines: Vec<(Context, Action, usize)> = Vec::new();
        for row in file.bind {
            let line = line(row.span().start);
            match changed.change(row.get_ref()) {
                Ok(made) => lines.extend(made.into_iter().map(|(on, action)| (on, action, line))),
                Err(why) => problems.push(BadKeymap { line, why }),
            }
        }
        for (context, why) in changed.clashes() {
            // Where two of the user's own lines clash, it is the later one.
            let at = lines
                .iter()
                .rfind(|(on, action, _)| *on == context && why.contains(action.id()));
            problems.push(BadKeymap {
                line: at.map_or(1, |(_, _, line)| *line),
                why: format!("{why}; {} keeps its own keys", word(context)),
            });
            changed.restore(context, self);
        }
        for (context, action, line) in lines {
            let shadowed = changed.shadowed(context, action);
            problems.extend(shadowed.map(|why| BadKeymap { line, why }));
        }
        problems.sort_by_key(|bad| bad.line);
        (changed, problems)
    }

    /// Makes one change; where and what it was made to.
    fn change(&mut self, row: &Row) -> Result<Vec<(Context, Action)>, String> {
        let action = Action::parse(&row.action)
            .ok_or_else(|| format!("there is no action {:?}", row.action))?;
        let keys = keys(&row.keys)?;
        let mut made = Vec::new();
        for binding in &mut self.bindings {
            if binding.action == action && row.on.is_none_or(|on| on == binding.context) {
                binding.keys.clone_from(&keys);
                made.push((binding.context, action));
            }
        }
        if let (Some(on), true) = (row.on, made.is_empty()) {
            // Bound elsewhere only: the same there, under its keys here.
            let mut others = self.bindings.iter();
            let other = others.find(|binding| binding.action == action).cloned();
            let other = other.ok_or_else(|| format!("{} cannot have a key", row.action))?;
            self.bindings.push(Binding {
                context: on,
                keys,
                ..other
            });
            made.push((on, action));
        }
        if made.is_empty() {
            return Err(format!("{} cannot have a key", row.action));
        }
        Ok(made)
    }

    /// Contexts in which two bindings share a key, each with the first such pair.
    fn clashes(&self) -> Vec<(Context, String)> {
        let contexts: BTreeSet<Context> = self.bindings.iter().map(|b| b.context).collect();
        let first = |context: Context| {
            let mut before = Keymap::default();
            for binding in self.bindings.iter().filter(|b| b.context == context) {
                if let Some(why) = before.clash(binding) {
                    return Some((context, why));
                }
                before.bindings.push(binding.clone());
            }
            None
        };
        contexts.into_iter().filter_map(first).collect()
    }

    fn restore(&mut self, context: Context, from: &Keymap) {
        self.bindings.retain(|binding| binding.context != context);
        let own = from.bindings.iter().filter(|b| b.context == context);
        self.bindings.extend(own.cloned());
    }

    /// Whether a screen's binding hides a global one that does something else.
    fn shadowed(&self, context: Context, action: Action) -> Option<String> {
        if context == Context::Global {
            return None;
        }
        let mut own = self.bindings.iter();
        let own = own.find(|b| b.context == context && b.action == action)?;
        let global = self
            .bindings
            .iter()
            .filter(|b| b.context == Context::Global);
        let mut pairs = global.flat_map(|g| g.keys.iter().map(move |chord| (g, chord)));
        let (hidden, chord) = pairs.find(|(g, chord)| {
            g.action != action && own.keys.iter().any(|k| chord.0.starts_with(&k.0))
        })?;
        Some(format!(
            "{chord} hides {} on {}",
            hidden.action.id(),
            word(context)
        ))
    }
}

/// The context as a file writes it.
fn word(context: Context) -> String {
    format!("{context:?}").to_lowercase()
}
