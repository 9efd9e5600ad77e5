//! Everything the terminal knows: the replica of the server's facts, the link they came over, and
//! what the operator has on the screen. `update` alone changes it; `view` only reads it.

use crate::{
    api::Viewer,
    client::Link,
    model::{
        self, Actor, DeliveryReport, Entry, Org, Pipeline, PipelineName, RequestKey, Span, Summary,
        Time,
    },
    tui::{
        chord::Key,
        dialog::Dialog,
        keymap::Keymap,
        loaded::Loaded,
        report::Report,
        roster::Roster,
        screen::{FleetScreen, Screen},
        text::{ClockMode, Times},
        theme::Theme,
    },
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

#[derive(Debug, Serialize, Deserialize)]
pub struct App {
    pub replica: Replica,
    /// What the feed last said of the connection; its age is counted against `ui.now`.
    pub link: Link,
    /// Set while the screen stands still: then `replica` is what it shows.
    pub frozen: Option<Box<Frozen>>,
    #[serde(skip)]
    pub loaded: Loaded,
    pub ui: Ui,
}

/// The world behind a screen that stands still.
#[derive(Debug, Serialize, Deserialize)]
pub struct Frozen {
    pub live: Replica,
    /// The local clock when the screen was frozen.
    pub at: Time,
    /// What happened since.
    pub events: u64,
}

/// What the server has told, folded by the same rules as the server's own state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// One row per pipeline of the fleet.
    pub rows: Roster,
    /// The pipelines that were opened; only these get their facts.
    pub opened: BTreeMap<PipelineName, Opened>,
    pub org: Org,
    /// Who the server takes us for.
    pub operator: Option<Actor>,
    /// What it grants them; none before it said.
    #[serde(default)]
    pub access: Option<model::Access>,
    pub version: Option<String>,
    /// The server's clock minus ours, in milliseconds.
    pub offset_ms: i64,
    /// The server's clock when all this was seen, if it is from the last time and nothing has come
    /// yet.
    pub remembered: Option<Time>,
    /// The delivery figures that were asked for last, and why the newest ones did not come.
    pub delivery: Option<Box<DeliveryReport>>,
    pub delivery_trouble: Option<String>,
    /// The others who follow the stream.
    #[serde(default)]
    pub viewers: Vec<Viewer>,
    /// Events missed at the last gap, until somebody looked; none when nothing was missed.
    pub missed: Option<u64>,
}

/// What was seen the last time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Remembered {
    pub at: Time,
    pub rows: Vec<Summary>,
    pub org: Org,
}

/// A pipeline whose facts we follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub pipeline: Pipeline,
    /// The newest entries, oldest first, at most [`ENTRIES_KEPT`].
    pub entries: VecDeque<Entry>,
}

/// Loaded at once: enough for the events screen of a busy night.
pub const ENTRIES_PAGE: usize = 500;
/// Kept of a pipeline in all, with what was loaded from before: a bound on memory.
pub const ENTRIES_KEPT: usize = 5_000;

/// What the operator has before them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ui {
    /// The stack of screens, never empty; the last is on top.
    pub screens: Vec<Screen>,
    /// The stack of screens to jump back to.
    pub bookmark: Option<Vec<Screen>>,
    /// A command being considered, above all screens.
    #[serde(skip)]
    pub dialog: Option<Dialog>,
    /// The line being typed after `/` or `:`.
    #[serde(skip)]
    pub prompt: Option<Prompt>,
    /// Keys of a chord begun; with `a` or `y` the view shows what may follow.
    #[serde(skip)]
    pub chord: Vec<Key>,
    pub flash: Option<Flash>,
    /// Commands that were sent and are not settled yet: at most one per stream.
    #[serde(skip)]
    pub in_flight: BTreeMap<Option<PipelineName>, InFlight>,
    pub size: Size,
    /// The local clock at the last event.
    pub now: Time,
    pub clock: ClockMode,
    /// The zone that local times are written in.
    pub zone: Tz,
    pub access: Access,
    /// Whether the link is spared: then the clock counts minutes.
    #[serde(default)]
    pub slow: bool,
    #[serde(default)]
    pub grain: Grain,
    /// How long the terminal takes to answer, where it is asked.
    #[serde(default)]
    pub round_trip: Option<Span>,
    /// Whether the mouse is listened to.
    #[serde(default)]
    pub mouse: bool,
    /// Whether the keys go to this terminal, where it says so.
    #[serde(skip)]
    pub focused: Option<bool>,
    #[serde(skip, default = "Keymap::shipped")]
    pub keymap: &'static Keymap,
    /// What the terminal is taken for.
    pub report: Report,
    /// The names of the themes that can be put on.
    #[serde(skip, default = "Theme::shipped")]
    pub themes: Vec<String>,
    /// `PROD-US`: the first word on the screen, so that nobody mistakes where they are.
    pub title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// How finely the clock and the ages on the screen count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grain {
    #[default]
    Seconds,
    /// An idle screen costs nothing until the minute is full.
    Minutes,
}

/// Whether this terminal may ask for changes at all (S1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    #[default]
    ReadWrite,
    /// Taken away here with `:ro`; `:rw` gives it back.
    Paused,
    /// By how it was started, for as long as it runs.
    ReadOnly,
}

/// A line being typed at the bottom of the screen.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    pub kind: PromptKind,
    pub input: tui_input::Input,
    /// Which suggestion of the palette was moved to.
    pub chosen: Option<usize>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromptKind {
    #[default]
    Filter,
    Palette,
}

/// The last result, in the flash line. Errors stay until a key is pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub level: FlashLevel,
    pub text: String,
    pub at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlashLevel {
    Info,
    Error,
    /// Ctrl-c was pressed once: a second one soon leaves.
    Leaving,
}

/// A command that was sent and whose end is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    pub key: RequestKey,
    /// What it does, in the words of its plan.
    pub title: String,
    pub sent: Time,
    /// Set when the answer was lost: then we ask what became of the key, and never send again (S11).
    pub asking: Option<Asking>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub why: String,
    pub tries: u32,
    pub next: Time,
}

impl App {
    /// An app that has heard nothing yet, on the fleet list.
    pub fn new(title: String, keymap: &'static Keymap, size: Size, now: Time) -> Self {
        Self {
            replica: Replica::default(),
            link: Link::Connecting,
            frozen: None,
            loaded: Loaded::default(),
            ui: Ui {
                screens: vec![Screen::Fleet(FleetScreen::default())],
                bookmark: None,
                dialog: None,
                prompt: None,
                chord: Vec::new(),
                flash: None,
                in_flight: BTreeMap::new(),
                size,
                now,
                clock: ClockMode::Utc,
                zone: Tz::UTC,
                access: Access::ReadWrite,
                slow: false,
                grain: Grain::Seconds,
                round_trip: None,
                mouse: false,
                focused: None,
                keymap,
                report: Report::default(),
                themes: Theme::shipped(),
                title,
            },
        }
    }

    /// The server's clock, as far as we know it: what ages on the screen are counted by. It stands
    /// still with a frozen screen.
    pub fn server_now(&self) -> Time {
        let seen = self.frozen.as_ref().map(|frozen| frozen.at);
        self.on_server(seen.unwrap_or(self.ui.now))
    }

    /// The server's clock as the screen counts by it: what is shown changes at full steps only, all at
    /// once.
    pub fn shown_now(&self) -> Time {
        floor(self.server_now(), self.step())
    }

    /// The local clock at the server's last full second, for what counts seconds however finely the
    /// ages do.
    pub fn second(&self) -> Time {
        self.full(self.ui.now, Span::seconds(1))
    }

    /// How far apart the moments are at which ages and the clock change.
    pub fn step(&self) -> Span {
        match self.ui.grain {
            Grain::Seconds if !self.ui.slow => Span::seconds(1),
            Grain::Seconds | Grain::Minutes => Span::minutes(1),
        }
    }

    /// The local moment of the last full step of the server's clock.
    pub fn full(&self, local: Time, step: Span) -> Time {
        let full = floor(self.on_server(local), step);
        Time(full.0.saturating_sub(self.replica.offset_ms))
    }

    /// Whether what is shown may be wrong by now: there was something, and nobody tells of changes.
    pub fn is_old(&self) -> bool {
        self.link.last().is_none() && !self.replica.rows.is_empty()
    }

    /// An instant of the local clock on the server's.
    pub fn on_server(&self, local: Time) -> Time {
        Time(local.0.saturating_add(self.replica.offset_ms))
    }

    /// How instants are to be written here and now.
    pub fn times(&self) -> Times {
        Times {
            mode: self.ui.clock,
            zone: self.ui.zone,
            now: self.shown_now(),
        }
    }

    /// The screen on top.
    pub fn screen(&self) -> &Screen {
        &self.ui.screens[self.ui.screens.len() - 1]
    }

    /// The state of a pipeline, once it was opened and its snapshot has come.
    pub fn pipeline(&self, name: &PipelineName) -> Option<&Pipeline> {
        self.replica.opened.get(name).map(|opened| &opened.pipeline)
    }
}

fn floor(at: Time, step: Span) -> Time {
    let step = i64::try_from(step.0).unwrap_or(i64::MAX).max(1);
    Time(at.0 - at.0.rem_euclid(step))
}
