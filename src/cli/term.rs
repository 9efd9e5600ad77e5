//! `pilothouse term`: what the program has found out about the terminal that it runs in. The first
//! thing to paste into a report about how a screen looks.

use crate::{
    cli::{failure::Failure, output, session::Session},
    config::Settings,
    tui::terminal::Terminal,
};
use std::{io, io::IsTerminal};

/// Report what is known of this terminal and how the screens will be drawn
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(session: &Session, _arguments: &Arguments) -> Result<(), Failure> {
    let address = session.connection.address(&session.environment)?;
    let server = address.to_string();
    let options = session.terminal(address, "PILOTHOUSE");
    let is = |name: &str| session.environment.get(name).map_or("-", String::as_str);
    let tty = |is_terminal: bool| {
        if is_terminal {
            "a terminal"
        } else {
            "no terminal"
        }
    };
    let size = Terminal::size().map_or("unknown".to_owned(), |size| {
        format!("{}x{}", size.width, size.height)
    });
    let multiplexer = match (is("TMUX"), is("STY")) {
        ("-", "-") => "none",
        ("-", _) => "screen",
        _ => "tmux",
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(is);
    let locale = locale.into_iter().find(|value| !["-", ""].contains(value));
    let look = &options.look;
    let config = Settings::path(&session.environment);
    let config = config.map_or("no place for one".to_owned(), |path| {
        let there = if path.exists() { "" } else { " (not there)" };
        format!("{}{there}", path.display())
    });
    let rows = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("TERM", is("TERM").to_owned()),
        ("COLORTERM", is("COLORTERM").to_owned()),
        ("colours", format!("{:?}", look.depth).to_lowercase()),
        ("theme", look.theme.clone()),
        ("glyphs", format!("{:?}", look.glyphs).to_lowercase()),
        ("locale", locale.unwrap_or("-").to_owned()),
        ("size", size),
        ("input", tty(io::stdin().is_terminal()).to_owned()),
        ("output", tty(io::stdout().is_terminal()).to_owned()),
        ("multiplexer", multiplexer.to_owned()),
        (
            "over ssh",
            if is("SSH_CONNECTION") == "-" {
                "no"
            } else {
                "yes"
            }
            .to_owned(),
        ),
        ("frames a second", options.frames.to_string()),
        ("frames shown whole", options.synchronized.to_string()),
        ("configuration", config),
        ("server", server),
    ];
    let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
    let lines = output::table(&rows);
    lines.iter().try_for_each(|line| output::line(line))
}
