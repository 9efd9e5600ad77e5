//! The issuer's keys, kept for a while: got anew when a token names one that is not among them, at
//! most so often, and now and then in the background. While the issuer does not answer, those that
//! are there go on, up to an age. It knows no tokens.

#[cfg(test)]
mod tests;

use crate::{
    clock::Stopwatch,
    http,
    model::Span,
    server::{ServerError, oidc::keys::Keys},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const TIMES: Times = Times {
    fresh: Span::minutes(10),
    last: Span::hours(24),
    pause: Span::seconds(10),
};
const WITHIN: Span = Span::seconds(5);
const BYTES_MOST: usize = 256 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Cache {
    source: Source,
    times: Times,
    kept: Arc<Mutex<Kept>>,
    /// Held by whoever gets them.
    getting: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    /// Keys that are older are got anew, beside the requests.
    fresh: Span,
    /// Keys that are older count no longer: by then a key that was stolen must have been taken back.
    last: Span,
    /// Between two tries, so that made-up names of keys are no way to flood the issuer.
    pause: Span,
}

#[derive(Debug, Clone)]
enum Source {
    Address(String),
    File(String),
}

#[derive(Debug, Default)]
struct Kept {
    keys: Option<(Arc<Keys>, Stopwatch)>,
    tried: Option<Stopwatch>,
}

impl Cache {
    pub(super) fn of(place: &str) -> Result<Self, ServerError> {
        let source = if place.starts_with('/') {
            Source::File(place.to_owned())
        } else if is_private(place) {
            Source::Address(place.to_owned())
        } else {
            let place = place.to_owned();
            return Err(ServerError::Keys { place });
        };
        Ok(Self {
            source,
            times: TIMES,
            kept: Arc::default(),
            getting: Arc::default(),
        })
    }

    /// The keys by which a token is to be checked that names one of them.
    pub(super) async fn keys(&self, id: Option<&str>) -> Result<Arc<Keys>, String> {
        match self.known() {
            Some((keys, age)) if keys.knows(id) => {
                if age >= self.times.fresh && self.may_try() {
                    let cache = self.clone();
                    tokio::spawn(async move { cache.renew(None).await });
                }
                Ok(keys)
            }
            Some(_) | None => {
                self.renew(id).await;
                let known = self.known().map(|(keys, _)| keys);
                known.ok_or_else(|| "the issuer's keys are not to be had".to_owned())
            }
        }
    }

    /// Gets them, unless somebody just did or it was tried lately.
    async fn renew(&self, id: Option<&str>) {
        let _alone = self.getting.lock().await;
        let known = self.known();
        let fresh = self.times.fresh;
        let known = known.filter(|(keys, age)| id.is_some() && keys.knows(id) && *age < fresh);
        if known.is_some() || !self.may_try() {
            return;
        }
        self.kept().tried = Some(Stopwatch::start());
        match self.got().await {
            Ok(keys) => self.kept().keys = Some((Arc::new(keys), Stopwatch::start())),
            Err(why) => {
                tracing::warn!(
                    from = self.source.place(),
                    why,
                    "the issuer's keys could not be got"
                );
            }
        }
    }

    async fn got(&self) -> Result<Keys, String> {
        let bytes = match &self.source {
            Source::File(path) => tokio::fs::read(path).await.map_err(|why| why.to_string())?,
            Source::Address(url) => fetched(url).await?,
        };
        if bytes.len() > BYTES_MOST {
            return Err(format!("there are more than {BYTES_MOST} bytes"));
        }
        Keys::parse(&bytes)
    }

    /// Those that still count, with their age.
    fn known(&self) -> Option<(Arc<Keys>, Span)> {
        let kept = self.kept();
        let (keys, since) = kept.keys.as_ref()?;
        let age = since.elapsed();
        (age < self.times.last).then(|| (Arc::clone(keys), age))
    }

    fn may_try(&self) -> bool {
        let kept = self.kept();
        kept.tried
            .as_ref()
            .is_none_or(|tried| tried.elapsed() >= self.times.pause)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    fn place(&self) -> &str {
        match self {
            Source::Address(place) | Source::File(place) => place,
        }
    }
}

/// Whether nobody on the way can put keys of his own in their place.
fn is_private(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

async fn fetched(url: &str) -> Result<Vec<u8>, String> {
    let told = |why: reqwest::Error| http::innermost(&why);
    let client = http::outbound(WITHIN.std()).map_err(told)?;
    let mut answer = client.get(url).send().await.map_err(told)?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(format!("it answered {}", answer.status()));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(told)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > BYTES_MOST {
            break;
        }
    }
    Ok(bytes)
}
