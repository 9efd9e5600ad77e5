//! `pilothouse events`: what happened in a pipeline, page by page, and on request as it happens.

mod memory;

pub(crate) use memory::Memory;

use crate::{
    api::StreamEvent,
    cli::{failure::Failure, output, session, session::Session},
    client::{Client, Feed, FeedEvent},
    model::{Entry, PipelineName, Revision, Stream},
};
use std::collections::BTreeMap;

/// The server answers at most so many entries at a time.
pub(crate) const PAGE: usize = 500;

/// Show what happened in a pipeline, oldest first
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Only the entries after this revision
    #[arg(long, value_name = "REVISION", default_value_t = 0)]
    after: u64,
    /// Go on with what happens from now on
    #[arg(long)]
    follow: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let name = &arguments.pipeline;
    session::snapshot(&client, name).await?;
    let mut last = Revision(arguments.after);
    let mut lines = Lines::new(arguments.json);
    let mut print = |entry: &Entry| lines.print(entry);
    catch_up(&client, name, &mut last, &mut print).await?;
    if arguments.follow {
        let mut last = BTreeMap::from([(name.clone(), last)]);
        follow(&client, &mut last, &mut print).await?;
    }
    Ok(())
}

/// Hands out every entry of a pipeline after the revision `last`, and moves that on.
pub(crate) async fn catch_up(
    client: &Client,
    name: &PipelineName,
    last: &mut Revision,
    each: &mut impl FnMut(&Entry) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        let page = client.events(name, *last, PAGE).await?;
        for entry in &page.entries {
            *last = entry.revision;
            each(entry)?;
        }
        if page.entries.is_empty() || *last >= page.head {
            return Ok(());
        }
    }
}

/// Hands out every entry as it happens, without a gap, until the connection is gone for good.
pub(crate) async fn follow(
    client: &Client,
    last: &mut BTreeMap<PipelineName, Revision>,
    each: &mut impl FnMut(&Entry) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut feed = Feed::start(client.clone(), last.keys().cloned().collect());
    while let Some(event) = feed.next().await {
        // What happened before a snapshot, or between two entries, may not have been seen.
        let behind = match event {
            FeedEvent::Event(StreamEvent::Entry(entry)) => {
                let Stream::Pipeline(name) = &entry.stream else {
                    continue;
                };
                match last.get_mut(name) {
                    Some(last) if entry.revision == last.next() => {
                        *last = entry.revision;
                        each(&entry)?;
                        continue;
                    }
                    Some(last) if entry.revision > *last => name.clone(),
                    Some(_) | None => continue,
                }
            }
            FeedEvent::Snapshot(snapshot) => snapshot.pipeline.name,
            FeedEvent::Fleet(_)
            | FeedEvent::Event(_)
            | FeedEvent::Link(_)
            | FeedEvent::Resynced { .. } => continue,
        };
        if let Some(last) = last.get_mut(&behind) {
            catch_up(client, &behind, last, each).await?;
        }
    }
    Ok(())
}

/// Entries as lines.
#[derive(Debug)]
pub(crate) struct Lines {
    json: bool,
    memory: Memory,
}

impl Lines {
    pub(crate) fn new(json: bool) -> Self {
        let memory = Memory::default();
        Self { json, memory }
    }

    pub(crate) fn print(&mut self, entry: &Entry) -> Result<(), Failure> {
        if self.json {
            return output::json(entry);
        }
        let line = self.memory.tell(entry);
        let who = line.who.map_or(String::new(), |who| format!(" ({who})"));
        let stage = line
            .stage
            .map_or(String::new(), |stage| format!("{stage} "));
        output::line(&format!(
            "{:>5} {} {:<9} {stage}{}{who}",
            entry.revision, entry.at, line.kind, line.what
        ))
    }
}
