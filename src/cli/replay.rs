//! `pilothouse replay`: what somebody saw, once more, from a recording of it; or written as an
//! asciicast for those who only want to watch.

use crate::{
    cli::{
        failure::{Exit, Failure},
        open, output,
        session::Session,
    },
    config,
    tui::{
        own::ThemeFiles,
        record::{cast::cast, player::play, tape::Tape},
        theme::{Glyphs, Look, Theme},
    },
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// For themes that say how an environment's name looks: a recording may be of any.
const TITLE: &str = "REPLAY";

/// Play a recording of the terminal; nothing in it can reach a server
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As `y r` or --record wrote it
    file: PathBuf,
    /// Write it to this file as an asciicast (version 2) instead
    #[arg(long, value_name = "FILE")]
    cast: Option<PathBuf>,
    /// Print the screen that it ends with instead
    #[arg(long, conflicts_with = "cast")]
    last: bool,
}

pub(crate) fn run(
    session: &Session,
    terminal: &open::Arguments,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let tape = read(&arguments.file)?;
    if arguments.last {
        return output::line(&tape.last_screen());
    }
    let look = terminal.look(session, TITLE);
    if let Some(path) = &arguments.cast {
        return write_cast(session, &tape, look, path);
    }
    open::needs_terminal()?;
    let theme = theme(session, &look)?;
    Ok(play(&tape, &theme)?)
}

/// Out of the user's own, and those that come with the program.
fn theme(session: &Session, look: &Look) -> Result<Theme, Failure> {
    let config = config::config_directory(&session.environment).ok();
    let shelf = ThemeFiles::under(config.as_deref()).read();
    shelf.load(look).map_err(Failure::of)
}

fn read(path: &Path) -> Result<Tape, Failure> {
    let failed = |why: String| Failure::new(Exit::Failed, format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|why| failed(why.to_string()))?;
    Tape::read(&text).map_err(|why| failed(why.to_string()))
}

/// Whoever watches it has another terminal than this one, so only the glyphs are as they were.
fn write_cast(session: &Session, tape: &Tape, look: Look, path: &Path) -> Result<(), Failure> {
    let glyphs = if tape.ascii() {
        Glyphs::Ascii
    } else {
        Glyphs::Unicode
    };
    let theme = theme(session, &Look { glyphs, ..look })?;
    let text = cast(tape, &theme).join("\n");
    fs::write(path, format!("{text}\n")).map_err(|why| {
        Failure::new(
            Exit::Failed,
            format!("cannot write {}: {why}", path.display()),
        )
    })
}

/// Makes an asciicast of a recording that was only made for it.
pub(crate) fn convert(
    session: &Session,
    terminal: &open::Arguments,
    recording: &Path,
    cast: &Path,
) -> Result<(), Failure> {
    write_cast(
        session,
        &read(recording)?,
        terminal.look(session, TITLE),
        cast,
    )?;
    fs::remove_file(recording).map_err(|why| {
        let message = format!("cannot remove {}: {why}", recording.display());
        Failure::new(Exit::Failed, message)
    })
}
