//! One document over HTTP, bounded in time and size. It takes exactly a 200; everything else is a
//! reason that says what came. The secret of a login is read anew each time, so that it can be
//! exchanged, and is in no reason.

use crate::{
    model::{Login, Span},
    watch::ask::Get,
};
use serde::Deserialize;
use std::error::Error;
use tokio::{io::AsyncReadExt, time::timeout};

/// An answer that takes longer is no ground for an automatic rollback, and the other alarms of the
/// round wait for it.
const WITHIN: Span = Span::seconds(2);
/// About forty thousand series; what is larger is no answer for an alarm.
const BYTES: usize = 4 * 1024 * 1024;
/// Characters that are taken of a server's own words.
const WORDS: usize = 200;
/// A token is shorter.
const SECRET_BYTES: u64 = 16 * 1024;

pub(crate) async fn fetch(http: &reqwest::Client, get: &Get) -> Result<Vec<u8>, String> {
    let body = timeout(WITHIN.std(), body(http, get)).await;
    body.unwrap_or_else(|_late| Err(format!("did not answer within {WITHIN}")))
        .map_err(|why| format!("{} {why}", get.shown))
}

async fn body(http: &reqwest::Client, get: &Get) -> Result<Vec<u8>, String> {
    let no_answer = |why: reqwest::Error| format!("does not answer: {}", root_of(&why));
    let mut request = http.get(&get.url).header("accept", get.accept);
    request = match &get.login {
        None => request,
        Some(Login::Token { file }) => request.bearer_auth(secret(file).await?),
        Some(Login::Password { user, file }) => request.basic_auth(user, Some(secret(file).await?)),
    };
    let mut response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > BYTES {
            return Err(format!("sends more than {BYTES} bytes"));
        }
        body.extend_from_slice(&piece);
    }
    if status == 200 {
        Ok(body)
    } else {
        Err(refused(status, &body))
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

/// The content of a secret's file without the line's end.
async fn secret(file: &str) -> Result<String, String> {
    let cannot = |why: std::io::Error| format!("cannot be asked: its login {file}: {why}");
    let opened = tokio::fs::File::open(file).await.map_err(cannot)?;
    let mut text = String::new();
    let read = opened.take(SECRET_BYTES).read_to_string(&mut text).await;
    read.map_err(cannot)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() || secret.chars().any(char::is_control) {
        return Err(format!(
            "cannot be asked: its login {file} must be one line that is not empty"
        ));
    }
    Ok(secret.to_owned())
}

/// The innermost cause: `connection refused` says more than `error sending request`.
fn root_of(why: &reqwest::Error) -> String {
    let mut cause: &dyn Error = why;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
