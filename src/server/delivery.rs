//! `GET /v1/metrics/delivery?days=30&owner=`: how well changes reach production.

use crate::{
    api::{DeliveryQuery, ProblemKind},
    model::{DeliveryReport, TeamName, WINDOW_DAYS_MAX},
    server::{
        Shared,
        problem::{Fault, fault},
    },
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};

/// A month, as leads look at it.
const DAYS: u32 = 30;

pub(super) async fn report(
    State(shared): State<Shared>,
    asked: Result<Query<DeliveryQuery>, QueryRejection>,
) -> Result<Json<DeliveryReport>, Fault> {
    let Query(asked) = asked?;
    let bad = |detail: String| fault(ProblemKind::BadQuery, detail);
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
        fault(ProblemKind::Stopping, detail)
    })
}
