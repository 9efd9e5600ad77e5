//! A request's JSON body: of a length that is said once, of the right type, whole, in time and not too
//! large, else a problem that says which.

use crate::{
    api::ProblemKind,
    server::{
        BODY_LIMIT,
        problem::{Fault, fault},
    },
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A body is a few packets; who needs longer holds a connection on purpose.
const BODY_PATIENCE: Duration = Duration::from_secs(5);

/// Refuses a body in chunks. What is in front of us might see another end of it than we do, and take
/// what comes after for another request, where both a length and chunks are given; a length alone
/// has one meaning, and two different ones are refused before this.
pub(super) async fn of_known_length(request: Request, next: Next) -> Result<Response, Fault> {
    if request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Err(fault(
            ProblemKind::LengthRequired,
            "send it whole, with `Content-Length` and without `Transfer-Encoding`",
        ));
    }
    Ok(next.run(request).await)
}

/// What was asked for, on a route whose bodies are at most so large.
#[derive(Debug)]
pub(super) struct Asked<T, const MOST: usize = BODY_LIMIT>(pub(super) T);

impl<S, T, const MOST: usize> FromRequest<S> for Asked<T, MOST>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let read = Json::<T>::from_request(request, state);
        match tokio::time::timeout(BODY_PATIENCE, read).await {
            Ok(Ok(Json(asked))) => Ok(Asked(asked)),
            Ok(Err(why)) => Err(unreadable(&why, MOST)),
            Err(_late) => Err(late()),
        }
    }
}

/// A body as it came, over which a signature is checked.
#[derive(Debug)]
pub(super) struct Whole(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Fault;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Fault> {
        whole(request, BODY_LIMIT).await.map(Whole)
    }
}

/// A body as it came, on a route whose bodies are at most so large.
pub(super) async fn whole(request: Request, most: usize) -> Result<Bytes, Fault> {
    let read = Bytes::from_request(request, &());
    match tokio::time::timeout(BODY_PATIENCE, read).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(why)) if why.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large(most)),
        Ok(Err(why)) => Err(fault(ProblemKind::BrokenBody, why.body_text())),
        Err(_late) => Err(late()),
    }
}

fn late() -> Fault {
    fault(
        ProblemKind::SlowBody,
        format!("it must arrive within {} s", BODY_PATIENCE.as_secs()),
    )
}

fn too_large(most: usize) -> Fault {
    fault(
        ProblemKind::TooLarge,
        format!("at most {most} bytes are taken"),
    )
}

fn unreadable(why: &JsonRejection, most: usize) -> Fault {
    match why.status() {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => fault(
            ProblemKind::NotJson,
            "send it with `Content-Type: application/json`",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => too_large(most),
        StatusCode::UNPROCESSABLE_ENTITY => fault(ProblemKind::BadBody, why.body_text()),
        _ => fault(ProblemKind::BrokenBody, why.body_text()),
    }
}
