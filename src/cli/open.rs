//! `pilothouse` without a command: the terminal over a running server, or over one of its own
//! (`--embedded DIR`) that lives and dies with it.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        serve::Served,
        session::Session,
    },
    client::Address,
    config, entropy,
    server::Listen,
    tui::{self, app::Access},
};
use std::{
    fs, io,
    io::IsTerminal,
    os::unix::{fs::DirBuilderExt, net::UnixStream},
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    /// Serve the definitions in this directory from the same process, and forget it all at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) embedded: Option<PathBuf>,
    /// Refuse every action
    #[arg(long)]
    read_only: bool,
}

/// Opens the terminal over the running server.
pub(crate) async fn over_server(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let address = session.connection.address(&session.environment)?;
    // The terminal itself would show an unreachable server and wait for it; somebody who has just
    // typed the command wants to know how to start one.
    if let Address::Unix(path) = &address
        && let Err(error) = UnixStream::connect(path)
    {
        let message = format!("no server answers at {}: {error}", path.display());
        return Err(Failure::new(Exit::Unreachable, message)
            .hint("`pilothouse serve DIR` starts one, `pilothouse --embedded DIR` needs none, `pilothouse demo` shows it all"));
    }
    needs_terminal()?;
    let mut options = session.terminal(address, "PILOTHOUSE");
    options.cache = config::cache_directory(&session.environment)
        .ok()
        .map(|place| place.join("last.json"));
    show(arguments, options).await
}

/// Opens the terminal over the definitions of a directory, served from here.
pub(crate) async fn embedded(
    session: &Session,
    arguments: &Arguments,
    directory: &Path,
) -> Result<(), Failure> {
    needs_terminal()?;
    let place = Scratch::new()?;
    let served = Served::start(directory, &place.0, [Listen::Unix(place.0.join("socket"))]).await?;
    let address = Address::Unix(place.0.join("socket"));
    let shown = served
        .during(show(arguments, session.terminal(address, "EMBEDDED")))
        .await;
    drop(place);
    shown
}

async fn show(arguments: &Arguments, mut options: tui::Options) -> Result<(), Failure> {
    if arguments.read_only {
        options.access = Access::ReadOnly;
    }
    let exit = tui::run(options).await?;
    if exit.last_words.is_empty() {
        return Ok(());
    }
    output::line(&exit.last_words)
}

fn needs_terminal() -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    let message = "this needs a terminal on standard input and output";
    Err(Failure::new(Exit::Usage, message).hint("`pilothouse status` prints the same as text"))
}

/// A directory that nobody else can look into and that is gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let made = entropy::hex(6).and_then(|name| {
            let path = std::env::temp_dir().join(format!("pilothouse-{name}"));
            fs::DirBuilder::new()
                .mode(0o700)
                .create(&path)
                .map(|()| Self(path))
        });
        made.map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("cannot make a temporary directory: {error}"),
            )
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed stays for whoever cleans the temporary directory.
        let _left = fs::remove_dir_all(&self.0);
    }
}
