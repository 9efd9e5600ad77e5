//! The parts of a path that say which one is meant. One that is no text is a problem like any other.

use crate::{
    api::ProblemKind,
    server::problem::{Fault, fault},
};
use axum::{
    extract::{FromRequestParts, Path, rejection::PathRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// What stands in the braces of the route.
#[derive(Debug)]
pub(super) struct Named<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let Path(named) = Path::from_request_parts(parts, state)
            .await
            .map_err(|why: PathRejection| fault(ProblemKind::BadPath, why.body_text()))?;
        Ok(Self(named))
    }
}
