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

use crate::{
    api::Token,
    model::{Access, Actor, Digest, Role},
    secret,
    server::{
        peer::{self, Peer},
        permit::Permit,
        problem::{Fault, fault},
    },
    service::Service,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};
use nix::unistd::Uid;
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
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Guard::Peer => "Peer",
            Guard::Token { .. } => "Token",
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

    pub(super) fn token(&self) -> Option<&str> {
        match self {
            Guard::Peer => None,
            Guard::Token { token, .. } => Some(token),
        }
    }
}

/// What is needed to know somebody.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) guard: Guard,
    pub(super) service: Service,
}

/// Lets only those through who are known and may read.
pub(super) async fn known(
    State(door): State<Door>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let Some(permit) = permit(&door, &request) else {
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
        Guard::Peer => match request.extensions().get::<Peer>()? {
            Peer::User { uid, login, groups } => {
                let access = granted(&door.service, *uid, (login, groups));
                Some(Permit::of_peer(login.clone(), access))
            }
            Peer::Address(_) => None,
        },
        Guard::Token { token, owner, .. } => {
            let given = bearer(request.headers())?;
            if secret::same(given, token) {
                let all = Access::everywhere(Role::Admin);
                return Some(Permit::of_peer(owner.clone(), all));
            }
            let (token, digest): (Token, Digest) = door.service.token(given)?;
            Some(Permit::of_token(token, digest))
        }
    }
}

/// The server's own user can read and write all that the server can, and root what anybody can:
/// to grant them less would only look safe.
fn granted(service: &Service, uid: u32, (login, groups): (&Actor, &[String])) -> Access {
    let uid = Uid::from_raw(uid);
    if uid.is_root() || uid == Uid::effective() {
        return Access::everywhere(Role::Admin);
    }
    let by_rules = service.access(login, groups);
    by_rules.unwrap_or_else(|| Access::everywhere(Role::Operator))
}

fn unknown() -> Fault {
    fault(
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "the token is missing, wrong, expired or revoked",
        "send one that `pilothouse token create` made, or that of the file `token` in the server's \
         state directory, as `Authorization: Bearer TOKEN`, or use the server's Unix socket",
    )
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
