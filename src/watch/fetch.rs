//! One page over HTTP, bounded in time and size. It takes exactly a 200 with text; everything else
//! is an error that says what came.

use crate::{
    model::Span,
    watch::exposition::{Page, PageError},
};
use std::error::Error;
use tokio::time::timeout;

/// A page that takes longer is no ground for an automatic rollback, and the other alarms of the
/// round wait for it.
const WITHIN: Span = Span::seconds(2);
/// About forty thousand series; what is larger is no page for an alarm.
const BYTES: usize = 4 * 1024 * 1024;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("{url} does not answer: {why}")]
    NoAnswer { url: String, why: String },
    #[error("{url} did not answer within {WITHIN}")]
    Slow { url: String },
    #[error("{url} answers {status}; only 200 counts, and redirects are not followed")]
    Status { url: String, status: u16 },
    #[error("{url} sends more than {BYTES} bytes")]
    TooLarge { url: String },
    #[error("{url}: {source}")]
    Page { url: String, source: PageError },
}

pub(crate) async fn fetch(http: &reqwest::Client, url: &str) -> Result<Page, FetchError> {
    match timeout(WITHIN.std(), body(http, url)).await {
        Ok(body) => Page::parse(&body?).map_err(|source| FetchError::Page {
            url: url.to_owned(),
            source,
        }),
        Err(_late) => Err(FetchError::Slow {
            url: url.to_owned(),
        }),
    }
}

async fn body(http: &reqwest::Client, url: &str) -> Result<Vec<u8>, FetchError> {
    let no_answer = |why: reqwest::Error| FetchError::NoAnswer {
        url: url.to_owned(),
        why: root_of(&why),
    };
    let request = http
        .get(url)
        .header("accept", "text/plain;version=0.0.4, text/plain;q=0.5");
    let mut response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(FetchError::Status {
            url: url.to_owned(),
            status,
        });
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > BYTES {
            return Err(FetchError::TooLarge {
                url: url.to_owned(),
            });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The innermost cause: `connection refused` says more than `error sending request`.
fn root_of(why: &reqwest::Error) -> String {
    let mut cause: &dyn Error = why;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
