//! What housekeeping leaves: whatever a pipeline needs, at rest or not.

use super::*;
use pilothouse::model::Digest;
use std::{
    fs::{self, File},
    time::Duration,
};

#[tokio::test]
async fn what_a_pipeline_needs_stays_even_while_its_file_is_gone() {
    let mut world = World::new(&["web", "shop"]);
    world.build("echo $PILOTHOUSE_PIPELINE > artifact");
    let service = world.start().await;
    for name in ["web", "shop"] {
        let name = PipelineName::parse(name).unwrap();
        until(async || {
            let snapshot = service.pipeline(&name).await.unwrap();
            snapshot.pipeline.retained().len() == 1
        })
        .await;
    }
    service.stop().await;
    let store = world.directory.path().join("state/artifacts");
    let artifact = |text: &str| store.join(Digest::of(text.as_bytes()).as_str());
    fs::write(artifact("nobody's"), "nobody's").unwrap();
    for entry in fs::read_dir(&store).unwrap() {
        let file = File::open(entry.unwrap().path()).unwrap();
        let stored = file.metadata().unwrap().modified().unwrap();
        let two_days = Duration::from_secs(2 * 24 * 3600);
        file.set_modified(stored - two_days).unwrap();
    }
    world.forget("shop");
    let service = world.start().await;
    service.tidy().await;
    service.stop().await;
    let there = ["web\n", "shop\n", "nobody's"].map(|text| artifact(text).exists());
    assert_eq!(there, [true, true, false]);
}
