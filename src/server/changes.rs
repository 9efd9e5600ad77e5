//! `POST /v1/pipelines/{name}/changes`: a forge says that it took a push. That only wakes those who
//! look at the pipeline's branches; what is new is read from git, and nothing in the notice is used
//! but the name of the branch.
//!
//! A forge has no bearer token, so the notice carries its own proof (`proof`), on every way in. The
//! rules on Host and Origin hold as everywhere: it comes over TLS, or through a proxy on this machine
//! that sends our own address as Host.

use crate::{
    api::ProblemKind,
    model::{PipelineName, Source},
    server::{
        Shared,
        body::Whole,
        path::Named,
        problem::{Fault, fault},
        proof::Proof,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;

/// All that is read of a notice.
#[derive(Debug, Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    reference: String,
}

pub(super) async fn changes(
    State(shared): State<Shared>,
    Named(name): Named<String>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<StatusCode, Fault> {
    let proof = Proof::of(&headers).ok_or_else(unproven)?;
    let name = PipelineName::parse(&name).map_err(|_no_name| unproven())?;
    let sources = proven(&shared, &name, &proof, &body).await;
    if sources.is_empty() {
        return Err(unproven());
    }
    if proof.is_push()
        && let Ok(push) = serde_json::from_slice::<Push>(&body)
        && sources.iter().any(|source| is_about(source, &push))
    {
        shared.service.look(&name);
    }
    Ok(StatusCode::ACCEPTED)
}

/// The pipeline's sources whose secret made the proof.
async fn proven(
    shared: &Shared,
    name: &PipelineName,
    proof: &Proof<'_>,
    body: &[u8],
) -> Vec<Source> {
    let mut proven = Vec::new();
    for (source, file) in shared.service.noticed_sources(name) {
        if let Some(secret) = shared.service.secret(&file).await
            && proof.holds(&secret, body)
        {
            proven.push(source);
        }
    }
    proven
}

fn is_about(source: &Source, push: &Push) -> bool {
    push.reference.strip_prefix("refs/heads/") == Some(source.branch.as_str())
}

/// One answer for all, so that nobody learns which pipelines there are or have a secret.
fn unproven() -> Fault {
    fault(
        ProblemKind::Unproven,
        "its signature must be made with the secret in the source's push_secret_file",
    )
}
