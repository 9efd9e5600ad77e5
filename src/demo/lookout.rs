//! What the demo sees of its own server: every pipeline as it is, read over and over through the
//! public interface, as a screen would. The story and the operator wait for what it shows.

use crate::{
    client::{Client, ClientError},
    model::{
        Attempt, Blocker, Candidate, Org, Phase, Pipeline, PipelineName, ReleaseId, StageName,
        Time, blockers,
    },
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::watch;

/// Between two looks: nothing in the demo is over faster than this.
const EVERY: Duration = Duration::from_millis(300);

/// Everything at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    pub(super) now: Time,
    pub(super) org: Org,
    pub(super) pipelines: BTreeMap<PipelineName, Pipeline>,
    /// Why the last look failed, if it did.
    pub(super) trouble: Option<String>,
}

/// Gives the newest view to whoever waits for something.
#[derive(Debug, Clone)]
pub(super) struct Lookout {
    views: watch::Receiver<Arc<View>>,
}

/// Nobody looks any more: the demo is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the demo is over")]
pub(super) struct Over;

impl Lookout {
    /// A lookout, and the looking itself, to be run until the end.
    pub(super) fn new(client: Client) -> (Self, impl Future<Output = ()>) {
        let (publish, views) = watch::channel(Arc::new(View::default()));
        (Self { views }, look(client, publish))
    }

    pub(super) fn view(&self) -> Arc<View> {
        self.views.borrow().clone()
    }

    /// Waits until something is so, which may be already.
    pub(super) async fn until(&self, so: impl Fn(&View) -> bool) -> Result<Arc<View>, Over> {
        let mut views = self.views.clone();
        let found = views.wait_for(|view| so(view)).await;
        found.map(|view| view.clone()).map_err(|_closed| Over)
    }

    /// Waits for the next look.
    pub(super) async fn next(&mut self) -> Result<Arc<View>, Over> {
        self.views.changed().await.map_err(|_closed| Over)?;
        Ok(self.views.borrow_and_update().clone())
    }
}

async fn look(client: Client, publish: watch::Sender<Arc<View>>) {
    loop {
        let before = publish.borrow().clone();
        let view = match all(&client).await {
            Ok(view) => view,
            Err(error) => View {
                trouble: Some(error.to_string()),
                ..(*before).clone()
            },
        };
        if publish.send(Arc::new(view)).is_err() {
            return;
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn all(client: &Client) -> Result<View, ClientError> {
    let fleet = client.fleet().await?;
    let mut pipelines = BTreeMap::new();
    for row in fleet.rows {
        let snapshot = client.pipeline(&row.pipeline).await?;
        pipelines.insert(row.pipeline, snapshot.pipeline);
    }
    Ok(View {
        now: fleet.now,
        org: fleet.org,
        pipelines,
        trouble: None,
    })
}

impl View {
    /// A pipeline by its name, once it has a definition.
    pub(super) fn pipeline(&self, name: &str) -> Option<&Pipeline> {
        let found = self
            .pipelines
            .iter()
            .find(|(known, _)| known.as_str() == name);
        found
            .map(|(_, pipeline)| pipeline)
            .filter(|p| p.definition.is_some())
    }

    /// What stands between the newest waiting release and a stage.
    pub(super) fn blockers(&self, name: &str, stage: &StageName) -> Vec<Blocker> {
        let found = self.pipeline(name).and_then(|pipeline| {
            let (release, _) = *pipeline.stage(stage)?.waiting.last()?;
            let candidate = Candidate { stage, release };
            Some(blockers(pipeline, &self.org, self.now, candidate))
        });
        found.unwrap_or_default()
    }

    pub(super) fn newest(&self, name: &str) -> Option<ReleaseId> {
        Some(self.pipeline(name)?.releases.newest()?.id)
    }

    /// Whether a release, or one after it, has passed a stage.
    pub(super) fn has_passed(&self, name: &str, stage: &StageName, release: ReleaseId) -> bool {
        let passed = self
            .pipeline(name)
            .and_then(|pipeline| pipeline.stage(stage)?.passed);
        passed.is_some_and(|(passed, _)| passed >= release)
    }

    /// Whether the newest release, at least the `at_least`th, has passed every stage.
    pub(super) fn is_through(&self, name: &str, at_least: u32) -> bool {
        let last = self.pipeline(name).and_then(last_stage);
        let (Some(last), Some(newest)) = (last, self.newest(name)) else {
            return false;
        };
        newest.0 >= at_least && self.has_passed(name, &last, newest)
    }

    /// The newest attempt of a stage.
    pub(super) fn attempt(&self, name: &str, stage: &StageName) -> Option<&Attempt> {
        self.pipeline(name)?.stage(stage)?.attempt.as_ref()
    }
}

/// The first stage of the production phase.
pub(super) fn first_wave(pipeline: &Pipeline) -> Option<StageName> {
    let stages = &pipeline.definition.as_ref()?.stages;
    let first = stages.iter().find(|stage| stage.phase == Phase::Production);
    first.map(|stage| stage.name.clone())
}

fn last_stage(pipeline: &Pipeline) -> Option<StageName> {
    let stages = &pipeline.definition.as_ref()?.stages;
    stages.last().map(|stage| stage.name.clone())
}
