//! Steps across restarts: what was begun goes on under its id, and is never begun twice.

use super::world::{World, until};
use pilothouse::{
    model::{EffectId, Fact, PipelineName, Revision, StageName},
    service::Service,
};
use std::fs;

#[tokio::test]
async fn a_commit_goes_through_every_stage() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    until(async || passed_beta(&service, 1).await).await;
    let target = world.directory.path().join("a-1.deployed");
    assert_eq!(fs::read_to_string(&target).unwrap(), "first");
    world.push("second");
    until(async || passed_beta(&service, 2).await).await;
    assert_eq!(fs::read_to_string(&target).unwrap(), "second");
    service.stop().await;
}

#[tokio::test]
async fn a_step_outlives_its_server_and_is_taken_up_by_the_next() {
    let mut world = World::new(&["a"]);
    let runs = world.directory.path().join("runs");
    let go = world.directory.path().join("go");
    world.build(&format!(
        "echo $PILOTHOUSE_EFFECT_ID >> {runs}; until test -e {go}; do sleep 0.05; done; \
         cp content artifact",
        runs = runs.display(),
        go = go.display(),
    ));
    let service = world.start().await;
    let lines = || fs::read_to_string(&runs).unwrap_or_default();
    until(async || lines().lines().count() == 1).await;
    service.stop().await;
    let owed = lines();

    let service = world.start().await;
    assert!(service.is_running(&EffectId(owed.trim().to_owned())));
    fs::write(&go, "").unwrap();
    until(async || passed_beta(&service, 1).await).await;
    assert_eq!(lines(), owed, "and not once more");

    let name = PipelineName::parse("a").unwrap();
    let page = service.events(&name, Revision(0), 1_000).await.unwrap();
    let started = |fact: &Fact| fact.opens().is_some_and(|step| step.id.0 == owed.trim());
    let entries = page.unwrap().entries;
    assert_eq!(entries.iter().filter(|e| started(&e.fact)).count(), 1);
    service.stop().await;
}

/// Whoever has no next server takes everything along.
#[tokio::test]
async fn an_end_takes_the_steps_along() {
    let mut world = World::new(&["a"]);
    let pid = world.directory.path().join("pid");
    world.build(&format!("echo $$ > {}; sleep 600", pid.display()));
    let service = world.start().await;
    let pid = || fs::read_to_string(&pid).unwrap_or_default();
    until(async || pid().ends_with('\n')).await;
    service.end().await.unwrap();
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid().trim()));
    assert!(stat.is_err(), "{stat:?}");
}

async fn passed_beta(service: &Service, release: u32) -> bool {
    let name = PipelineName::parse("a").unwrap();
    let pipeline = service.pipeline(&name).await.unwrap().pipeline;
    let beta = pipeline.stage(&StageName::parse("beta").unwrap());
    beta.and_then(|beta| beta.passed)
        .is_some_and(|(passed, _)| passed.0 == release)
}
