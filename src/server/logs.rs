//! `GET /v1/pipelines/{name}/steps/{id}/log`: what a step wrote so far, as it wrote it.

use crate::{
    model::{EffectId, PipelineName},
    server::{
        Shared,
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::io::ErrorKind;
use tokio::{fs::File, io::AsyncReadExt};

/// The executor keeps logs smaller than this; one that grew otherwise must not fill memory.
const LONGEST_LOG: u64 = 16 * 1024 * 1024;

pub(super) async fn log(
    State(shared): State<Shared>,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let missing = || {
        let detail = format!("{name} has no step {id:?}, or it has not written anything yet");
        fault(
            StatusCode::NOT_FOUND,
            "unknown-step",
            "unknown step",
            detail,
        )
    };
    let id = step(&name, &id).ok_or_else(missing)?;
    let path = shared.service.log_path(&id);
    let read = async {
        let mut text = Vec::new();
        let file = File::open(&path).await?;
        file.take(LONGEST_LOG).read_to_end(&mut text).await?;
        Ok::<_, std::io::Error>(text)
    };
    match read.await {
        // Never to be guessed at: a log is bytes from somewhere else.
        Ok(text) => Ok((
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            text,
        )
            .into_response()),
        Err(why) if why.kind() == ErrorKind::NotFound => Err(missing()),
        Err(why) => {
            tracing::error!(%why, path = %path.display(), "a log cannot be read");
            Err(fault(
                StatusCode::INTERNAL_SERVER_ERROR,
                "unreadable-log",
                "the log cannot be read",
                format!("{id}: {why}"),
            ))
        }
    }
}

/// The id, if it is one of this pipeline's. It becomes a path, so nothing else gets through.
fn step(name: &str, id: &str) -> Option<EffectId> {
    let name = PipelineName::parse(name).ok()?;
    let number = id.strip_prefix(name.as_str())?.strip_prefix('-')?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = digits.then(|| number.parse().ok()).flatten()?;
    Some(EffectId::new(&name, number))
}
