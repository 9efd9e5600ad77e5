//! What a receiver's answer to a POST means for the notice: taken, refused for ever, or to be tried
//! again. Bounded in time and size, and without the URL in any reason.

use crate::{
    executor::notify::Undelivered,
    http,
    model::{Span, Time, plain},
};
use chrono::DateTime;
use reqwest::{RequestBuilder, Response, header::RETRY_AFTER};
use tokio::time::timeout;

/// A receiver that takes longer has something else to do.
const WITHIN: Span = Span::seconds(10);
/// Of an answer that says no, so much is read.
const BYTES: usize = 4 * 1024;
const WORDS: usize = 200;
/// Nobody may ask us to be silent for longer at once.
const AFTER_MOST: Span = Span::hours(1);

/// Sends, and judges the answer.
pub(super) async fn settle(request: RequestBuilder, now: Time) -> Result<(), Undelivered> {
    let done = timeout(WITHIN.std(), ask(request, now)).await;
    done.unwrap_or_else(|_late| {
        Err(Undelivered::later(format!(
            "did not answer within {WITHIN}"
        )))
    })
}

async fn ask(request: RequestBuilder, now: Time) -> Result<(), Undelivered> {
    let sent = request.send().await;
    let response = sent.map_err(|why| Undelivered::later(format!("no answer: {}", root(&why))))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let after = asked_pause(&response, now);
    let words = words(response).await;
    let why = match status {
        300..400 => format!("answers {status}; redirects are not followed"),
        _ if words.is_empty() => format!("answers {status}"),
        _ => format!("answers {status}: {words}"),
    };
    // These are about what was sent. Any other no, such as one to a login, may be mended.
    Err(match status {
        400 | 405 | 406 | 411 | 413..=415 | 422 => Undelivered::Refused { why },
        _ => Undelivered::Later { why, after },
    })
}

/// `Retry-After` in seconds or as a date.
fn asked_pause(response: &Response, now: Time) -> Option<Span> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = text.parse().ok().map(|n: u64| n.min(AFTER_MOST.0));
    let asked = match seconds {
        Some(seconds) => Span::seconds(seconds),
        None => Time::from_utc(DateTime::parse_from_rfc2822(text).ok()?.to_utc()).since(now),
    };
    Some(asked.min(AFTER_MOST))
}

/// The first words of an answer, harmless.
async fn words(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece[..piece.len().min(BYTES - body.len())]);
        if body.len() >= BYTES {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    plain(text.trim(), WORDS)
}

/// Why there is no answer, without the URL.
fn root(why: &reqwest::Error) -> String {
    let beneath = http::beneath(why);
    let text = beneath.unwrap_or_else(|| "the request cannot be made".to_owned());
    plain(&text, WORDS)
}
