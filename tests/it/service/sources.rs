//! A pipeline with two sources, served over real repositories.

use crate::service::world::{World, until};
use pilothouse::model::PipelineName;
use std::fs;

#[tokio::test]
async fn a_move_of_either_source_is_built_and_deployed() {
    let mut world = World::new(&["checkout"]);
    world.also("config", "one");
    world.build("cat content $PILOTHOUSE_SOURCE_CONFIG/content > artifact");
    let service = world.start().await;
    let deployed = world.directory.path().join("checkout-1.deployed");
    let shows = |text: &str| fs::read_to_string(&deployed).is_ok_and(|found| found == text);
    until(async || shows("firstone")).await;
    world.push_to("config", "two");
    until(async || shows("firsttwo")).await;
    world.push("second");
    until(async || shows("secondtwo")).await;
    let name = PipelineName::parse("checkout").unwrap();
    let snapshot = service.pipeline(&name).await.unwrap();
    let releases = &snapshot.pipeline.releases;
    let newest = releases.newest().unwrap();
    assert_eq!(newest.id.0, 3, "one release for each move");
    assert_eq!(newest.also.len(), 1);
    let changes = releases.changes(newest.id);
    let titles: Vec<&str> = changes.map(|change| change.title.as_str()).collect();
    assert_eq!(titles, ["second", "two", "first", "one"]);
    service.stop().await;
}
