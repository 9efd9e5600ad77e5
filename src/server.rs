//! The server: routes of `api` over the service, one small file each. It authenticates, bounds what
//! comes in and turns errors into problems. It holds no rules; those are the engine's.
//!
//! Start at [`serve`]; `accept` is what stands between the network and the routes.

mod accept;
mod alarms;
mod alerts;
mod auth;
mod body;
mod changes;
mod commands;
mod crowd;
mod definitions;
mod delivery;
mod error;
mod fleet;
mod head;
mod health;
mod limit;
mod listen;
mod logs;
mod metrics;
mod notices;
mod oidc;
mod openapi;
mod origin;
mod path;
mod patience;
mod peer;
mod permit;
mod pipeline;
mod plan;
mod problem;
mod proof;
mod routes;
mod socket;
mod stream;
mod tls;
pub mod token;
mod tokens;
mod viewers;
mod windows;

pub use error::ServerError;
pub use listen::Listen;
pub use oidc::{Expected, Issuer};
pub use peer::own_login;
pub use socket::look_at as look_at_socket_directory;
pub use tls::Certificate;

use crate::{api, client::Address, service::Service};
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use std::{future::Future, sync::Arc};
use tokio::sync::{Semaphore, watch};

/// No command comes near this; a larger body is a mistake or worse.
const BODY_LIMIT: usize = 1024 * 1024;

/// All files of a large organization at once.
const DEFINITIONS_LIMIT: usize = 64 * BODY_LIMIT;

/// Serves until the future is done, then lets answers finish and ends streams. Stopping the service
/// is the caller's.
///
/// # Errors
/// When the address cannot be listened on; see [`ServerError`].
pub async fn serve(
    service: Service,
    listen: Listen,
    until: impl Future<Output = ()> + Send,
) -> Result<(), ServerError> {
    Server::bind(listen)?.run(service, until).await;
    Ok(())
}

/// A bound address that nobody serves yet: connections wait.
pub struct Server {
    socket: listen::Socket,
    guard: auth::Guard,
    issuer: Option<Issuer>,
}

impl Server {
    /// Must run inside the async runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on; see [`ServerError`].
    pub fn bind(listen: Listen) -> Result<Self, ServerError> {
        let (socket, guard) = listen::open(listen)?;
        let issuer = None;
        Ok(Self {
            socket,
            guard,
            issuer,
        })
    }

    /// Takes the tokens of an issuer too, but over a Unix socket, where the operator is known.
    pub fn trusting(self, issuer: Option<Issuer>) -> Self {
        Self { issuer, ..self }
    }

    /// How a client reaches it. For TCP with port 0 this names the port that was found.
    pub fn address(&self) -> Address {
        match (&self.socket, &self.guard) {
            (listen::Socket::Unix { path, .. }, _) => Address::Unix(path.clone()),
            (listen::Socket::Tcp { addr, .. }, guard) => Address::Tcp {
                url: format!("http://{addr}"),
                token: guard.token().unwrap_or_default().to_owned(),
            },
            // Nobody but its owner has a token.
            (listen::Socket::Tls { addr, .. }, guard) => Address::Tls {
                url: format!("https://{}:{}", guard.name(), addr.port()),
                token: String::new(),
                authorities: None,
            },
        }
    }

    /// See [`serve`].
    pub async fn run(self, service: Service, until: impl Future<Output = ()> + Send) {
        let (stop, stopping) = watch::channel(false);
        let shared = Shared {
            service,
            stopping,
            followers: Arc::new(Semaphore::new(logs::FOLLOWERS)),
            streams: Arc::new(Semaphore::new(stream::CLIENTS)),
            limits: limit::Limits::new(),
            viewers: viewers::Viewers::default(),
        };
        let router = routes::routes(shared, self.guard, self.issuer);
        accept::accept(self.socket, router, until, stop).await;
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Server({})", self.address())
    }
}

/// What every route may use.
#[derive(Debug, Clone)]
struct Shared {
    service: Service,
    /// Becomes true when the server stops; streams end then.
    stopping: watch::Receiver<bool>,
    /// Places for those who wait for lines of a log.
    followers: Arc<Semaphore>,
    /// Places for those who follow the stream.
    streams: Arc<Semaphore>,
    /// How often each may ask.
    limits: limit::Limits,
    viewers: viewers::Viewers,
}

/// On every answer: our version, and that nobody keeps it or takes it for something else.
async fn marked(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in [
        (
            HeaderName::from_static(api::VERSION_HEADER),
            env!("CARGO_PKG_VERSION"),
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
