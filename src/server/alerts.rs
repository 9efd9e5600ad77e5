//! `POST /v1/alerts`: an Alertmanager pushes alerts. Alarms read them from the inbox that the secret
//! opens; nothing else follows from them.
//!
//! Alertmanager sends the secret as its credentials (`Authorization: Bearer`), so this path needs no
//! token of ours. Whoever has shown the secret and then sends what cannot be taken in has told us
//! that something was missed.

use crate::{
    api::ProblemKind,
    secret,
    server::{
        Shared, auth,
        body::whole,
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};

/// A storm of ten thousand alerts in one group comes in at once.
pub(super) const LIMIT: usize = 16 * 1024 * 1024;

pub(super) async fn alerts(
    State(shared): State<Shared>,
    request: Request,
) -> Result<StatusCode, Fault> {
    let given = auth::bearer(request.headers())
        .unwrap_or_default()
        .to_owned();
    let shown = |expected: &str| secret::same(&given, expected);
    let arrival = shared.service.arrival(shown).await.ok_or_else(unproven)?;
    match whole(request, LIMIT).await {
        Ok(body) => {
            arrival.take(&body).map_err(|why| not_understood(&why))?;
            Ok(StatusCode::ACCEPTED)
        }
        Err(why) => {
            arrival.fails(why.title());
            Err(why)
        }
    }
}

/// One answer for all, so that nobody learns whether alerts are waited for.
fn unproven() -> Fault {
    fault(
        ProblemKind::Unproven,
        "send the line in the alarm's secret_file as `Authorization: Bearer LINE`",
    )
}

fn not_understood(why: &str) -> Fault {
    fault(ProblemKind::BadBody, format!("what was pushed {why}"))
}
