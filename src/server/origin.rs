//! The headers by which a page in somebody's browser would give itself away. A page may send
//! requests to any address that its reader can reach, so these are refused before anything else,
//! on every way in. There is no CORS: no page is ever told that it may.

use crate::{
    api::ProblemKind,
    server::{
        auth::Guard,
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

/// Where a browser says that a request comes from. Ours, or typed by its user, is not elsewhere.
const FETCH_SITE: &str = "sec-fetch-site";
const FROM_HERE: [&str; 2] = ["same-origin", "none"];

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
    let forbidden = |kind, detail: String| Err(fault(kind, detail));
    let host = text(header::HOST.as_str()).unwrap_or_default();
    if let Some(known) = stranger(guard, host) {
        let detail = format!("host {host:?} is none of {known}; use one of these in the address");
        return forbidden(ProblemKind::ForeignHost, detail);
    }
    if let Some(origin) = text(header::ORIGIN.as_str())
        && !is_own(guard, origin)
    {
        let detail = format!("origin {origin:?} is not this server");
        return forbidden(ProblemKind::ForeignOrigin, detail);
    }
    if let Some(site) = text(FETCH_SITE)
        && !FROM_HERE.contains(&site)
    {
        let detail = format!(
            "a browser says that this is {site}; only {} is taken",
            FROM_HERE.join(" and ")
        );
        return forbidden(ProblemKind::ForeignSite, detail);
    }
    Ok(())
}

/// The names that the host should have been one of; none when it is.
fn stranger(guard: &Guard, host: &str) -> Option<String> {
    match guard {
        Guard::Peer => None,
        Guard::Token { hosts, .. } => {
            let known = hosts.iter().any(|known| known == host);
            (!known).then(|| hosts.join(", "))
        }
        Guard::Tls { names } => {
            let known = names.contains(&bare(host));
            (!known).then(|| names.join(", "))
        }
    }
}

fn is_own(guard: &Guard, origin: &str) -> bool {
    match guard {
        Guard::Peer => false,
        Guard::Token { hosts, .. } => {
            let host = origin.strip_prefix("http://");
            host.is_some_and(|host| hosts.iter().any(|known| known == host))
        }
        Guard::Tls { names } => {
            let host = origin.strip_prefix("https://");
            host.is_some_and(|host| names.contains(&bare(host)))
        }
    }
}

/// A host without its port, which may be another one in front of us.
fn bare(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    name.to_ascii_lowercase()
}
