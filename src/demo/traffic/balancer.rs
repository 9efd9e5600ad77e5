//! Sends a request to the next target of a region that is in rotation, as a load balancer does: a
//! target that is out or does not answer is passed over, and asked again a moment later.

use crate::{
    clock,
    demo::{
        fleet::{Spot, Station},
        target::OUT_OF_ROTATION,
    },
    model::{Span, TargetName, Time},
};
use std::time::Duration;

/// Far longer than any answer takes, on a busy machine too: who waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a target that was found out is left alone.
const AWAY: Span = Span(200);

#[derive(Debug)]
pub(super) struct Balancer {
    client: reqwest::Client,
    backends: Vec<Backend>,
    next: usize,
}

#[derive(Debug)]
struct Backend {
    station: Station,
    away_until: Time,
}

/// A request that a target took.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) target: TargetName,
    pub(super) fault: bool,
}

impl Balancer {
    /// `stations` are those of one region, at least one.
    pub(super) fn new(client: reqwest::Client, stations: Vec<Station>) -> Self {
        let backend = |station| Backend {
            station,
            away_until: Time(0),
        };
        Self {
            client,
            backends: stations.into_iter().map(backend).collect(),
            next: 0,
        }
    }

    pub(super) fn spot(&self) -> &Spot {
        &self.backends[0].station.spot
    }

    /// Has one request answered; none when no target is in rotation.
    pub(super) async fn send(&mut self, page: &str) -> Option<Served> {
        for _ in 0..self.backends.len() {
            let index = self.next;
            self.next = (self.next + 1) % self.backends.len();
            if self.backends[index].away_until > clock::now() {
                continue;
            }
            let station = &self.backends[index].station;
            let url = format!("http://{}{page}", station.address);
            let sent = self.client.get(url).timeout(PATIENCE).send().await;
            let fault = match sent {
                Ok(answer) if answer.headers().contains_key(OUT_OF_ROTATION) => None,
                // The body is read so that the connection can be used again.
                Ok(answer) => {
                    let status = answer.status();
                    answer
                        .bytes()
                        .await
                        .ok()
                        .map(|_body| status.is_server_error())
                }
                Err(error) if error.is_timeout() => Some(true),
                Err(_not_there) => None,
            };
            if let Some(fault) = fault {
                let target = station.spot.target.clone();
                return Some(Served { target, fault });
            }
            self.backends[index].away_until = clock::now() + AWAY;
        }
        None
    }
}
