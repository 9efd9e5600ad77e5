//! What every command that speaks to a server needs: the client, and the answers to the questions
//! that several of them ask first.

use crate::{
    api::Snapshot,
    cli::failure::{Exit, Failure},
    client::{Address, Client, ClientError},
    config::{self, Colours, Connection, Environment, Settings},
    model::PipelineName,
    tui::{
        self, Bell, Clipboard, Distance,
        app::{Access, Grain},
        record::Recordings,
        report::Report,
        terminal::{Window, notice::Notices},
        theme::{Depth, Glyphs, Look, Wanted},
        update::Start,
    },
};
use std::{
    future::Future,
    path::{Path, PathBuf},
};
use tokio::runtime::Builder;

/// Where the program was started, and for which server.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) connection: Connection,
    pub(crate) environment: Environment,
    pub(crate) settings: Settings,
}

impl Session {
    pub(crate) fn open(connection: Connection) -> Result<Self, Failure> {
        let environment = config::environment();
        Ok(Self {
            settings: Settings::load(&environment)?,
            connection,
            environment,
        })
    }

    /// The same for the server at another socket.
    pub(crate) fn at(&self, socket: PathBuf) -> Self {
        let connection = Connection {
            socket: Some(socket),
            ..Connection::default()
        };
        Self {
            connection,
            environment: self.environment.clone(),
            settings: self.settings.clone(),
        }
    }

    /// The state directory of a server here: the one that was named, else this user's.
    pub(crate) fn state(&self, named: Option<&Path>) -> Result<PathBuf, Failure> {
        match named {
            Some(path) => Ok(path.to_owned()),
            None => Ok(config::state_directory(&self.environment)?),
        }
    }

    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let address = self.connection.address(&self.environment)?;
        Ok(Client::new(address)?)
    }

    /// How the terminal opens on a server here; `title` when the configuration names no environment.
    pub(crate) fn terminal(&self, address: Address, title: &str) -> tui::Options {
        let is_set = |name| self.environment.get(name).is_some_and(|v| !v.is_empty());
        let settings = &self.settings;
        let look = look(settings, title, &self.environment);
        let frames = if is_set("SSH_CONNECTION") { 10 } else { 30 };
        // GNU screen says so by this variable.
        let synchronized = settings.synchronized.unwrap_or(!is_set("STY"));
        tui::Options {
            report: Report::gather(&look, frames, synchronized, &self.environment),
            address,
            access: if settings.read_only {
                Access::ReadOnly
            } else {
                Access::ReadWrite
            },
            cache: None,
            config: config::config_directory(&self.environment).ok(),
            zone: settings
                .time_zone
                .unwrap_or_else(|| config::time_zone(&self.environment)),
            start: Start::Fleet,
            record: Recordings {
                folder: config::state_directory(&self.environment)
                    .ok()
                    .map(|state| state.join("recordings")),
                file: None,
            },
            look,
            title: named(settings, title),
            exports: config::state_directory(&self.environment)
                .ok()
                .map(|state| state.join("exports")),
            frames,
            window: window(&self.environment),
            bell: if settings.bell.unwrap_or(true) {
                Bell::Rings
            } else {
                Bell::Silent
            },
            notices: settings
                .notifications
                .filter(|wanted| *wanted)
                .and_then(|_| Notices::of(&self.environment)),
            clipboard: clipboard(settings, &self.environment),
            grain: if settings.seconds.unwrap_or(true) {
                Grain::Seconds
            } else {
                Grain::Minutes
            },
            slow: false,
            synchronized,
            distance: if is_set("SSH_CONNECTION") && !is_set("TMUX") && !is_set("STY") {
                Distance::Measured
            } else {
                Distance::Unasked
            },
        }
    }
}

/// Where copied text goes; the programs of desktops that run here are known by what these set.
fn clipboard(settings: &Settings, environment: &Environment) -> Clipboard {
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    match settings.clipboard.unwrap_or(config::Clipboard::Osc52) {
        config::Clipboard::Osc52 => Clipboard::Terminal,
        config::Clipboard::Off => Clipboard::Off,
        config::Clipboard::Native => {
            let known = [
                (is_set("WAYLAND_DISPLAY"), "wl-copy"),
                (is_set("DISPLAY"), "xclip -selection clipboard"),
                (cfg!(target_os = "macos"), "pbcopy"),
            ];
            let there = known.into_iter().filter(|(there, _)| *there);
            let programs = there.map(|(_, line)| line.split(' ').map(str::to_owned).collect());
            Clipboard::Native(programs.collect())
        }
    }
}

/// A terminal of text alone has no title, and would show what is meant for one.
fn window(environment: &Environment) -> Window {
    let term = environment.get("TERM").map_or("", String::as_str);
    match term {
        "" | "dumb" | "linux" => Window::None,
        _ if term.starts_with("vt") => Window::None,
        _ => Window::Titled,
    }
}

/// The first word of the screen: as the configuration has it, else `title`.
fn named(settings: &Settings, title: &str) -> String {
    settings.environment.clone().unwrap_or(title.to_owned())
}

/// What these settings make of a terminal in this environment; `name` is the server's when the
/// configuration names none.
pub(crate) fn look(settings: &Settings, name: &str, environment: &Environment) -> Look {
    let glyphs = settings.ascii.map(|ascii| {
        if ascii {
            Glyphs::Ascii
        } else {
            Glyphs::Unicode
        }
    });
    let wanted = Wanted {
        theme: settings.theme.clone(),
        glyphs,
        background: settings.background,
        depth: settings.colours.map(|colours| match colours {
            Colours::None => Depth::None,
            Colours::Sixteen => Depth::Ansi,
            Colours::Many => Depth::Indexed,
            Colours::All => Depth::True,
        }),
        environment: named(settings, name),
    };
    Look::decide(&wanted, environment)
}

/// Runs a command that waits for a server; one thread is enough for that.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    run(Builder::new_current_thread(), work)
}

/// Runs a command that is a server.
pub(crate) fn serve<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    run(Builder::new_multi_thread(), work)
}

fn run<T>(
    mut builder: Builder,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let runtime = builder.enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(Exit::Failed, format!("cannot start the runtime: {error}"))
    })?;
    runtime.block_on(work)
}

/// A pipeline as it is; an unknown one is named with those there are.
pub(crate) async fn snapshot(client: &Client, name: &PipelineName) -> Result<Snapshot, Failure> {
    match client.pipeline(name).await {
        Err(ClientError::Problem { problem, .. })
            if problem.is(crate::api::ProblemKind::UnknownPipeline) =>
        {
            let rows = client.fleet().await?.rows;
            let known: Vec<&str> = rows.iter().map(|row| row.pipeline.as_str()).collect();
            let message = format!(
                "there is no pipeline {name}; the pipelines are {}",
                known.join(", ")
            );
            Err(Failure::new(Exit::Failed, message))
        }
        answer => Ok(answer?),
    }
}
