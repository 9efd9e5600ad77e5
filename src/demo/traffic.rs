//! The users: requests to every region at a steady rate, spread over its targets by a balancer that
//! passes over those that are out, and the counters of it as a Prometheus page for the alarms.
//! Deterministic: the same pages in the same order, each time. Test stages get synthetic requests.

mod balancer;
mod counters;

use crate::{
    demo::{
        DemoError,
        fleet::{Spot, Station},
    },
    http,
    model::{Phase, RegionName, ServiceName, StageName},
};
use axum::{Router, extract::State, routing::get};
use balancer::{Balancer, Served};
use counters::Counters;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet, time::MissedTickBehavior};

/// Between two requests to one region: some 28 a second, so that a bake of seconds has data.
const EVERY: Duration = Duration::from_millis(35);

/// Running traffic. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Traffic {
    _tasks: JoinSet<()>,
}

impl Traffic {
    /// Serves the page on `listener` and starts a task for each region of each stage.
    pub(super) fn start(listener: TcpListener, stations: &[Station]) -> Result<Self, DemoError> {
        let client = http::local(None).map_err(DemoError::Http)?;
        let counters = Arc::new(Counters::new(stations));
        let page = Router::new()
            .route("/metrics", get(metrics))
            .with_state(counters.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = axum::serve(listener, page).await {
                tracing::error!(%error, "the demo's metrics page is gone");
            }
        });
        let mut regions: BTreeMap<(ServiceName, StageName, RegionName), Vec<Station>> =
            BTreeMap::new();
        for station in stations {
            let Spot {
                service,
                stage,
                region,
                ..
            } = &station.spot;
            let key = (service.clone(), stage.clone(), region.clone());
            regions.entry(key).or_default().push(station.clone());
        }
        for stations in regions.into_values() {
            let balancer = Balancer::new(client.clone(), stations);
            tasks.spawn(users(balancer, counters.clone()));
        }
        Ok(Self { _tasks: tasks })
    }
}

async fn metrics(State(counters): State<Arc<Counters>>) -> String {
    counters.page()
}

/// The users of one region: one request after the other, never more than one under way.
async fn users(mut balancer: Balancer, counters: Arc<Counters>) {
    let pages = pages(balancer.spot());
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for page in pages.iter().cycle() {
        beat.tick().await;
        match balancer.send(page).await {
            Some(Served { target, fault }) => counters.count(&target, fault),
            // Nobody in the region can answer: the balancer shows its own page.
            None => counters.shed(),
        }
    }
}

/// What people ask for. In German a search has letters that English has not, and neither the tests
/// nor the synthetic requests of a test stage think of that.
fn pages(spot: &Spot) -> &'static [&'static str] {
    let german = spot.region.as_str() == "eu-central-1";
    match (spot.service.as_str(), spot.phase) {
        ("search", Phase::Production) if german => &[
            "/search?q=schuhe",
            "/suggest?q=gr",
            "/search?q=gr%C3%B6%C3%9Fe+42",
            "/",
            "/search?q=k%C3%BChlschrank",
        ],
        ("search", Phase::Production | Phase::Test) => {
            &["/search?q=shoes", "/suggest?q=sh", "/search?q=size+8", "/"]
        }
        (_, Phase::Production) => &[
            "/",
            "/cart",
            "/pay?method=card",
            "/cart",
            "/pay?method=invoice",
        ],
        (_, Phase::Test) => &["/", "/cart", "/pay?method=invoice"],
    }
}
