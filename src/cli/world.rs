//! What a server tells of the fleet and of some pipelines, at one moment or as it changes, folded by
//! the same rules as everywhere. It knows nothing of how that is shown.

use crate::{
    api::StreamEvent,
    cli::{
        failure::{Exit, Failure},
        session,
    },
    client::{Client, FeedEvent},
    model::{Org, Pipeline, PipelineName, Stream, Summary},
};
use std::{collections::BTreeMap, fmt::Display};

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) rows: BTreeMap<PipelineName, Summary>,
    pub(crate) org: Org,
    /// Those that are followed and whose state has come.
    pub(crate) pipelines: BTreeMap<PipelineName, Pipeline>,
}

impl World {
    /// The fleet and these pipelines as they are now.
    pub(crate) async fn load(client: &Client, names: &[PipelineName]) -> Result<Self, Failure> {
        let mut world = Self::default();
        world.take(FeedEvent::Fleet(Box::new(client.fleet().await?)))?;
        for name in names {
            let snapshot = session::snapshot(client, name).await?;
            world.take(FeedEvent::Snapshot(Box::new(snapshot)))?;
        }
        Ok(world)
    }

    /// Takes in what a feed said. Whether anything but the link may be different now.
    pub(crate) fn take(&mut self, event: FeedEvent) -> Result<bool, Failure> {
        match event {
            FeedEvent::Fleet(fleet) => {
                let rows = fleet.rows.into_iter();
                self.rows = rows.map(|row| (row.pipeline.clone(), row)).collect();
                self.org = fleet.org;
            }
            FeedEvent::Snapshot(snapshot) => {
                let pipeline = snapshot.pipeline;
                self.pipelines.insert(pipeline.name.clone(), pipeline);
            }
            FeedEvent::Event(StreamEvent::Summary(row)) => {
                self.rows.insert(row.pipeline.clone(), row);
            }
            FeedEvent::Event(StreamEvent::Entry(entry)) => match &entry.stream {
                Stream::Organization => fits(self.org.apply(&entry))?,
                Stream::Pipeline(name) => {
                    let pipeline = self.pipelines.get_mut(name);
                    pipeline.map_or(Ok(()), |pipeline| fits(pipeline.apply(&entry)))?;
                }
            },
            // Time alone may have changed something.
            FeedEvent::Event(
                StreamEvent::Viewers(_) | StreamEvent::Heartbeat { .. } | StreamEvent::Reset { .. },
            ) => {}
            FeedEvent::Link(_) | FeedEvent::Resynced { .. } => return Ok(false),
        }
        Ok(true)
    }
}

/// A stream that does not fold is a bug on one of the two sides; going on would show nonsense.
fn fits<E: Display>(applied: Result<(), E>) -> Result<(), Failure> {
    applied.map_err(|why| Failure::new(Exit::Failed, format!("the stream does not fit: {why}")))
}
