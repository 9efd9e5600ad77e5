//! Which theme, how many colours and which glyphs a terminal gets. Pure: the environment comes in as
//! a map. The order is: configuration, then `NO_COLOR`, `CLICOLOR_FORCE`, `COLORTERM`, `TERM`.

use crate::{
    config::Background,
    tui::theme::{Depth, Glyphs},
};
use std::collections::BTreeMap;

/// What the configuration says; none where it is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub theme: Option<String>,
    pub glyphs: Option<Glyphs>,
    pub background: Option<Background>,
    pub depth: Option<Depth>,
    /// The first word of the screen, for `[env.NAME]` of a theme.
    pub environment: String,
}

/// What is drawn with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub theme: String,
    pub depth: Depth,
    pub glyphs: Glyphs,
    /// The first word of the screen.
    pub environment: String,
}

impl Look {
    /// Decides from the configuration and the environment.
    pub fn decide(wanted: &Wanted, env: &BTreeMap<String, String>) -> Self {
        let depth = wanted.depth.unwrap_or_else(|| depth(env));
        let no_colour = wanted.depth.is_none() && set(env, "NO_COLOR").is_some();
        let silent = no_colour || depth == Depth::None;
        let is_light = match wanted.background {
            Some(background) => background == Background::Light,
            None => is_light(env),
        };
        let theme = match wanted.theme.as_deref() {
            Some("cvd") if is_light => "cvd-light",
            Some("cvd") => "cvd-dark",
            Some(named) => named,
            None if silent => "mono",
            None => "ansi",
        };
        Self {
            theme: theme.to_owned(),
            depth,
            glyphs: wanted.glyphs.unwrap_or_else(|| glyphs(env)),
            environment: wanted.environment.clone(),
        }
    }

    /// No colour and no character that a terminal might not have: for tests and plain files.
    pub fn plain() -> Self {
        Self {
            theme: "mono".to_owned(),
            depth: Depth::None,
            glyphs: Glyphs::Ascii,
            environment: String::new(),
        }
    }
}

/// A variable that is there and not empty.
fn set<'a>(env: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    env.get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn depth(env: &BTreeMap<String, String>) -> Depth {
    let term = set(env, "TERM").unwrap_or_default();
    let forced = set(env, "CLICOLOR_FORCE").is_some_and(|value| value != "0");
    // A multiplexer hands on COLORTERM from the terminal it was started in, which may be gone.
    let multiplexed = term.starts_with("screen") || term.starts_with("tmux");
    match set(env, "COLORTERM") {
        Some("truecolor" | "24bit") if !multiplexed => return Depth::True,
        Some(_) | None => {}
    }
    match term {
        "" | "dumb" | "vt100" | "vt102" | "vt220" if forced => Depth::Ansi,
        "" | "dumb" | "vt100" | "vt102" | "vt220" => Depth::None,
        _ if term.ends_with("-direct") => Depth::True,
        _ if term.contains("256") => Depth::Indexed,
        _ => Depth::Ansi,
    }
}

/// UTF-8 has to be proven; where ambiguous characters may be wide, ASCII is safer.
fn glyphs(env: &BTreeMap<String, String>) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| set(env, name))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let utf8 = locale.contains("utf-8") || locale.contains("utf8");
    let wide = ["ja", "ko", "zh"]
        .iter()
        .any(|language| locale.starts_with(language));
    if utf8 && !wide {
        Glyphs::Unicode
    } else {
        Glyphs::Ascii
    }
}

/// `COLORFGBG` ends in the background: 7 and 15 are light.
fn is_light(env: &BTreeMap<String, String>) -> bool {
    let background = set(env, "COLORFGBG").and_then(|value| value.rsplit(';').next());
    matches!(background, Some("7" | "15"))
}
