//! Stays connected to a server and tells one reader everything in order: the fleet, snapshots of
//! the watched pipelines, then what happens. It resumes by cursor, and loads everything anew when
//! the stream has a gap. It knows no screens.

mod follower;

use crate::{
    api::{Fleet, Snapshot, StreamEvent},
    client::{Client, Link},
    model::PipelineName,
};
use follower::Follower;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tokio::sync::mpsc;

/// Facts come in bursts of a few hundred; a reader that is further behind holds the feed up, and
/// the server then says that it lost its place.
const QUEUE: usize = 1024;

/// What the reader is told.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all of them are events, which would only gain an allocation each"
)]
#[derive(Debug, Serialize, Deserialize)]
pub enum FeedEvent {
    /// Everything the list needs, at the start and after a gap. Replaces what was there.
    Fleet(Box<Fleet>),
    /// A watched pipeline as it is. Replaces what was there.
    Snapshot(Box<Snapshot>),
    /// Never a heartbeat or a reset; entries of watched pipelines continue their snapshot.
    Event(StreamEvent),
    /// The link changed its state, or was heard again after a second or more.
    Link(Link),
    /// Everything was loaded anew after a gap. How many facts were not seen, if that can be known.
    Resynced { missed: Option<u64> },
}

/// What the reader asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedCommand {
    /// From now on the facts of these pipelines, and no others.
    Watch(BTreeSet<PipelineName>),
    /// Do not wait for the end of the pause.
    RetryNow,
}

/// The reader's end. Dropping it ends the feed.
#[derive(Debug)]
pub struct Feed {
    events: mpsc::Receiver<FeedEvent>,
    commands: mpsc::Sender<FeedCommand>,
}

impl Feed {
    /// Starts to connect, in a task of its own.
    pub fn start(client: Client, watched: BTreeSet<PipelineName>) -> Self {
        let (events_in, events) = mpsc::channel(QUEUE);
        let (commands, commands_out) = mpsc::channel(16);
        let follower = Follower::new(client, watched, events_in, commands_out);
        tokio::spawn(follower.run());
        Self { events, commands }
    }

    /// What happened next. None only when the feed's task is gone. Nothing is lost when the future
    /// is dropped.
    pub async fn next(&mut self) -> Option<FeedEvent> {
        self.events.recv().await
    }

    /// For a driver that owns the reading end elsewhere.
    pub fn commands(&self) -> mpsc::Sender<FeedCommand> {
        self.commands.clone()
    }

    pub async fn command(&self, command: FeedCommand) {
        // A feed whose task is gone has nobody to tell, and its reader sees that anyway.
        let _gone = self.commands.send(command).await;
    }
}
