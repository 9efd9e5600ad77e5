//! `pilothouse serve`: the engine and its interface, until a signal ends them.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        session::{self, Session},
    },
    client::Address,
    clock, definition,
    executor::{Confinement, StepUser, this_program},
    model::{Bytes, CpuPercent, Limits},
    server::{Certificate, Expected, Issuer, Listen, Server, ServerError, token},
    service::{Service, Setup},
};
use futures_util::FutureExt as _;
use nix::sys::stat::{Mode, umask};
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
    /// Serve on a port too, for who has a token: on loopback, such as 127.0.0.1:7070, or with the
    /// three switches below anywhere, such as 0.0.0.0:7443
    #[arg(long, value_name = "ADDRESS")]
    tcp: Option<SocketAddr>,
    /// Speak TLS on that port with this chain of certificates, in PEM form; SIGHUP reads it again
    #[arg(long, value_name = "FILE", requires_all = ["tcp", "tls_key", "tls_names"])]
    tls_cert: Option<PathBuf>,
    /// The certificate's key, which others must not be able to read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A name under which the server is asked for; may be given more than once
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls_cert")]
    tls_names: Vec<String>,
    /// Take tokens on that port too that this OpenID Connect issuer signed; what their bearers may do
    /// stands in organization.toml under [[access]]
    #[arg(long, value_name = "URL", requires_all = ["tcp", "oidc_audience", "oidc_keys"])]
    oidc_issuer: Option<String>,
    /// For whom they must be
    #[arg(long, value_name = "NAME", requires = "oidc_issuer")]
    oidc_audience: Option<String>,
    /// Where the issuer's keys (JWKS) are: an https address, or the whole path of a file
    #[arg(long, value_name = "PLACE", requires = "oidc_issuer")]
    oidc_keys: Option<String>,
    /// The claim with the operator's name
    #[arg(long, value_name = "CLAIM", default_value = "preferred_username")]
    oidc_name: String,
    /// The claim with the groups that `oidc_group` is about
    #[arg(long, value_name = "CLAIM", default_value = "groups")]
    oidc_groups: String,
    #[command(flatten)]
    steps: Steps,
}

/// As whom the commands of steps run, and how much each may take that does not say so itself.
#[derive(Debug, clap::Args)]
struct Steps {
    /// Run steps as this user of the machine, who gets to their checkouts and artifacts and to nothing
    /// else of the server's; that takes root, or the capabilities that `doctor` names
    #[arg(long = "step-user", value_name = "NAME")]
    user: Option<String>,
    /// Memory of each step, such as 2GiB, where its definition says nothing and the server can make
    /// control groups
    #[arg(long = "step-memory", value_name = "AMOUNT")]
    memory: Option<Bytes>,
    /// Processes and threads of each step, likewise
    #[arg(long = "step-processes", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    processes: Option<u32>,
    /// Processor time of each step, such as 150% for one and a half processors, likewise
    #[arg(long = "step-cpu", value_name = "SHARE")]
    cpu: Option<CpuPercent>,
}

pub(crate) fn start(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    log(session);
    // Logs, facts and tokens are the server's own, whatever mask it was started with.
    let _mask_before = umask(Mode::S_IRWXG | Mode::S_IRWXO);
    let confinement = confinement(arguments)?;
    session::serve(run(session, arguments, confinement))
}

async fn run(
    session: &Session,
    arguments: &Arguments,
    confinement: Confinement,
) -> Result<(), Failure> {
    let state = session.state(arguments.state.as_deref())?;
    let socket = session.connection.socket(&session.environment)?;
    let mut listens = vec![on_socket(&socket, arguments.socket_group.as_ref())];
    let certificate = certificate(arguments)?;
    if let Some(addr) = arguments.tcp {
        listens.push(match certificate.clone() {
            Some(certificate) => Listen::Tls {
                addr,
                certificate,
                names: arguments.tls_names.clone(),
            },
            None => Listen::Tcp {
                addr,
                token: token::open(&state)?,
            },
        });
    }
    let end = ended()?;
    let served = Served::start(
        &arguments.directory,
        (&state, confinement),
        (listens, issuer(arguments)?),
    )
    .await?;
    let names = served.names.join(", ");
    output::line(&format!("serving {names} on {}", socket.display()))?;
    for url in &served.urls {
        let own = if certificate.is_some() {
            "the tokens of `pilothouse token`".to_owned()
        } else {
            let file = state.join(token::FILE);
            let file = file.display();
            format!("the token in {file}, and those of `pilothouse token`")
        };
        let theirs = arguments.oidc_issuer.as_ref();
        let theirs = theirs.map(|issuer| format!(", and those of {issuer}"));
        let theirs = theirs.unwrap_or_default();
        output::line(&format!("serving on {url} with {own}{theirs}"))?;
    }
    let service = served.service.clone();
    let reloading = tokio::spawn(reload_on(hangup()?, service, certificate));
    let done = served.during(end.map(Ok)).await;
    reloading.abort();
    done
}

/// For the time before there are other threads, which would have rights of their own.
fn confinement(arguments: &Arguments) -> Result<Confinement, Failure> {
    let steps = &arguments.steps;
    let limits = Limits {
        memory: steps.memory,
        processes: steps.processes,
        cpu: steps.cpu,
    };
    let user = steps.user.as_deref().map(StepUser::named).transpose();
    let group = arguments.socket_group.as_deref();
    let user = user.and_then(|user| user.map(|user| user.kept_from(group)).transpose());
    let user = user.map_err(|why| Failure::new(Exit::Usage, why.to_string()))?;
    if user.is_some() {
        StepUser::alone()
            .map_err(|why| Failure::new(Exit::Failed, format!("cannot keep rights back: {why}")))?;
    }
    Ok(Confinement::of_this_process(limits).as_user(user))
}

fn certificate(arguments: &Arguments) -> Result<Option<Certificate>, Failure> {
    let files = arguments.tls_cert.as_ref().zip(arguments.tls_key.as_ref());
    let opened = files.map(|(certificate, key)| Certificate::open(certificate, key));
    Ok(opened.transpose()?)
}

fn issuer(arguments: &Arguments) -> Result<Option<Issuer>, Failure> {
    let wanted = arguments.oidc_issuer.clone();
    let told = wanted.zip(arguments.oidc_audience.clone());
    let Some(((issuer, audience), keys)) = told.zip(arguments.oidc_keys.clone()) else {
        return Ok(None);
    };
    let expected = Expected {
        issuer,
        audience,
        keys,
        name: arguments.oidc_name.clone(),
        groups: arguments.oidc_groups.clone(),
    };
    Ok(Some(Issuer::new(expected)?))
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
    let ends = "the server ends, because what it would write further may not be kept";
    Failure::new(Exit::Failed, format!("{why}; {ends}"))
        .hint("see to the disk, then start it again: it goes on from what is there")
}

/// A service with its servers.
pub(crate) struct Served {
    /// The pipelines.
    names: Vec<String>,
    /// Where it is served beside the socket; no longer port 0, where that was asked for.
    urls: Vec<String>,
    pub(crate) service: Service,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
}

impl Served {
    pub(crate) async fn start(
        directory: &Path,
        (state, confinement): (&Path, Confinement),
        (listens, issuer): (impl IntoIterator<Item = Listen>, Option<Issuer>),
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
            .map(|listen| Ok(Server::bind(listen)?.trusting(issuer.clone())))
            .collect::<Result<Vec<_>, ServerError>>()?;
        let urls = servers.iter().filter_map(|server| match server.address() {
            Address::Unix(_) => None,
            port @ (Address::Tcp { .. } | Address::Tls { .. }) => Some(port.to_string()),
        });
        let urls = urls.collect();
        let setup = Setup {
            loaded,
            state: state.to_owned(),
            confinement,
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

    /// Serves until the work is done or the journal has failed, then stops everything in order.
    pub(crate) async fn during<T>(
        mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let done = tokio::select! {
            done = work => done,
            why = self.service.broken() => Err(broken(&why)),
        };
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

/// Takes the definitions and the certificate in again at every SIGHUP, each for itself, and says in
/// the log what came of it.
async fn reload_on(mut hangup: Signal, service: Service, certificate: Option<Certificate>) {
    while hangup.recv().await.is_some() {
        match certificate.as_ref().map(Certificate::reload) {
            Some(Ok(())) => tracing::info!("the certificate was read again"),
            Some(Err(why)) => tracing::error!("the certificate stays as it was: {why}"),
            None => {}
        }
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
