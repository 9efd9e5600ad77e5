//! The real server under kill -9 at random moments, with targets that keep their own logs: nothing
//! acknowledged is lost, nothing is done twice, nothing is done that had not been written down.
//! `PILOTHOUSE_KILLS=500` kills so often; `PILOTHOUSE_KILLS_SEED` repeats a run's moments.

mod book;
mod clocks;
mod fleet;
mod groups;
mod moments;

use crate::{serving::name, simulation::rng::Rng};
use book::Book;
use fleet::{Fleet, PIPELINES, Server, processes_of};
use pilothouse::{
    api::{CommitRequest, PlanRequest, Settled},
    client::{Client, ClientError},
    clock::{self, Stopwatch},
    entropy,
    model::{Command, HoldScope, Request, RequestKey, Sha, Span, StageName},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;

/// In a test run; more with `PILOTHOUSE_KILLS`.
const KILLS: u64 = 50;

fn asked<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_at_any_moment_loses_nothing_and_does_nothing_twice() {
    let kills = asked("PILOTHOUSE_KILLS").unwrap_or(KILLS);
    let seed = asked("PILOTHOUSE_KILLS_SEED").unwrap_or(clock::now().0.cast_unsigned());
    println!("PILOTHOUSE_KILLS_SEED={seed}");
    let fleet = Arc::new(Fleet::new());
    let over = Arc::new(AtomicBool::new(false));
    let _at_the_latest = Over(Arc::clone(&over));
    let pushing = tokio::task::spawn_blocking({
        let (fleet, over) = (Arc::clone(&fleet), Arc::clone(&over));
        move || push(&fleet, &over, Rng::of(seed, 1))
    });
    let operator = tokio::spawn(operate(fleet.client(), Arc::clone(&over)));

    let watch = Stopwatch::start();
    let mut rng = Rng::of(seed, 2);
    let mut ready = Vec::new();
    for _ in 0..kills {
        let mut server = fleet.server();
        // One in five does not get to serve.
        if rng.one_in(5) {
            sleep(Duration::from_millis(rng.below(60))).await;
        } else {
            ready.push(server.ready());
            sleep(Duration::from_millis(rng.below(500))).await;
        }
        server.kill();
    }
    let took = watch.elapsed();
    let mut server = fleet.server();
    ready.push(server.ready());
    over.store(true, Ordering::Relaxed);
    pushing.await.unwrap();
    let acknowledged = operator.await.unwrap();
    settled(&fleet).await;

    let books = Book::all(&fleet.client()).await;
    let (begun, deployments) = book::check(&fleet, &books);
    let accepted = |key| books.iter().map(|book| book.accepted(key)).sum::<usize>();
    for key in &acknowledged {
        assert_eq!(accepted(key), 1, "{key} was acknowledged");
    }
    assert!(deployments > 10 && acknowledged.len() > 3);
    end(&fleet, server).await;
    ready.sort();
    let (median, most) = (ready[ready.len() / 2], ready[ready.len() - 1]);
    println!(
        "{kills} kills in {took}: {begun} steps, {deployments} deployments, {} commands; ready within {most}, half of them within {median}",
        acknowledged.len()
    );
    // The promise is two seconds; other tests run on the same cores.
    assert!(most < Span::seconds(6), "ready only after {most}");
}

/// Lets the others end when the test fails.
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Nothing is left of the server or of any step, and it ends as it should.
async fn end(fleet: &Fleet, server: Server) {
    let (status, took) = server.terminate();
    assert!(status.success() && took < Span::seconds(10), "{status}");
    let watch = Stopwatch::start();
    let left = || processes_of(&fleet.path(""));
    while !left().is_empty() {
        assert!(watch.elapsed() < Span::seconds(10), "{:?}", left());
        sleep(Duration::from_millis(50)).await;
    }
}

/// Pushes changes until it is over.
fn push(fleet: &Fleet, over: &AtomicBool, mut rng: Rng) {
    for n in 1.. {
        let (pipeline, _) = *rng.pick(&PIPELINES).unwrap();
        fleet.push(pipeline, n);
        if over.load(Ordering::Relaxed) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100 + rng.below(600)));
    }
}

/// Holds a stage for a moment, again and again, and asks for each with the same key until there is an
/// answer; gives the keys that were acknowledged.
async fn operate(client: Client, over: Arc<AtomicBool>) -> Vec<RequestKey> {
    let mut acknowledged = Vec::new();
    while !over.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(100)).await;
        let Some(request) = planned(&client).await else {
            continue;
        };
        loop {
            match client.commit(&request).await {
                Ok(Settled::Accepted { key, .. }) => {
                    acknowledged.push(key);
                    break;
                }
                // Something else changed meanwhile: that is an answer, too.
                Ok(Settled::Refused { .. }) | Err(ClientError::Refused { .. }) => break,
                Err(_server_is_gone) => sleep(Duration::from_millis(20)).await,
            }
        }
    }
    acknowledged
}

/// A short hold of one stage; none while there is no server.
async fn planned(client: &Client) -> Option<CommitRequest> {
    let command = Command::Hold {
        scope: HoldScope::Stage(StageName::parse("beta").unwrap()),
        reason: "a look at it".to_owned(),
        lasts: Some(Span::seconds(1)),
    };
    let pipeline = Some(name("search"));
    let asked = PlanRequest {
        pipeline: pipeline.clone(),
        command: command.clone(),
    };
    let plan = client.plan(&asked).await.ok()?;
    let request = Request {
        key: entropy::request_key().unwrap(),
        expect: plan.digest,
        command,
    };
    Some(CommitRequest { pipeline, request })
}

/// Waits until the newest change of every pipeline has passed its last stage.
async fn settled(fleet: &Fleet) {
    let watch = Stopwatch::start();
    for (pipeline, head) in fleet.heads() {
        while !has_passed(fleet, &pipeline, &head).await {
            let is_late = watch.elapsed() > Span::minutes(1);
            assert!(!is_late, "{}", fleet.told(&pipeline));
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Whether the release of a change has passed the last stage, and nothing is under way.
async fn has_passed(fleet: &Fleet, pipeline: &str, change: &Sha) -> bool {
    let shown = fleet.pipeline(pipeline).await;
    let last = shown.stage(&StageName::parse("wave-1").unwrap()).unwrap();
    let passed = last.passed.as_ref().map(|(release, _)| *release);
    let sha = passed.and_then(|release| Some(&shown.releases.get(release)?.sha));
    sha == Some(change) && shown.steps.is_empty()
}
