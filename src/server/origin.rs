//! The headers by which a page in somebody's browser would give itself away. A page may send
//! requests to any address that its reader can reach, so these are refused before anything else,
//! on every way in. There is no CORS: no page is ever told that it may.

use crate::server::{
    auth::Guard,
    problem::{Fault, fault},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
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
    let forbidden = |kind, detail: String| {
        let title = "requests from elsewhere are refused";
        Err(fault(StatusCode::FORBIDDEN, kind, title, detail))
    };
    let (checked, hosts) = match guard {
        Guard::Peer => (false, [].as_slice()),
        Guard::Token { hosts, .. } => (true, &**hosts),
    };
    let ours = |name: &str| hosts.iter().any(|host| host == name);
    let host = text(header::HOST.as_str()).unwrap_or_default();
    if checked && !ours(host) {
        let known = hosts.join(", ");
        let detail = format!("host {host:?} is none of {known}; use one of these in the address");
        return forbidden("foreign-host", detail);
    }
    if let Some(origin) = text(header::ORIGIN.as_str())
        && !origin.strip_prefix("http://").is_some_and(ours)
    {
        let detail = format!("origin {origin:?} is not this server");
        return forbidden("foreign-origin", detail);
    }
    if let Some(site) = text(FETCH_SITE)
        && !FROM_HERE.contains(&site)
    {
        let detail = format!(
            "a browser says that this is {site}; only {} is taken",
            FROM_HERE.join(" and ")
        );
        return forbidden("foreign-site", detail);
    }
    Ok(())
}
