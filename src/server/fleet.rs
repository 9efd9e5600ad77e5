//! `GET /v1/fleet`: everything that a client needs to start.

use crate::{
    api::Fleet,
    server::{Shared, auth::Operator, permit::Permit},
};
use axum::{Extension, Json, extract::State};

pub(super) async fn fleet(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Extension(permit): Extension<Permit>,
) -> Json<Fleet> {
    Json(Fleet {
        access: Some(permit.access().clone()),
        ..shared.service.fleet(&by)
    })
}
