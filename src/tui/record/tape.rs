//! A recording that was read, and the app at any of its moments. Playing it asks for nothing: what
//! `update` wants done outside is dropped, so a replay can change nothing anywhere.

use crate::{
    model::Time,
    tui::{
        app::{App, Size},
        event::Event,
        record::line,
        theme::{Glyphs, Look, Theme},
        update::update,
        view,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) recording: u32,
    /// Of the program that recorded it.
    pub(super) version: String,
    /// Whether its screen was ASCII.
    pub(super) ascii: bool,
    /// The app before the first step.
    pub(super) start: Value,
}

/// Something that happened. The event stays as it was written, because the app takes it whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) at: Time,
    pub(super) event: Value,
}

/// The last line, if there is one.
#[derive(Debug, Deserialize)]
struct Ending {
    screen: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Tape {
    header: Header,
    steps: Vec<Step>,
    screen: Option<String>,
}

/// A recording that cannot be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the recording: {why}")]
pub struct BadTape {
    pub line: usize,
    pub why: String,
}

impl Tape {
    /// Reads a recording, and tries each of its lines. A last line that was cut off, as by a machine
    /// that lost its power, is left out.
    pub fn read(text: &str) -> Result<Self, BadTape> {
        let bad = |line: usize, why: String| BadTape { line, why };
        let mut lines = text.lines().enumerate();
        let (_, first) = lines
            .next()
            .ok_or_else(|| bad(1, "the file is empty".to_owned()))?;
        let header: Header =
            serde_json::from_str(first).map_err(|why| bad(1, format!("no recording: {why}")))?;
        if header.recording != VERSION {
            let why = format!(
                "it has version {}, this program plays version {VERSION}",
                header.recording
            );
            return Err(bad(1, why));
        }
        app_of(&header).map_err(|why| bad(1, why))?;
        let mut tape = Self {
            header,
            steps: Vec::new(),
            screen: None,
        };
        let whole = text.ends_with('\n');
        let n_lines = text.lines().count();
        for (at, text) in lines {
            let read = tape.take(text);
            let cut_off = !whole && at + 1 == n_lines;
            match read {
                Err(_cut_off) if cut_off => {}
                read => read.map_err(|why| bad(at + 1, why))?,
            }
        }
        Ok(tape)
    }

    fn take(&mut self, text: &str) -> Result<(), String> {
        if let Ok(Ending { screen }) = serde_json::from_str(text) {
            self.screen = Some(screen.join("\n"));
            return Ok(());
        }
        let step: Step = serde_json::from_str(text).map_err(|why| why.to_string())?;
        event(&step)?;
        self.steps.push(step);
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// When a step happened.
    pub fn at(&self, step: usize) -> Option<Time> {
        self.steps.get(step).map(|step| step.at)
    }

    /// Whether its screen was ASCII.
    pub fn ascii(&self) -> bool {
        self.header.ascii
    }

    /// The screen that it ends with, as it was when it was recorded.
    pub fn screen(&self) -> Option<&str> {
        self.screen.as_deref()
    }

    /// The app after so many steps.
    pub fn app(&self, n_steps: usize) -> App {
        // Reading it has shown that it can be made.
        let mut app = app_of(&self.header).unwrap_or_else(|_why| nothing());
        for step in 0..n_steps {
            self.step(&mut app, step);
        }
        app
    }

    /// Lets one step happen.
    pub fn step(&self, app: &mut App, step: usize) {
        if let Some(step) = self.steps.get(step)
            && let Ok(event) = event(step)
        {
            let _undone = update(app, step.at, event);
        }
    }

    /// The screen at the end, without colours.
    pub fn last_screen(&self) -> String {
        let app = self.app(self.len());
        let Size { width, height } = app.ui.size;
        let mut look = Look::plain();
        if !self.header.ascii {
            look.glyphs = Glyphs::Unicode;
        }
        Theme::load(&look).map_or(String::new(), |theme| {
            let text = view::text(&app, &theme, width, height);
            text.trim_end().to_owned()
        })
    }

    /// The line that says how it ends.
    pub(super) fn ending(&self) -> String {
        let screen = self.last_screen();
        let screen: Vec<&str> = screen.lines().collect();
        line(&json!({ "screen": screen }))
    }
}

fn app_of(header: &Header) -> Result<App, String> {
    App::deserialize(&header.start).map_err(|why| why.to_string())
}

fn event(step: &Step) -> Result<Event, String> {
    Event::deserialize(&step.event).map_err(|why| why.to_string())
}

fn nothing() -> App {
    let size = Size {
        width: 80,
        height: 24,
    };
    let keymap = crate::tui::keymap::Keymap::shipped();
    App::new(String::new(), keymap, size, Time(0))
}
