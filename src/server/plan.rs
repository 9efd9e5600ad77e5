//! `POST /v1/plan`: the dry run of a command.

use crate::{
    api::PlanRequest,
    model::Plan,
    server::{Shared, auth::Operator, body::Asked, problem::Fault},
};
use axum::{Extension, Json, extract::State};

pub(super) async fn plan(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Asked(request): Asked<PlanRequest>,
) -> Result<Json<Plan>, Fault> {
    Ok(Json(shared.service.plan(by, request).await?))
}
