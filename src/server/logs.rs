//! `GET /v1/pipelines/{name}/steps/{id}/log`: what a step wrote, as it wrote it, in pieces. Who is at
//! the end of a step that still runs may wait a while for more; so many at a time and no more.

use crate::{
    api::{LOG_FROM, LOG_STATE, LogQuery, LogState, ProblemKind},
    model::{EffectId, PipelineName},
    server::{
        Shared,
        path::Named,
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::header,
    response::{IntoResponse, Response},
};
use std::{
    io::{ErrorKind, SeekFrom},
    time::Duration,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
    sync::SemaphorePermit,
    time::sleep,
};

/// Two screens of a wide terminal are twenty thousand bytes; what is longer comes in more pieces.
const PIECE: u64 = 64 * 1024;
/// Longer than this nobody waits for one answer.
const WAIT_MOST: u64 = 20;
/// How often a log is looked at for somebody who waits: a line is read a fifth of a second later.
const LOOKS_A_SECOND: u64 = 5;
const LOOK: Duration = Duration::from_millis(1_000 / LOOKS_A_SECOND);
/// Each looks at a file five times a second; more people than this do not read at once.
pub(super) const FOLLOWERS: usize = 64;

struct Piece {
    from: u64,
    bytes: Vec<u8>,
    /// Whether the file goes on after it.
    more: bool,
}

pub(super) async fn log(
    State(shared): State<Shared>,
    Named((name, id)): Named<(String, String)>,
    wanted: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(wanted) = wanted?;
    let missing = || {
        let detail = format!("{name} has no step {id:?}, or it has not written anything yet");
        fault(ProblemKind::UnknownStep, detail)
    };
    let id = step(&name, &id).ok_or_else(missing)?;
    let _follower = follower(&shared, &wanted)?;
    let path = shared.service.log_path(&id);
    let mut stopping = shared.stopping.clone();
    let mut looks = wanted.wait.min(WAIT_MOST) * LOOKS_A_SECOND;
    loop {
        // Asked before the file is read, so that the last bytes of a step are never missed.
        let runs = shared.service.is_running(&id);
        let waits = runs && looks > 0;
        match piece(&path, wanted.from).await {
            Ok(piece) if waits && piece.bytes.is_empty() && piece.from == wanted.from => {}
            Ok(piece) => return Ok(answer(piece, runs)),
            Err(why) if waits && why.kind() == ErrorKind::NotFound => {}
            Err(why) if why.kind() == ErrorKind::NotFound => return Err(missing()),
            Err(why) => {
                tracing::error!(%why, path = %path.display(), "a log cannot be read");
                return Err(fault(ProblemKind::UnreadableLog, format!("{id}: {why}")));
            }
        }
        looks -= 1;
        tokio::select! {
            _stopping = stopping.wait_for(|stopping| *stopping) => looks = 0,
            () = sleep(LOOK) => {}
        }
    }
}

/// A place among those who wait; none is needed to read what is there.
fn follower<'a>(
    shared: &'a Shared,
    wanted: &LogQuery,
) -> Result<Option<SemaphorePermit<'a>>, Fault> {
    if wanted.wait == 0 {
        return Ok(None);
    }
    let place = shared.followers.try_acquire().map(Some);
    place.map_err(|_full| {
        fault(
            ProblemKind::TooManyFollowers,
            format!("{FOLLOWERS} wait for lines of logs already; ask again later, or without wait"),
        )
    })
}

/// What is in the file from a byte on. A file that is shorter began anew, when the step was tried
/// again, and is read from its start.
async fn piece(path: &std::path::Path, asked: u64) -> std::io::Result<Piece> {
    let mut file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let from = if asked > length { 0 } else { asked };
    file.seek(SeekFrom::Start(from)).await?;
    let mut bytes = Vec::new();
    file.take(PIECE).read_to_end(&mut bytes).await?;
    let end = from + bytes.len() as u64;
    Ok(Piece {
        from,
        more: end < length,
        bytes,
    })
}

fn answer(piece: Piece, runs: bool) -> Response {
    let state = match (piece.more, runs) {
        (true, _) => LogState::More,
        (false, true) => LogState::Running,
        (false, false) => LogState::Ended,
    };
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        // Never to be guessed at: a log is bytes from somewhere else.
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (
            header::HeaderName::from_static(LOG_FROM),
            piece.from.to_string(),
        ),
        (
            header::HeaderName::from_static(LOG_STATE),
            state.word().to_owned(),
        ),
    ];
    (headers, piece.bytes).into_response()
}

/// The id, if it is one of this pipeline's. It becomes a path, so nothing else gets through.
fn step(name: &str, id: &str) -> Option<EffectId> {
    let name = PipelineName::parse(name).ok()?;
    let number = id.strip_prefix(name.as_str())?.strip_prefix('-')?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = digits.then(|| number.parse().ok()).flatten()?;
    Some(EffectId::new(&name, number))
}
