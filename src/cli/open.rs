//! `pilothouse` without a command: the terminal over a running server, or over one of its own
//! (`--embedded DIR`) that lives and dies with it.

use crate::{
    cli::{
        failure::{Exit, Failure},
        linear, output, replay,
        serve::Served,
        session::{self, Session},
    },
    client::Address,
    config, entropy,
    executor::Confinement,
    server::Listen,
    tui::{self, app::Access, theme::Look, update::Start},
};
use std::{
    fs, io,
    io::IsTerminal,
    os::unix::{fs::DirBuilderExt, net::UnixStream},
    path::{Path, PathBuf},
};

#[derive(Debug, clap::Args)]
#[group(skip)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that stands alone on the command line"
)]
pub(crate) struct Arguments {
    /// Serve the definitions in this directory from the same process, and forget it all at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) embedded: Option<PathBuf>,
    /// Practise on a small real fleet of this machine's own: every dialog works and nothing is harmed
    #[arg(long, conflicts_with = "embedded")]
    pub(crate) drill: bool,
    /// Refuse every action
    #[arg(long)]
    pub(crate) read_only: bool,
    /// Speak in lines and numbers, for screen readers; so does ACCESSIBLE=1
    #[arg(long)]
    linear: bool,
    /// Draw with this theme; `pilothouse themes list` lists them
    #[arg(long, value_name = "THEME")]
    theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Spare a slow link: two frames a second, ASCII, 16 colours; `:slow off` ends it
    #[arg(long)]
    slow: bool,
    /// Record all that happens to this file, for `pilothouse replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Record to this file as an asciicast (version 2)
    #[arg(long, value_name = "FILE", conflicts_with = "record")]
    record_cast: Option<PathBuf>,
}

impl Arguments {
    /// How a terminal here is drawn on; `title` when the configuration names no environment.
    pub(crate) fn look(&self, session: &Session, title: &str) -> Look {
        let mut settings = session.settings.clone();
        settings.theme = self.theme.clone().or(settings.theme);
        if self.ascii {
            settings.ascii = Some(true);
        }
        session::look(&settings, title, &session.environment)
    }

    /// How a terminal is drawn and what it records, as the command line has it.
    pub(crate) fn dress(&self, session: &Session, options: &mut tui::Options) {
        options.look = self.look(session, &options.title);
        options.slow = self.slow;
        options.record.file = self.recording();
    }

    /// Makes the asciicast that was asked for out of what was recorded.
    pub(crate) fn make_cast(&self, session: &Session) -> Result<(), Failure> {
        let Some((recording, cast)) = self.recording().zip(self.record_cast.as_ref()) else {
            return Ok(());
        };
        replay::convert(session, self, &recording, cast)
    }

    /// Whether lines are wanted instead of screens.
    pub(crate) fn is_linear(&self, session: &Session) -> bool {
        let asked = session.environment.get("ACCESSIBLE");
        self.linear || asked.is_some_and(|value| value == "1")
    }

    pub(crate) fn access(&self, session: &Session) -> Access {
        if self.read_only || session.settings.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        }
    }

    /// The file that is written while the terminal is open.
    fn recording(&self) -> Option<PathBuf> {
        let of_cast = |cast: &PathBuf| {
            let mut name = cast.clone().into_os_string();
            name.push(".recording");
            PathBuf::from(name)
        };
        let record = self.record.clone();
        record.or(self.record_cast.as_ref().map(of_cast))
    }
}

/// Opens the terminal over the running server.
pub(crate) async fn over_server(
    session: &Session,
    arguments: &Arguments,
    start: Start,
) -> Result<(), Failure> {
    let address = reach(session)?;
    if arguments.is_linear(session) {
        return linear::run(session, arguments, &start).await;
    }
    needs_terminal()?;
    let mut options = session.terminal(address, "PILOTHOUSE");
    options.cache = config::cache_directory(&session.environment)
        .ok()
        .map(|place| place.join("last.json"));
    options.start = start;
    show(session, arguments, options).await
}

/// The address of the server, if something listens there. The terminal itself would show an
/// unreachable server and wait for it; somebody who has just typed the command wants to know how to
/// start one.
pub(crate) fn reach(session: &Session) -> Result<Address, Failure> {
    let address = session.connection.address(&session.environment)?;
    if let Address::Unix(path) = &address
        && let Err(error) = UnixStream::connect(path)
    {
        let message = format!("no server answers at {}: {error}", path.display());
        return Err(Failure::new(Exit::Unreachable, message)
            .hint("`pilothouse serve DIR` starts one, `pilothouse --embedded DIR` needs none, `pilothouse demo` shows it all"));
    }
    Ok(address)
}

/// Opens the terminal over the definitions of a directory, served from here.
pub(crate) async fn embedded(
    session: &Session,
    arguments: &Arguments,
    directory: &Path,
) -> Result<(), Failure> {
    let is_linear = arguments.is_linear(session);
    if !is_linear {
        needs_terminal()?;
    }
    let place = Scratch::new()?;
    let socket = place.0.join("socket");
    let served = Served::start(
        directory,
        (&place.0, Confinement::default()),
        ([Listen::Unix(socket.clone())], None),
    )
    .await?;
    let service = served.service.clone();
    let session = &session.at(socket.clone());
    let shown = if is_linear {
        let talk = linear::run(session, arguments, &Start::Fleet);
        served.during(talk).await
    } else {
        let options = session.terminal(Address::Unix(socket), "EMBEDDED");
        served.during(show(session, arguments, options)).await
    };
    // The state goes with it: no later server finds what steps leave.
    let ended = service.end().await;
    drop(place);
    shown.and(ended.map_err(Failure::from))
}

async fn show(
    session: &Session,
    arguments: &Arguments,
    mut options: tui::Options,
) -> Result<(), Failure> {
    arguments.dress(session, &mut options);
    options.access = arguments.access(session);
    let exit = tui::run(options).await?;
    arguments.make_cast(session)?;
    if exit.last_words.is_empty() {
        return Ok(());
    }
    output::line(&exit.last_words)
}

pub(crate) fn needs_terminal() -> Result<(), Failure> {
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
