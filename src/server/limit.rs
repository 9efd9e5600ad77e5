//! How often one peer may ask: a bucket for each, in a table that does not grow. The server's own
//! user and root are not counted, since they could stop the server anyway. It knows no requests.

use crate::{
    clock::Stopwatch,
    model::Span,
    server::{
        peer::Peer,
        problem::{Fault, fault},
    },
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
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
    buckets: BTreeMap<Key, Bucket>,
    others: Bucket,
}

/// Whom a bucket is for. A network of IPv6 is one subscriber's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    User(u32),
    Address(IpAddr),
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
    if let Some(key) = request.extensions().get::<Peer>().and_then(key) {
        let now = limits.since.elapsed();
        let mut table = limits.table.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = table.take(key, now);
        drop(table);
        taken.map_err(too_many)?;
    }
    Ok(next.run(request).await)
}

/// None for whom is not counted.
fn key(peer: &Peer) -> Option<Key> {
    match peer {
        Peer::User { uid, .. } => (!peer.is_own()).then_some(Key::User(*uid)),
        Peer::Address(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
            let mapped = address.to_ipv4_mapped().map(IpAddr::V4);
            Some(Key::Address(mapped.unwrap_or(IpAddr::V6(network))))
        }
        Peer::Address(address) => Some(Key::Address(*address)),
    }
}

fn too_many(wait: Span) -> Response {
    let seconds = wait.std().as_secs() + 1;
    let problem: Fault = fault(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        "too many requests",
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
    fn take(&mut self, key: Key, now: Span) -> Result<(), Span> {
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
        let (ana, bo) = (Key::User(1), Key::User(2));
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
            let _others_share = table.take(Key::User(uid), Span::ZERO);
        }
        assert_eq!(table.buckets.len(), PEERS_MOST);
        assert!(table.take(Key::User(20_000), Span::ZERO).is_err());
        assert_eq!(table.take(Key::User(20_000), Span(5)), Ok(()));
        assert_eq!(table.buckets.len(), 1);
    }

    #[test]
    fn a_network_is_one_peer() {
        let peer = |text: &str| key(&Peer::Address(text.parse().unwrap()));
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:1"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    }
}
