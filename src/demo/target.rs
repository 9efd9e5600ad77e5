//! One deployment unit of the demo, as a process of its own: an HTTP server on loopback that runs
//! the packages installed in its directory, measures itself, and keeps its own log of what was done
//! to it. It knows nothing of pipelines, stages or the journal; it ends when its standard input does.

mod install;
mod log;
mod package;
mod state;

pub use install::{InstallReply, InstallRequest};
pub use log::{Event, LogError, Record, read as read_log};
pub use package::Package;
pub use state::Layer;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use state::Target;
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpListener;

/// Set on answers of a target that is out for a deployment: a balancer asks another one instead.
pub const OUT_OF_ROTATION: HeaderName = HeaderName::from_static("x-out-of-rotation");

/// Arguments of the hidden subcommand `demo-target`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What the target is called in definitions.
    #[arg(long)]
    pub name: String,
    /// Where it keeps its packages, its log and its address.
    #[arg(long)]
    pub directory: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    #[error("target {name} cannot listen on 127.0.0.1")]
    Listen {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("target cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("target {name} stopped serving")]
    Serve {
        name: String,
        #[source]
        source: std::io::Error,
    },
}

/// Runs a target until its standard input ends, which it does when whoever started it is gone.
///
/// # Errors
/// When it cannot listen, or cannot read or write in its directory.
pub async fn run(args: Args) -> Result<(), TargetError> {
    let listen = |source| TargetError::Listen {
        name: args.name.clone(),
        source,
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let target = Arc::new(Target::open(&args.name, &args.directory)?);
    let path = address_file(&args.directory);
    std::fs::write(&path, address.to_string())
        .and_then(|()| writeln!(std::io::stdout(), "ready {address}"))
        .map_err(|source| TargetError::Write { path, source })?;
    let served = tokio::select! {
        served = async { axum::serve(listener, router(target)).await } => served,
        // Connections that a balancer keeps open must not keep the process.
        () = input_ended() => Ok(()),
    };
    served.map_err(|source| TargetError::Serve {
        name: args.name.clone(),
        source,
    })
}

/// The file in which a target says where it listens.
fn address_file(directory: &Path) -> PathBuf {
    directory.join("address")
}

/// A target that has not said where it listens.
#[derive(Debug, thiserror::Error)]
#[error("target {target} has no address in {}: is it running?", path.display())]
pub struct NoAddress {
    target: String,
    path: PathBuf,
    source: std::io::Error,
}

/// Where a target listens, as it says itself.
///
/// # Errors
/// When it has not said so, or its directory cannot be read.
pub fn address(targets: &Path, target: &str) -> Result<String, NoAddress> {
    let path = address_file(&targets.join(target));
    std::fs::read_to_string(&path).map_err(|source| NoAddress {
        target: target.to_owned(),
        path,
        source,
    })
}

/// The file in which a target keeps its log.
pub fn log_file(directory: &Path) -> PathBuf {
    directory.join("log.jsonl")
}

/// A thread, because reads of standard input cannot be cancelled: with one on the runtime's own
/// pool the process could not end while the other side keeps the pipe open.
async fn input_ended() {
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut byte = [0_u8; 64];
        while matches!(std::io::stdin().read(&mut byte), Ok(n) if n > 0) {}
        let _nobody_waits = ended.send(());
    });
    let _thread_is_gone = end.await;
}

fn router(target: Arc<Target>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .route("/installed", get(installed))
        .route("/install", post(install))
        .fallback(serve)
        .with_state(target)
}

async fn health(State(target): State<Arc<Target>>) -> Response {
    if target.is_out() {
        out(&target)
    } else {
        (StatusCode::OK, "ok\n").into_response()
    }
}

async fn metrics(State(target): State<Arc<Target>>) -> String {
    target.metrics()
}

async fn installed(State(target): State<Arc<Target>>) -> Response {
    Json(target.installed()).into_response()
}

async fn install(
    State(target): State<Arc<Target>>,
    Json(request): Json<InstallRequest>,
) -> Response {
    // On a task of its own: a deployment that was begun is finished even when nobody waits for it.
    let done = tokio::spawn(async move { install::install(&target, request).await });
    match done.await {
        Ok(Ok(reply)) => (StatusCode::OK, Json(reply)).into_response(),
        Ok(Err(turned_down)) => (StatusCode::CONFLICT, Json(turned_down)).into_response(),
        Err(panicked) => (StatusCode::INTERNAL_SERVER_ERROR, panicked.to_string()).into_response(),
    }
}

/// Any other path is the service itself: answered as the installed packages say.
async fn serve(State(target): State<Arc<Target>>, request: Request) -> Response {
    if target.is_out() {
        return out(&target);
    }
    let answer = target.answer(request.uri().path(), request.uri().query().unwrap_or(""));
    tokio::time::sleep(answer.takes.std()).await;
    target.count(answer.status);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, format!("{}\n", answer.text)).into_response()
}

fn out(target: &Target) -> Response {
    let text = format!("{} is out for a deployment\n", target.name());
    let headers = [(OUT_OF_ROTATION, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, text).into_response()
}
