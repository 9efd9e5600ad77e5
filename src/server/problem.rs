//! Every error as an answer: RFC 9457 problems with a stable kind, what is wrong and what to do.

use crate::{
    api::{Problem, ProblemKind},
    model::{PipelineName, Refusal},
    service::{CommandError, ServiceError},
};
use axum::{
    extract::rejection::QueryRejection,
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

/// An error on its way out.
#[derive(Debug)]
pub(super) struct Fault(Box<Problem>);

pub(super) fn fault(kind: ProblemKind, detail: impl Into<String>) -> Fault {
    Fault(Box::new(Problem {
        kind: kind.word().to_owned(),
        title: kind.title().to_owned(),
        status: kind.status(),
        detail: detail.into(),
        refusal: None,
    }))
}

impl Fault {
    pub(super) fn title(&self) -> &str {
        &self.0.title
    }
}

pub(super) fn unknown_pipeline(name: &str, known: &[PipelineName]) -> Fault {
    let known: Vec<&str> = known.iter().map(PipelineName::as_str).collect();
    let detail = if known.is_empty() {
        format!("there is no pipeline {name:?}, nor any other: the server has no definitions")
    } else {
        let known = known.join(", ");
        format!("there is no pipeline {name:?}; there are: {known}")
    };
    fault(ProblemKind::UnknownPipeline, detail)
}

pub(super) fn refused(refusal: Refusal) -> Fault {
    let detail = refusal.to_string();
    let Fault(mut problem) = fault(ProblemKind::Refused, detail);
    problem.refusal = Some(refusal);
    Fault(problem)
}

pub(super) async fn no_such_route(uri: Uri) -> Fault {
    let detail = format!(
        "there is nothing at {}; the interface begins at /v1",
        uri.path()
    );
    fault(ProblemKind::NoSuchRoute, detail)
}

pub(super) async fn wrong_method(method: Method, uri: Uri) -> Fault {
    let detail = format!("{} does not take {method}", uri.path());
    fault(ProblemKind::WrongMethod, detail)
}

/// Why is for whoever may read the server's log: it names files, and what is in them.
pub(super) fn failed() -> Fault {
    fault(ProblemKind::Failed, "its log says why")
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let form = [(header::CONTENT_TYPE, "application/problem+json")];
        (status, form, body).into_response()
    }
}

impl From<QueryRejection> for Fault {
    fn from(why: QueryRejection) -> Self {
        fault(ProblemKind::BadQuery, why.body_text())
    }
}

impl From<ServiceError> for Fault {
    fn from(why: ServiceError) -> Self {
        tracing::error!(%why, "a request failed");
        failed()
    }
}

impl From<CommandError> for Fault {
    fn from(why: CommandError) -> Self {
        let detail = why.to_string();
        match why {
            CommandError::UnknownPipeline { name, known } => {
                unknown_pipeline(name.as_str(), &known)
            }
            CommandError::Refused(refusal) => refused(refusal),
            CommandError::Stopping => fault(
                ProblemKind::Stopping,
                "nothing was done; ask again when it is back",
            ),
            CommandError::Journal(_) => {
                tracing::error!(why = detail, "a command could not be recorded");
                fault(ProblemKind::NotRecorded, detail)
            }
        }
    }
}
