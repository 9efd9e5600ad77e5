//! `GET /v1/pipelines/{name}/windows?from=&to=`: when each stage lets releases in, and the rules
//! that say so. Without bounds: from the last midnight in UTC, for a day.

use crate::{
    api::{WINDOWS_MOST, Windows},
    model::{PipelineName, Span, Time},
    server::{
        Shared,
        auth::Operator,
        pipeline::unknown,
        problem::{Fault, fault},
    },
};
use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;

const DAY: Span = Span::hours(24);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    from: Option<Time>,
    to: Option<Time>,
}

pub(super) async fn windows(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Path(name): Path<String>,
    bounds: Result<Query<Bounds>, QueryRejection>,
) -> Result<Json<Windows>, Fault> {
    let Query(bounds) = bounds?;
    let from = bounds
        .from
        .unwrap_or_else(|| midnight(shared.service.now()));
    let to = bounds.to.unwrap_or(from + DAY);
    if from >= to || to.since(from) > WINDOWS_MOST {
        let detail = format!("`to` must be after `from`, by {WINDOWS_MOST} at the most");
        return Err(fault(
            StatusCode::BAD_REQUEST,
            "bad-bounds",
            "bad bounds",
            detail,
        ));
    }
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.windows(&name, (from, to)).await,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

fn midnight(now: Time) -> Time {
    let day = i64::try_from(DAY.0).unwrap_or(i64::MAX);
    Time(now.0 - now.0.rem_euclid(day))
}
