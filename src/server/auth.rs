//! Who asks, and whether they may speak to us at all: the user behind a Unix socket, the bearer
//! token on TCP, and the headers by which a browser's page would give itself away. What a known
//! operator may do is the engine's decision.

use crate::{
    model::Actor,
    server::problem::{Fault, fault},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};
use nix::unistd::{Uid, User};
use sha2::{Digest, Sha256};
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
        token: Arc<str>,
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

/// The operator's name: the login name of the user.
pub(super) fn operator(uid: u32) -> Operator {
    let name = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    Operator(named(name.map(|user| user.name).as_deref(), uid))
}

/// A login name that is no plain name keeps what it can and adds the user's number, so that no two
/// users ever share a name.
fn named(login: Option<&str>, uid: u32) -> Actor {
    let by_number = || format!("uid-{uid}");
    let text = match login {
        Some(login) if Actor::parse(login).is_ok() => login.to_owned(),
        Some(login) => {
            let plain: String = login
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .take(48)
                .collect();
            format!("{}-{uid}", plain.trim_start_matches('-'))
        }
        None => by_number(),
    };
    Actor::parse(&text)
        .or_else(|_nothing_plain| Actor::parse(&by_number()))
        .unwrap_or_else(|_| unreachable!("uid and digits are a plain name"))
}

/// Lets only requests with the token through.
pub(super) async fn token(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    if let Some(expected) = guard.token() {
        let given = bearer(request.headers()).unwrap_or_default();
        if !same(given, expected) {
            return Err(fault(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "the token is missing or wrong",
                "send the contents of the file `token` in the server's state directory as \
                 `Authorization: Bearer TOKEN`, or use the server's Unix socket",
            ));
        }
    }
    Ok(next.run(request).await)
}

/// Refuses what a page in somebody's browser may send here.
pub(super) async fn origin(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    from_here(&guard, request.headers())?;
    Ok(next.run(request).await)
}

/// The host must not be a name that somebody made resolve to this machine, and the origin must be
/// ourselves. Over a Unix socket the host is nothing, and there is no origin.
fn from_here(guard: &Guard, headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name| {
        let value = headers.get(name)?;
        Some(value.to_str().unwrap_or("(not text)"))
    };
    let forbidden = |kind, detail: String| {
        let title = "requests from elsewhere are refused";
        Err(fault(StatusCode::FORBIDDEN, kind, title, detail))
    };
    let (checked, hosts) = match guard {
        Guard::Peer => (false, [].as_slice()),
        Guard::Token { hosts, .. } => (true, &**hosts),
    };
    let ours = |name: &str| hosts.iter().any(|host| host == name);
    let host = text(header::HOST).unwrap_or_default();
    if checked && !ours(host) {
        let known = hosts.join(", ");
        let detail = format!("host {host:?} is none of {known}; use one of these in the address");
        return forbidden("foreign-host", detail);
    }
    if let Some(origin) = text(header::ORIGIN)
        && !origin.strip_prefix("http://").is_some_and(ours)
    {
        let detail = format!("origin {origin:?} is not this server");
        return forbidden("foreign-origin", detail);
    }
    Ok(())
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares without telling by its duration how much was right: digests, to the last byte.
pub(super) fn same(given: &str, expected: &str) -> bool {
    let (given, expected) = (Sha256::digest(given), Sha256::digest(expected));
    let differences = given.iter().zip(expected.iter()).map(|(a, b)| a ^ b);
    differences.fold(0, |all, one| all | one) == 0
}
