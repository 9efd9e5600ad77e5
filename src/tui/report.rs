//! What the terminal is taken for, and why: for the help screen, and as text for a bug report. Pure:
//! the environment comes in as a map.

use crate::tui::{
    app::{Access, App},
    theme::{Depth, Glyphs, Look},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the terminal was set up, in the words of the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    rows: Vec<(String, String)>,
}

/// Rows that change while the terminal is open.
pub const THEME: &str = "theme";
pub const SLOW: &str = "slow link";
pub const MOUSE: &str = "mouse";
pub const CLIPBOARD: &str = "clipboard";
pub const ROUND_TRIP: &str = "round trip";

/// Variables that the decisions hang on.
const ASKED: [&str; 10] = [
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "COLORFGBG",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
];

impl Report {
    /// What was decided, and by which variables.
    pub fn gather(
        look: &Look,
        frames: u32,
        synchronized: bool,
        environment: &BTreeMap<String, String>,
    ) -> Self {
        let colours = match look.depth {
            Depth::None => "none",
            Depth::Ansi => "16",
            Depth::Indexed => "256",
            Depth::True => "16 million",
        };
        let glyphs = match look.glyphs {
            Glyphs::Ascii => "ascii",
            Glyphs::Unicode => "unicode",
        };
        let synchronized = if synchronized { "yes" } else { "no" };
        let version = env!("CARGO_PKG_VERSION");
        let mut rows = vec![
            ("version", format!("pilothouse {version}")),
            (THEME, look.theme.clone()),
            ("colours", colours.to_owned()),
            ("glyphs", glyphs.to_owned()),
            ("frames", format!("at most {frames} in a second")),
            (SLOW, "no".to_owned()),
            ("whole frames", format!("{synchronized} (mode 2026)")),
            ("paste", "bracketed (mode 2004)".to_owned()),
            (CLIPBOARD, "OSC 52".to_owned()),
            (MOUSE, "off".to_owned()),
            (ROUND_TRIP, "not measured".to_owned()),
        ];
        // An address tells where somebody sits; that there is one is enough.
        let told = |name: &'static str| match environment.get(name) {
            Some(_) if name == "SSH_CONNECTION" => "set".to_owned(),
            Some(value) => value.clone(),
            None => "not set".to_owned(),
        };
        rows.extend(ASKED.map(|name| (name, told(name))));
        let rows = rows.into_iter().map(|(what, how)| (what.to_owned(), how));
        Self {
            rows: rows.collect(),
        }
    }

    /// What was decided has changed.
    pub fn set(&mut self, what: &str, how: String) {
        let mut rows = self.rows.iter_mut();
        if let Some((_, old)) = rows.find(|(known, _)| known == what) {
            *old = how;
        }
    }

    /// What was decided, each with its name.
    pub fn rows(&self) -> &[(String, String)] {
        &self.rows
    }
}

/// The report as it is now, with what can change: size, link, clock, rights.
pub fn now(app: &App) -> Vec<(String, String)> {
    let (size, replica) = (app.ui.size, &app.replica);
    let access = match app.ui.access {
        Access::ReadWrite => "read-write",
        Access::Paused => "read-only by :ro",
        Access::ReadOnly => "read-only from the start",
    };
    let heard = app.link.last().map(|last| app.on_server(last).utc());
    let heard = heard.map_or_else(String::new, |at| {
        at.format(", heard at %H:%M:%SZ").to_string()
    });
    let unknown = || "not told yet".to_owned();
    let started = app.ui.report.rows();
    let live = [
        ("size", format!("{}x{}", size.width, size.height)),
        ("link", format!("{}{heard}", app.link.word())),
        ("server", replica.version.clone().unwrap_or_else(unknown)),
        (
            "clock",
            format!("server's minus ours {}ms", replica.offset_ms),
        ),
        ("access", access.to_owned()),
        ("pipelines", replica.rows.len().to_string()),
    ];
    let live = live.map(|(what, how)| (what.to_owned(), how));
    started.iter().cloned().chain(live).collect()
}

/// For a bug report: a line for each.
pub fn text(app: &App) -> String {
    let lines = now(app).into_iter();
    let lines = lines.map(|(what, how)| format!("{what:<14} {how}\n"));
    lines.collect()
}
