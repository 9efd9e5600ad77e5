//! `GET /v1/tokens`, `POST /v1/tokens` and `POST /v1/tokens/revoke`: an admin's. The answer to the
//! second is the only one that ever holds a secret.

use crate::{
    api::{ProblemKind, RevokeRequest, Token, TokenMade, TokenRequest},
    server::{
        Shared,
        auth::Operator,
        body::Asked,
        permit::Permit,
        problem::{Fault, failed, fault},
    },
    service::TokenError,
};
use axum::{Extension, Json, extract::State};

pub(super) async fn list(
    State(shared): State<Shared>,
    Extension(permit): Extension<Permit>,
) -> Result<Json<Vec<Token>>, Fault> {
    permit.to_keep_tokens()?;
    Ok(Json(shared.service.tokens()))
}

pub(super) async fn make(
    State(shared): State<Shared>,
    Extension(permit): Extension<Permit>,
    Extension(Operator(by)): Extension<Operator>,
    Asked(request): Asked<TokenRequest>,
) -> Result<Json<TokenMade>, Fault> {
    permit.to_keep_tokens()?;
    let made = shared.service.make_token(request, by).await?;
    Ok(Json(made))
}

pub(super) async fn revoke(
    State(shared): State<Shared>,
    Extension(permit): Extension<Permit>,
    Extension(Operator(by)): Extension<Operator>,
    Asked(request): Asked<RevokeRequest>,
) -> Result<Json<Token>, Fault> {
    permit.to_keep_tokens()?;
    let revoked = shared.service.revoke_token(&request.name, by).await?;
    Ok(Json(revoked))
}

impl From<TokenError> for Fault {
    fn from(why: TokenError) -> Self {
        let detail = why.to_string();
        match why {
            TokenError::Taken { .. } => fault(ProblemKind::Taken, detail),
            TokenError::Unknown { .. } => fault(ProblemKind::UnknownToken, detail),
            TokenError::Teams { .. } => fault(ProblemKind::BadBody, detail),
            TokenError::TooMany { .. } => fault(ProblemKind::TooManyTokens, detail),
            TokenError::NotKept { .. } => {
                tracing::error!(why = detail, "the tokens could not be kept");
                failed()
            }
            TokenError::Command(why) => (*why).into(),
        }
    }
}
