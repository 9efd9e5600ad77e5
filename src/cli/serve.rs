//! `pilothouse serve`: the engine and its interface, until a signal ends them.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    client::Address,
    clock, config, definition,
    executor::this_program,
    server::{Listen, Server, token},
    service::{Service, Setup},
};
use std::{
    future::Future,
    io,
    io::IsTerminal,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    task::JoinSet,
};
use tracing_subscriber::EnvFilter;

/// Run the pipelines that a directory defines, and serve them on the Unix socket
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The directory of definitions
    directory: PathBuf,
    /// Where journal, artifacts and logs are kept [default: $XDG_STATE_HOME/pilothouse]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Let a group of this machine get to the socket too; what its members may do stands in
    /// organization.toml under [[access]]
    #[arg(long, value_name = "GROUP")]
    socket_group: Option<String>,
    /// Serve on a loopback port too, such as 127.0.0.1:7070, for who has the token
    #[arg(long, value_name = "ADDRESS")]
    tcp: Option<SocketAddr>,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    log(session);
    let state = match &arguments.state {
        Some(path) => path.clone(),
        None => config::state_directory(&session.environment)?,
    };
    let socket = session.connection.socket(&session.environment)?;
    let mut listens = vec![on_socket(&socket, arguments.socket_group.as_ref())];
    if let Some(addr) = arguments.tcp {
        let token = token::open(&state)?;
        listens.push(Listen::Tcp { addr, token });
    }
    let end = ended()?;
    let served = Served::start(&arguments.directory, &state, listens).await?;
    let names = served.names.join(", ");
    output::line(&format!("serving {names} on {}", socket.display()))?;
    for url in &served.urls {
        let file = state.join(token::FILE);
        output::line(&format!(
            "serving on {url} with the token in {}, and those of `pilothouse token`",
            file.display()
        ))?;
    }
    let service = served.service.clone();
    let until = async {
        tokio::select! {
            () = end => Ok(()),
            why = service.broken() => Err(broken(&why)),
        }
    };
    let service = served.service.clone();
    let reloading = tokio::spawn(reload_on(hangup()?, service));
    let done = served.during(until).await;
    reloading.abort();
    done
}

fn on_socket(path: &Path, group: Option<&String>) -> Listen {
    let path = path.to_owned();
    match group.cloned() {
        Some(group) => Listen::Shared { path, group },
        None => Listen::Unix(path),
    }
}

/// A sync or a write that failed is never tried again: it could seem to succeed over lost facts.
fn broken(why: &str) -> Failure {
    let ends = "the server ends, because nobody knows what of the last commit is on the disk";
    Failure::new(Exit::Failed, format!("{why}; {ends}"))
        .hint("see to the disk, then start it again: it goes on from what is there")
}

/// A service with its servers.
pub(crate) struct Served {
    /// The pipelines.
    names: Vec<String>,
    /// Where it is served beside the socket; no longer port 0, where that was asked for.
    urls: Vec<String>,
    service: Service,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
}

impl Served {
    pub(crate) async fn start(
        directory: &Path,
        state: &Path,
        listens: impl IntoIterator<Item = Listen>,
    ) -> Result<Self, Failure> {
        let loaded = definition::load(directory, clock::now())?;
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        let names = loaded
            .definitions
            .iter()
            .map(|each| each.name.to_string())
            .collect();
        // Bound first: two servers on one socket must not both touch the state directory.
        let servers = listens
            .into_iter()
            .map(Server::bind)
            .collect::<Result<Vec<_>, _>>()?;
        let urls = servers.iter().filter_map(|server| match server.address() {
            Address::Unix(_) => None,
            tcp @ Address::Tcp { .. } => Some(tcp.to_string()),
        });
        let urls = urls.collect();
        let setup = Setup {
            loaded,
            state: state.to_owned(),
            program: this_program().map_err(|why| {
                let words = format!("cannot find this program's own file: {why}");
                Failure::new(Exit::Failed, words)
            })?,
        };
        let service = Service::start(setup).await?;
        let (stop, stopping) = watch::channel(false);
        let mut running = JoinSet::new();
        for server in servers {
            let (service, mut stopping) = (service.clone(), stopping.clone());
            running.spawn(async move {
                let until = async move {
                    // An error is a dropped sender, which means stop too.
                    let _stopped = stopping.wait_for(|stop| *stop).await.is_ok();
                };
                server.run(service, until).await;
            });
        }
        Ok(Self {
            names,
            urls,
            service,
            stop,
            servers: running,
        })
    }

    /// Serves until the work is done, then stops everything in order.
    pub(crate) async fn during<T>(
        mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let done = work.await;
        self.stop.send_replace(true);
        while self.servers.join_next().await.is_some() {}
        self.service.stop().await;
        done
    }
}

/// Done at the first SIGTERM or SIGINT.
fn ended() -> Result<impl Future<Output = ()>, Failure> {
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn hangup() -> Result<Signal, Failure> {
    listen(SignalKind::hangup())
}

fn listen(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind)
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot wait for signals: {error}")))
}

/// Takes the definitions in again at every SIGHUP, and says in the log what came of it.
async fn reload_on(mut hangup: Signal, service: Service) {
    while hangup.recv().await.is_some() {
        match service.reload(None, None).await {
            Ok(plan) => {
                let pipelines = plan.pipelines.len();
                tracing::info!(pipelines, "the definitions were read again");
            }
            Err(why) => tracing::error!("the definitions were not taken over: {why}"),
        }
    }
}

/// The server's own log goes to stderr, as much as PILOTHOUSE_LOG asks for.
fn log(session: &Session) {
    let wanted = session
        .environment
        .get("PILOTHOUSE_LOG")
        .map_or("info", String::as_str);
    let set = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(wanted))
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .try_init();
    // A log that is set up already is as good.
    let _already = set.is_ok();
}
