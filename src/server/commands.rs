//! `POST /v1/commands` and `GET /v1/commands/{key}`: commit what was planned, and what became of it.

use crate::{
    api::{CommitRequest, ProblemKind, Settled},
    model::RequestKey,
    server::{
        Shared,
        auth::Operator,
        body::Asked,
        path::Named,
        permit::Permit,
        pipeline::unknown,
        problem::{Fault, fault, refused},
    },
};
use axum::{Extension, Json, extract::State};

pub(super) async fn commit(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Extension(permit): Extension<Permit>,
    Asked(request): Asked<CommitRequest>,
) -> Result<Json<Settled>, Fault> {
    let name = request.pipeline.as_ref();
    let owner = name.map(|name| {
        let owner = shared.service.owner(name);
        owner.ok_or_else(|| unknown(&shared, &by, name.as_str()))
    });
    let owner = owner.transpose()?;
    permit.to_command(&request.request.command, name.zip(owner.as_ref()))?;
    tracing::info!(%by, way = permit.way(), key = %request.request.key, "a command");
    // In a task of its own: an operator whose line drops now must not leave half a commit.
    let committed = tokio::spawn(async move { shared.service.commit(by, request).await });
    let settled = committed.await.map_err(|why| {
        tracing::error!(%why, "a commit broke off");
        fault(ProblemKind::BrokenOff, "ask what became of the request key")
    })??;
    match settled {
        Settled::Accepted { .. } => Ok(Json(settled)),
        Settled::Refused { refusal, .. } => Err(refused(refusal)),
    }
}

pub(super) async fn settled(
    State(shared): State<Shared>,
    Named(key): Named<String>,
) -> Result<Json<Settled>, Fault> {
    let found = match RequestKey::parse(&key) {
        Ok(key) => shared.service.settled(&key).await?,
        Err(_no_key) => None,
    };
    found.map(Json).ok_or_else(|| {
        fault(
            ProblemKind::UnknownRequest,
            format!("no request with key {key:?} has arrived"),
        )
    })
}
