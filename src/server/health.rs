//! `GET /healthz` and `GET /readyz`, for whatever keeps the server running. No token: they tell
//! nothing.

use crate::server::{
    Shared,
    problem::{Fault, fault},
};
use axum::{extract::State, http::StatusCode};

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The service has folded its journal before the server exists, so only the end is not ready.
pub(super) async fn ready(State(shared): State<Shared>) -> Result<&'static str, Fault> {
    if *shared.stopping.borrow() {
        let (kind, title) = ("stopping", "the server is stopping");
        return Err(fault(StatusCode::SERVICE_UNAVAILABLE, kind, title, title));
    }
    Ok("ok\n")
}
