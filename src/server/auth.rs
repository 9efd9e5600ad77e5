//! Who asks, and what they were granted: the user behind a Unix socket, or whoever has the token
//! that is shown. What a known operator may do is `permit`'s to check, and whether a command is a
//! good one the engine's.
//!
//! | way in | who | granted |
//! |---|---|---|
//! | Unix socket | the server's own user, root | admin |
//! | | anybody else whom the socket's mode lets in | what `[[access]]` grants; operator when there are no such rules |
//! | TCP on loopback | the token in the state directory: the server's own user | admin |
//! | | a token that an admin made | what the token was made with |
//! | TLS | a token that an admin made | what the token was made with |
//! | both | a token that the issuer signed (`oidc`) | what `[[access]]` grants |

use crate::{
    api::ProblemKind,
    model::{Access, Actor, Groups, Role},
    secret,
    server::{
        oidc::{Issuer, Shown},
        peer::{self, Peer},
        permit::Permit,
        problem::{Fault, fault},
    },
    service::Service,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use std::{fmt, net::SocketAddr, sync::Arc};

/// Says who a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Operator(pub(super) Actor);

/// How requests prove that they may be made.
#[derive(Clone)]
pub(super) enum Guard {
    /// The permissions of the socket.
    Peer,
    Token {
        /// The server's own.
        token: Arc<str>,
        owner: Actor,
        hosts: Arc<[String]>,
    },
    /// TLS, under these names.
    Tls { names: Arc<[String]> },
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guard::Peer => "Peer",
            Guard::Token { .. } => "Token",
            Guard::Tls { .. } => "Tls",
        })
    }
}

impl Guard {
    pub(super) fn token_on(addr: SocketAddr, token: &str) -> Self {
        let port = addr.port();
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}:{port}"));
        Guard::Token {
            token: token.into(),
            owner: peer::own_login(),
            hosts: hosts.into(),
        }
    }

    pub(super) fn named(names: &[String]) -> Self {
        let names = names.iter().map(|name| name.to_ascii_lowercase());
        Guard::Tls {
            names: names.collect(),
        }
    }

    /// What clients call the server.
    pub(super) fn name(&self) -> &str {
        match self {
            Guard::Peer | Guard::Token { .. } => "localhost",
            Guard::Tls { names } => names.first().map_or("localhost", String::as_str),
        }
    }

    pub(super) fn token(&self) -> Option<&str> {
        match self {
            Guard::Peer | Guard::Tls { .. } => None,
            Guard::Token { token, .. } => Some(token),
        }
    }
}

/// What is needed to know somebody.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) guard: Guard,
    pub(super) issuer: Option<Issuer>,
    pub(super) service: Service,
}

/// Lets only those through who are known and may read.
pub(super) async fn known(
    State(door): State<Door>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let mut permit = permit(&door, &request);
    if permit.is_none() {
        let given = bearer(request.headers()).map(str::to_owned);
        permit = of_issuer(&door, given).await;
    }
    let Some(permit) = permit else {
        if let Some(peer) = request.extensions().get::<Peer>() {
            tracing::info!(%peer, path = request.uri().path(), "a request without a good token");
        }
        return Err(unknown());
    };
    permit.to_read()?;
    let extensions = request.extensions_mut();
    extensions.insert(Operator(permit.who().clone()));
    extensions.insert(permit);
    Ok(next.run(request).await)
}

fn permit(door: &Door, request: &Request) -> Option<Permit> {
    match &door.guard {
        Guard::Peer => {
            let peer = request.extensions().get::<Peer>()?;
            let Peer::User { login, groups, .. } = peer else {
                return None;
            };
            // To grant them less than they have would only look safe.
            let access = if peer.is_own() {
                Access::everywhere(Role::Admin)
            } else {
                let by_rules = door.service.access(login, Groups::OfMachine(groups));
                by_rules.unwrap_or_else(|| Access::everywhere(Role::Operator))
            };
            Some(Permit::of_peer(login.clone(), access))
        }
        Guard::Token { token, owner, .. } => {
            if secret::same(bearer(request.headers())?, token) {
                let all = Access::everywhere(Role::Admin);
                return Some(Permit::of_peer(owner.clone(), all));
            }
            of_token(door, request)
        }
        Guard::Tls { .. } => of_token(door, request),
    }
}

fn of_token(door: &Door, request: &Request) -> Option<Permit> {
    let given = bearer(request.headers())?;
    let (token, digest) = door.service.token(given)?;
    Some(Permit::of_token(token, digest))
}

/// Why a token is not taken is for the log alone: it would help whoever makes such.
async fn of_issuer(door: &Door, given: Option<String>) -> Option<Permit> {
    let (issuer, given) = (door.issuer.as_ref()?, given?);
    // Our own have no dots.
    if matches!(door.guard, Guard::Peer) || !given.contains('.') {
        return None;
    }
    let shown = issuer.check(&given, door.service.now()).await;
    let shown = shown.map_err(|why| tracing::info!(why, "an issuer's token is not taken"));
    let Shown { who, groups, until } = shown.ok()?;
    let access = door.service.access(&who, Groups::OfIssuer(&groups));
    Some(Permit::of_issuer(who, access.unwrap_or_default(), until))
}

fn unknown() -> Fault {
    fault(
        ProblemKind::Unauthorized,
        "send one that `pilothouse token create` made, or that of the file `token` in the server's \
         state directory, as `Authorization: Bearer TOKEN`, or use the server's Unix socket",
    )
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
