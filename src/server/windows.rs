//! `GET /v1/pipelines/{name}/windows?from=&to=`: when each stage lets releases in, and the rules
//! that say so. Without bounds: from the last midnight in UTC, for a day.

use crate::{
    api::{ProblemKind, WINDOWS_MOST, Windows, WindowsQuery},
    model::{PipelineName, Span, Time},
    server::{
        Shared,
        auth::Operator,
        path::Named,
        pipeline::unknown,
        problem::{Fault, fault},
    },
};
use axum::{
    Extension, Json,
    extract::{Query, State, rejection::QueryRejection},
};

const DAY: Span = Span::hours(24);

pub(super) async fn windows(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
    bounds: Result<Query<WindowsQuery>, QueryRejection>,
) -> Result<Json<Windows>, Fault> {
    let Query(bounds) = bounds?;
    let from = bounds
        .from
        .unwrap_or_else(|| midnight(shared.service.now()));
    let to = bounds.to.unwrap_or(from + DAY);
    if from >= to || to.since(from) > WINDOWS_MOST {
        let detail = format!("`to` must be after `from`, by {WINDOWS_MOST} at the most");
        return Err(fault(ProblemKind::BadBounds, detail));
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
