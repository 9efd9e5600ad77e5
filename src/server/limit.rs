//! How often one peer may ask: a bucket for each, in a table that does not grow. It knows no requests.

use crate::{
    api::ProblemKind,
    clock::Stopwatch,
    model::Span,
    server::{
        peer::{Counted, Peer},
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A screen opens with a dozen requests; a script that goes through a large fleet makes one for
/// each pipeline of it.
const BURST: u64 = 1_000;
const PER_SECOND: u64 = 200;

/// More addresses at once are an attack, and share one bucket.
const PEERS_MOST: usize = 4_096;

/// A bucket holds thousandths of a request, so that every millisecond adds a whole number.
const THOUSANDTHS: u64 = 1_000;

/// The buckets of everybody, since the server started.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    since: Stopwatch,
    table: Arc<Mutex<Table>>,
}

#[derive(Debug, Default)]
struct Table {
    buckets: BTreeMap<Counted, Bucket>,
    others: Bucket,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u64,
    at: Span,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            left: BURST * THOUSANDTHS,
            at: Span::ZERO,
        }
    }
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            since: Stopwatch::start(),
            table: Arc::default(),
        }
    }
}

/// Lets a request through, or says when the next one would be.
pub(super) async fn limit(
    State(limits): State<Limits>,
    request: Request,
    next: Next,
) -> Result<Response, Response> {
    if let Some(key) = request.extensions().get::<Peer>().and_then(Peer::counted) {
        let now = limits.since.elapsed();
        let mut table = limits.table.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = table.take(key, now);
        drop(table);
        taken.map_err(too_many)?;
    }
    Ok(next.run(request).await)
}

fn too_many(wait: Span) -> Response {
    let seconds = wait.std().as_secs() + 1;
    let problem: Fault = fault(
        ProblemKind::TooManyRequests,
        format!(
            "nothing was done; at most {PER_SECOND} a second are taken from here, so ask again in {seconds} s"
        ),
    );
    let mut answer = problem.into_response();
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    answer
}

impl Table {
    /// Takes one request out of a bucket, else says how long until there is one.
    fn take(&mut self, key: Counted, now: Span) -> Result<(), Span> {
        if !self.buckets.contains_key(&key) && self.buckets.len() >= PEERS_MOST {
            // A full bucket is as good as none.
            self.buckets
                .retain(|_, bucket| !bucket.filled(now).is_full());
        }
        let bucket = if self.buckets.contains_key(&key) || self.buckets.len() < PEERS_MOST {
            self.buckets.entry(key).or_default()
        } else {
            &mut self.others
        };
        *bucket = bucket.filled(now);
        match bucket.left.checked_sub(THOUSANDTHS) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => Err(Span((THOUSANDTHS - bucket.left).div_ceil(PER_SECOND))),
        }
    }
}

impl Bucket {
    fn filled(self, now: Span) -> Self {
        let more = now.0.saturating_sub(self.at.0).saturating_mul(PER_SECOND);
        let left = self.left.saturating_add(more).min(BURST * THOUSANDTHS);
        Self { left, at: now }
    }

    fn is_full(self) -> bool {
        self.left == BURST * THOUSANDTHS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let mut table = Table::default();
        let (ana, bo) = (Counted::User(1), Counted::User(2));
        for _ in 0..BURST {
            table.take(ana, Span::ZERO).unwrap();
        }
        assert_eq!(table.take(ana, Span::ZERO), Err(Span(5)));
        assert_eq!(table.take(bo, Span::ZERO), Ok(()), "that is somebody else");
        assert_eq!(table.take(ana, Span(4)), Err(Span(1)));
        assert_eq!(table.take(ana, Span(5)), Ok(()));
        // A second later there is a second's worth, and a day later no more than a bucket.
        let taken = |table: &mut Table, now| (0..=BURST).find(|_| table.take(ana, now).is_err());
        assert_eq!(taken(&mut table, Span(1_005)), Some(PER_SECOND));
        assert_eq!(taken(&mut table, Span::hours(24)), Some(BURST));
    }

    #[test]
    fn the_table_does_not_grow_and_forgets_who_is_quiet() {
        let mut table = Table::default();
        for uid in 0..10_000 {
            let _others_share = table.take(Counted::User(uid), Span::ZERO);
        }
        assert_eq!(table.buckets.len(), PEERS_MOST);
        assert!(table.take(Counted::User(20_000), Span::ZERO).is_err());
        assert_eq!(table.take(Counted::User(20_000), Span(5)), Ok(()));
        assert_eq!(table.buckets.len(), 1);
    }
}
