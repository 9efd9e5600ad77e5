//! One document over HTTP, bounded in time and size. It takes exactly a 200 that is fresh, as it was
//! asked for, and whole for certain; everything else is a reason that says what came. The secret of a login is read anew each time, so that it can be
//! exchanged, and is in no reason.

use crate::{
    http,
    model::{Login, Span},
    secret,
    watch::ask::Get,
};
use reqwest::header::{
    AGE as AGE_OF, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING,
};
use serde::Deserialize;
use tokio::time::timeout;

/// An answer that takes longer is no ground for an automatic rollback, and the other alarms of the
/// round wait for it.
const WITHIN: Span = Span::seconds(2);
/// A cache that kept an answer for longer tells of the past.
const AGE: Span = Span::minutes(1);
/// Characters that are taken of a server's own words.
const WORDS: usize = 200;

pub(crate) async fn fetch(client: &reqwest::Client, get: &Get) -> Result<Vec<u8>, String> {
    let body = timeout(WITHIN.std(), body(client, get)).await;
    body.unwrap_or_else(|_late| Err(format!("did not answer within {WITHIN}")))
        .map_err(|why| format!("{} {why}", get.shown))
}

async fn body(client: &reqwest::Client, get: &Get) -> Result<Vec<u8>, String> {
    let no_answer = |why: reqwest::Error| format!("does not answer: {}", http::innermost(&why));
    let mut request = client.get(&get.url).header("accept", get.accept);
    request = match &get.login {
        None => request,
        Some(Login::Token { file }) => request.bearer_auth(login(file).await?),
        Some(Login::Password { user, file }) => request.basic_auth(user, Some(login(file).await?)),
    };
    let mut response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    if status == 200 {
        trusted(response.headers())?;
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > get.most {
            return Err(format!("sends more than {} bytes", get.most));
        }
        body.extend_from_slice(&piece);
    }
    if status == 200 {
        Ok(body)
    } else {
        Err(refused(status, &body))
    }
}

/// Whether the head of a good answer lets its body be believed.
fn trusted(head: &HeaderMap) -> Result<(), String> {
    let text = |name| head.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(encoding) = text(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        let encoding: String = encoding.chars().take(WORDS).collect();
        return Err(format!("answers in {encoding}, which was not asked for"));
    }
    if text(CONTENT_LENGTH).or(text(TRANSFER_ENCODING)).is_none() {
        return Err("does not say how long its answer is, so it may be cut".to_owned());
    }
    let age = text(AGE_OF).and_then(|seconds| seconds.parse::<u64>().ok());
    match age.map(|seconds| Span(seconds.saturating_mul(1_000))) {
        Some(age) if age > AGE => Err(format!("answers from a cache, from {} ago", age.short())),
        Some(_) | None => Ok(()),
    }
}

/// What an answer says besides its status: Prometheus in a field, Alertmanager as a bare text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Problem {
    Field { error: String },
    Text(String),
}

fn refused(status: u16, body: &[u8]) -> String {
    let problem = serde_json::from_slice(body);
    if let Ok(Problem::Field { error } | Problem::Text(error)) = problem {
        let words: String = error.chars().take(WORDS).collect();
        return format!("answers {status}: {words}");
    }
    let hint = match status {
        300..=399 => "redirects are not followed",
        401 | 403 => "it wants a login, or another one",
        _ => "only 200 counts",
    };
    format!("answers {status}; {hint}")
}

/// What a server is shown.
async fn login(file: &str) -> Result<String, String> {
    let read = secret::read(file).await;
    read.map_err(|why| format!("cannot be asked: its login {why}"))
}
