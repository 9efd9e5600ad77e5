//! `GET /healthz` and `GET /readyz`, for whatever keeps the server running. No token: they tell
//! nothing but why the server itself had to stop the line.

use crate::server::{
    Shared,
    problem::{Fault, fault},
};
use axum::{extract::State, http::StatusCode};

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The service has folded its journal before the server exists, so only the end is not ready. A
/// server that had to stop the line is ready, too: to be looked at, and to roll back.
pub(super) async fn ready(State(shared): State<Shared>) -> Result<String, Fault> {
    if *shared.stopping.borrow() {
        let (kind, title) = ("stopping", "the server is stopping");
        return Err(fault(StatusCode::SERVICE_UNAVAILABLE, kind, title, title));
    }
    let stops = shared.service.stops();
    if stops.is_empty() {
        return Ok("ok\n".to_owned());
    }
    Ok(format!("on hold: {}\n", stops.join("; ")))
}
