//! `POST /v1/definitions/plan` and `POST /v1/definitions`: what the files of definitions would change,
//! and taking them over.

use crate::{
    api::{DefinitionsPlan, DefinitionsRequest, ProblemKind, ReloadRequest},
    server::{
        DEFINITIONS_LIMIT, Shared,
        auth::Operator,
        body::Asked,
        permit::Permit,
        problem::{Fault, fault},
    },
    service::ReloadError,
};
use axum::{Extension, Json, extract::State};

pub(super) async fn plan(
    State(shared): State<Shared>,
    Asked(request): Asked<DefinitionsRequest, DEFINITIONS_LIMIT>,
) -> Result<Json<DefinitionsPlan>, Fault> {
    Ok(Json(shared.service.plan_definitions(request.files).await?))
}

pub(super) async fn reload(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Extension(permit): Extension<Permit>,
    Asked(request): Asked<ReloadRequest>,
) -> Result<Json<DefinitionsPlan>, Fault> {
    permit.to_reload()?;
    // In a task of its own: an operator whose line drops now must not leave half of it done.
    let expect = Some(request.expect);
    let reload = async move { shared.service.reload(Some(by), expect).await };
    let plan = tokio::spawn(reload).await.map_err(|why| {
        tracing::error!(%why, "a reload broke off");
        fault(
            ProblemKind::BrokenOff,
            "plan it again to see what is left to do",
        )
    })??;
    Ok(Json(plan))
}

impl From<ReloadError> for Fault {
    fn from(why: ReloadError) -> Self {
        let detail = why.to_string();
        match why {
            ReloadError::Problems(_) => fault(ProblemKind::WrongDefinitions, detail),
            ReloadError::NotAdmin { .. } => fault(ProblemKind::NotAdmin, detail),
            ReloadError::Changed { .. } => fault(ProblemKind::PlanChanged, detail),
            ReloadError::Command(why) => (*why).into(),
            ReloadError::Service(why) => why.into(),
        }
    }
}
