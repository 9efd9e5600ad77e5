//! `GET /v1/pipelines/{name}`, its `/events`, `/forecast` and `/settings`: one pipeline as it is,
//! what happened to it, what is expected to, and what was written about it. `GET /v1/events`: what
//! happened to the organization.

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
    let (after, limit) = bounds(page)?;
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.events(&name, after, limit).await?,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}

pub(super) async fn organization_events(
    State(shared): State<Shared>,
    page: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Json<Events>, Fault> {
    let (after, limit) = bounds(page)?;
    let page = shared.service.organization_events(after, limit).await?;
    Ok(Json(page))
}

fn bounds(page: Result<Query<EventsQuery>, QueryRejection>) -> Result<(Revision, usize), Fault> {
    let Query(page) = page?;
    let limit = page.limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE) as usize;
    Ok((Revision(page.after), limit))
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
