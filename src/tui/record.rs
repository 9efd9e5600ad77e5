//! Records what happens to the terminal: the state at the start and every event since, so that what
//! somebody saw can be seen again and be a test. The newest part is always kept in memory and written
//! when it is asked for, or when the program panics; with `--record` all of it goes to a file as it
//! happens. Whatever goes wrong in here never disturbs the terminal.
//!
//! ```text
//! {"recording":1,"version":"0.1.0","ascii":true,"start":{...the app...}}
//! {"at":"2026-03-09T03:12:45Z","event":{"Key":...}}
//! ...
//! {"screen":["PROD > fleet ...", ...]}      what a replay ends with, without colours
//! ```

pub mod cast;
pub mod player;
mod redact;
pub mod tape;

use crate::{
    entropy,
    model::Time,
    tui::{app::App, event::Event},
};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use tape::{Header, Tape, VERSION};

/// So much is kept at least: a busy quarter of an hour of a small fleet.
const KEPT_BYTES: usize = 1 << 20;
/// With more pipelines than this a state costs more memory than a recording is worth.
const KEPT_ROWS: usize = 1_000;

/// Where recordings and pictures of the screen go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recordings {
    /// For those that are asked for by key; none when there is no place for them.
    pub folder: Option<PathBuf>,
    /// All that happens, as it happens.
    pub file: Option<PathBuf>,
}

#[derive(Debug)]
pub struct Recorder {
    folder: Option<PathBuf>,
    ascii: bool,
    /// The state before the first of the lines.
    start: String,
    lines: Vec<String>,
    bytes: usize,
    /// None when nobody wanted it, or when writing it has failed.
    file: Option<File>,
}

impl Recorder {
    /// Starts with the app as it is. What is wrong with the file that was asked for is said at once.
    pub fn new(app: &App, ascii: bool, wanted: &Recordings) -> io::Result<Self> {
        let start = header(app, ascii);
        let mut file = None;
        if let Some(path) = &wanted.file {
            let mut made = create(path)?;
            writeln!(made, "{start}")?;
            file = Some(made);
        }
        Ok(Self {
            folder: wanted.folder.clone(),
            ascii,
            start,
            lines: Vec::new(),
            bytes: 0,
            file,
        })
    }

    /// Takes note of an event that is about to be taken in at `now`. What went wrong with the file, if
    /// anything did; then there is no more of it.
    pub fn note(&mut self, app: &App, now: Time, event: &Event) -> Option<String> {
        let kept = app.replica.rows.len() <= KEPT_ROWS;
        if !kept && self.file.is_none() {
            self.lines.clear();
            return None;
        }
        self.compact(app);
        let line = redact::line(app, now, event);
        let mut trouble = None;
        if let Some(file) = &mut self.file
            && let Err(why) = writeln!(file, "{line}")
        {
            self.file = None;
            trouble = Some(format!("the recording ends here: {why}"));
        }
        if kept {
            self.bytes += line.len();
            self.lines.push(line);
        }
        trouble
    }

    /// Starts anew from the app as it is, when enough has been kept and nothing is half done in it:
    /// what is being typed is no part of a state.
    fn compact(&mut self, app: &App) {
        let enough = self.bytes > KEPT_BYTES.max(2 * self.start.len());
        let ui = &app.ui;
        let at_rest = ui.dialog.is_none()
            && ui.prompt.is_none()
            && ui.chord.is_empty()
            && ui.in_flight.is_empty();
        if enough && at_rest {
            self.start = header(app, self.ascii);
            self.lines.clear();
            self.bytes = 0;
        }
    }

    /// Writes what is kept to a new file, with the screen that a replay of it ends with.
    ///
    /// # Errors
    /// Where and why it could not be written.
    pub fn write(&self) -> Result<PathBuf, String> {
        let too_large = "the fleet is too large to be kept in memory: start with --record FILE";
        if self.lines.is_empty() {
            return Err(too_large.to_owned());
        }
        let mut text = format!("{}\n{}\n", self.start, self.lines.join("\n"));
        if let Ok(tape) = Tape::read(&text) {
            text.push_str(&tape.ending());
            text.push('\n');
        }
        self.save("recording", &[("jsonl", text.as_bytes())])
    }

    /// Writes something to new files in the folder, one for each ending. The path of the last.
    ///
    /// # Errors
    /// Where and why it could not be written.
    pub fn save(&self, what: &str, files: &[(&str, &[u8])]) -> Result<PathBuf, String> {
        let none = || "there is no place for it: neither XDG_STATE_HOME nor HOME is set".to_owned();
        let folder = self.folder.as_ref().ok_or_else(none)?;
        let name = entropy::hex(4).map_err(|why| why.to_string())?;
        let mut path = folder.clone();
        let mut builder = fs::DirBuilder::new();
        let mut written = builder.recursive(true).mode(0o700).create(folder);
        for (ending, bytes) in files {
            path = folder.join(format!("{what}-{name}.{ending}"));
            let write = |()| create(&path).and_then(|mut file| file.write_all(bytes));
            written = written.and_then(write);
        }
        match written {
            Ok(()) => Ok(path),
            Err(why) => Err(format!("{}: {why}", path.display())),
        }
    }
}

/// What led to a panic is worth more than anything; the terminal is the shell's again by then.
impl Drop for Recorder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let said = match self.write() {
            Ok(path) => format!("what led to it is in {}\n", path.display()),
            Err(why) => format!("what led to it could not be recorded: {why}\n"),
        };
        let _unheard = io::stderr().write_all(said.as_bytes());
    }
}

/// Only for its owner: a recording shows what an operator sees.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

fn header(app: &App, ascii: bool) -> String {
    line(&Header {
        recording: VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ascii,
        start: serde_json::to_value(app).unwrap_or_default(),
    })
}

/// One value as a line; what cannot be written is a line that no reader takes.
fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
