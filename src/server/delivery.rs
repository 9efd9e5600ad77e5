//! `GET /v1/metrics/delivery?days=30&owner=`: how well changes reach production.

use crate::{
    model::{DeliveryReport, TeamName, WINDOW_DAYS_MAX},
    server::{
        Shared,
        problem::{Fault, fault},
    },
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;

/// A month, as leads look at it.
const DAYS: u32 = 30;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    days: Option<u32>,
    owner: Option<String>,
}

pub(super) async fn report(
    State(shared): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<DeliveryReport>, Fault> {
    let Query(asked) = asked?;
    let bad = |detail: String| fault(StatusCode::BAD_REQUEST, "bad-query", "bad query", detail);
    let days = asked.days.unwrap_or(DAYS);
    if !(1..=WINDOW_DAYS_MAX).contains(&days) {
        let detail = format!("days={days} is not from 1 to {WINDOW_DAYS_MAX}");
        return Err(bad(detail));
    }
    let owner = asked.owner.filter(|owner| !owner.is_empty());
    let owner = owner.map(|owner| {
        let parsed = TeamName::parse(&owner);
        parsed.map_err(|why| bad(format!("owner={owner:?}: {why}")))
    });
    let report = shared.service.delivery(days, owner.transpose()?).await;
    report.map(Json).ok_or_else(|| {
        let detail = "the report was not finished; ask again";
        fault(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "stopping",
            detail,
        )
    })
}
