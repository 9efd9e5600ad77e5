//! Which key means what, as a table in `assets/keymap.toml`: dispatch, the footer, the `a` menu and
//! the help screen all come from it, so they cannot disagree. It knows nothing of what is selected.

mod own;

use crate::tui::{
    action::Action,
    chord::{Chord, Key},
};
use serde::Deserialize;
use std::sync::LazyLock;

/// Where a binding holds: everywhere, or on one screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    Global,
    Fleet,
    Board,
    Stage,
    /// The log of a stage's step.
    Log,
    Alarms,
    Blockers,
    Events,
    Release,
    Tickets,
    Metrics,
    Help,
}

/// How dangerous the thing is that a binding opens; itself it only looks or opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Danger {
    Look,
    Safer,
    Restore,
    Riskier,
    RuleBreaking,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub context: Context,
    /// The first is the one to show.
    pub keys: Vec<Chord>,
    pub action: Action,
    /// One or two words for the footer; empty when it is not worth the room there.
    pub hint: String,
    /// A sentence for the help screen.
    pub help: String,
    pub danger: Danger,
}

#[derive(Debug, Clone, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// What the keys pressed so far come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    Action(Action),
    /// The beginning of a chord.
    Begun,
    Nothing,
}

/// A keymap that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("keymap line {line}: {why}")]
pub struct BadKeymap {
    pub line: usize,
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bind: Vec<toml::Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Context,
    keys: Vec<String>,
    action: String,
    #[serde(default)]
    hint: String,
    help: String,
    danger: Danger,
}

static BUILT_IN: LazyLock<Result<Keymap, BadKeymap>> =
    LazyLock::new(|| Keymap::parse(include_str!("../../assets/keymap.toml")));

/// Ctrl keys that terminals, tmux and screen take for themselves.
const RESERVED: &str = "abqshijkm[\\";

impl Keymap {
    /// The keymap that comes with the program.
    pub fn built_in() -> Result<&'static Keymap, BadKeymap> {
        BUILT_IN.as_ref().map_err(Clone::clone)
    }

    /// The same for where an error cannot be handed on; one that is broken has no keys.
    pub fn shipped() -> &'static Keymap {
        static NONE: Keymap = Keymap {
            bindings: Vec::new(),
        };
        Self::built_in().unwrap_or(&NONE)
    }

    /// Reads a keymap; unknown actions, reserved keys and clashes are errors with their line.
    pub fn parse(text: &str) -> Result<Self, BadKeymap> {
        let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
        let file: File = toml::from_str(text).map_err(|error| BadKeymap {
            line: line(error.span().map_or(0, |span| span.start)),
            why: error.message().to_owned(),
        })?;
        let mut keymap = Self::default();
        for row in file.bind {
            let line = line(row.span().start);
            let binding = binding(row.into_inner()).map_err(|why| BadKeymap { line, why })?;
            if let Some(why) = keymap.clash(&binding) {
                return Err(BadKeymap { line, why });
            }
            keymap.bindings.push(binding);
        }
        Ok(keymap)
    }

    /// Every binding that holds in a context, its own first, in the order of the file.
    pub fn bindings(&self, context: Context) -> impl Iterator<Item = &Binding> {
        let own = move |binding: &&Binding| binding.context == context;
        let global = move |binding: &&Binding| {
            binding.context == Context::Global && context != Context::Global
        };
        self.bindings
            .iter()
            .filter(own)
            .chain(self.bindings.iter().filter(global))
    }

    /// All bindings, in the order of the file.
    pub fn all(&self) -> &[Binding] {
        &self.bindings
    }

    /// What may follow the keys pressed so far: the rows of the menu that a chord opens.
    pub fn continuations(&self, context: Context, begun: &[Key]) -> Vec<(Key, &Binding)> {
        let mut found: Vec<(Key, &Binding)> = Vec::new();
        for binding in self.bindings(context) {
            for Chord(keys) in &binding.keys {
                let next = keys
                    .strip_prefix(begun)
                    .and_then(|rest| rest.first().copied());
                if let Some(next) = next.filter(|_| !begun.is_empty())
                    && !found.iter().any(|(key, _)| *key == next)
                {
                    found.push((next, binding));
                }
            }
        }
        found
    }

    /// What the keys mean in a context.
    pub fn find(&self, context: Context, pressed: &[Key]) -> Match {
        let mut begun = Match::Nothing;
        for binding in self.bindings(context) {
            for Chord(keys) in &binding.keys {
                if keys == pressed {
                    return Match::Action(binding.action);
                }
                if keys.starts_with(pressed) {
                    begun = Match::Begun;
                }
            }
        }
        begun
    }

    /// Why a binding cannot stand beside the ones before it. A screen's own binding may shadow a
    /// global one on purpose, but not two of the same context each other.
    fn clash(&self, new: &Binding) -> Option<String> {
        let same = self.bindings.iter().filter(|b| b.context == new.context);
        for known in same {
            for (a, b) in known
                .keys
                .iter()
                .flat_map(|a| new.keys.iter().map(move |b| (a, b)))
            {
                if a.0.starts_with(&b.0) || b.0.starts_with(&a.0) {
                    return Some(format!(
                        "{b} ({}) clashes with {a} ({})",
                        new.action.id(),
                        known.action.id()
                    ));
                }
            }
        }
        None
    }
}

fn binding(row: Row) -> Result<Binding, String> {
    let action =
        Action::parse(&row.action).ok_or_else(|| format!("there is no action {:?}", row.action))?;
    let keys = keys(&row.keys)?;
    if keys.is_empty() {
        return Err(format!("{} has no keys", row.action));
    }
    if row.help.trim().is_empty() {
        return Err(format!("{} needs help text", row.action));
    }
    Ok(Binding {
        context: row.on,
        keys,
        action,
        hint: row.hint,
        help: row.help,
        danger: row.danger,
    })
}

/// Reads the keys of a binding; those that terminals and tmux take for themselves are refused.
fn keys(texts: &[String]) -> Result<Vec<Chord>, String> {
    let keys: Vec<Chord> = texts
        .iter()
        .map(|chord| chord.parse())
        .collect::<Result<_, _>>()?;
    for key in keys.iter().flat_map(|chord| &chord.0) {
        let reserved = matches!(key.code, crate::tui::chord::Code::Char(c) if RESERVED.contains(c));
        if key.ctrl && reserved {
            return Err(format!(
                "{key} belongs to the terminal or to tmux; take another key"
            ));
        }
    }
    Ok(keys)
}
