//! `GET /v1/pipelines/{name}/alarms`: what a pipeline's alarms say, where that comes from, and what
//! they have read lately.

use crate::{
    api::Alarms,
    model::PipelineName,
    server::{Shared, auth::Operator, path::Named, pipeline::unknown, problem::Fault},
};
use axum::{Extension, Json, extract::State};

pub(super) async fn alarms(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Named(name): Named<String>,
) -> Result<Json<Alarms>, Fault> {
    let found = match PipelineName::parse(&name) {
        Ok(name) => shared.service.alarms(&name).await,
        Err(_no_name) => None,
    };
    found.map(Json).ok_or_else(|| unknown(&shared, &by, &name))
}
