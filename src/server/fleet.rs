//! `GET /v1/fleet`: everything that a client needs to start.

use crate::{
    api::Fleet,
    server::{Shared, auth::Operator},
};
use axum::{Extension, Json, extract::State};

pub(super) async fn fleet(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
) -> Json<Fleet> {
    Json(shared.service.fleet(&by))
}
