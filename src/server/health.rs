//! `GET /healthz` and `GET /readyz`, for whatever keeps the server running. No token: they name what
//! is checked and whether it holds, and why the server itself had to stop the line, but nothing of
//! what it serves.

use crate::{
    api::{Check, Ready},
    server::Shared,
};
use axum::{Json, extract::State, http::StatusCode};
use std::time::Duration;

/// A journal that does not answer within this is stuck.
const JOURNAL_ANSWER: Duration = Duration::from_secs(1);

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The service has folded its journal before the server exists, so nothing is unready at first. A
/// server that had to stop the line is ready, too: to be looked at, and to roll back.
pub(super) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Ready>) {
    let counted = shared.service.counted();
    let answers = tokio::time::timeout(JOURNAL_ANSWER, shared.service.journal_answers());
    let answers = answers.await.unwrap_or(false);
    let checks = [
        (
            "journal",
            !shared.service.is_broken() && answers,
            "the journal takes facts",
        ),
        (
            "pipelines",
            counted.halted.is_empty(),
            "every pipeline moves",
        ),
        (
            "serving",
            !*shared.stopping.borrow(),
            "the server takes requests",
        ),
    ];
    let checks = checks.map(|(name, ok, means)| {
        let means = means.to_owned();
        (name.to_owned(), Check { ok, means })
    });
    let ready = checks.iter().all(|(_, check)| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let ready = Ready {
        ready,
        checks: checks.into(),
        on_hold: shared.service.stops(),
    };
    (status, Json(ready))
}
