//! `GET /v1/pipelines/{name}`, its `/events`, `/forecast` and `/settings`: one pipeline as it is,
//! what happened to it, what is expected to, and what was written about it.

use crate::{
    api::{Events, EventsQuery, Setting, Snapshot},
    model::{Actor, Forecast, PipelineName, Revision},
    server::{
        Shared,
        auth::Operator,
        path::Named,
        problem::{Fault, unknown_pipeline},
    },
};
use axum::{
    Extension, Json,
    extract::{Query, State, rejection::QueryRejection},
};

/// A page that a person reads, and the most that one answer carries.
const PAGE: u32 = 100;
const LONGEST_PAGE: u32 = 1000;

pub(super) async fn snapshot(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
) -> Result<Json<Snapshot>, Fault> {
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.pipeline(&name).await,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

pub(super) async fn events(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
    page: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Json<Events>, Fault> {
    let Query(page) = page?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE) as usize;
    let found = match PipelineName::parse(&name) {
        Ok(name) => {
            let after = Revision(page.after);
            shared.service.events(&name, after, limit).await?
        }
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

pub(super) async fn forecast(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
) -> Result<Json<Forecast>, Fault> {
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.forecast(&name).await,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

pub(super) async fn settings(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
) -> Result<Json<Vec<Setting>>, Fault> {
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.settings(&name).await?,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

/// The problem with the names that there are.
pub(super) fn unknown(shared: &Shared, by: &Actor, name: &str) -> Fault {
    let rows = shared.service.fleet(by).rows;
    let known: Vec<PipelineName> = rows.into_iter().map(|row| row.pipeline).collect();
    unknown_pipeline(name, &known)
}
