//! `pilothouse events`: what happened in a pipeline or to the organization, page by page, and on
//! request as it happens.

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

/// Show what happened in a pipeline, or to the organization, oldest first
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    of: Of,
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

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Of {
    pipeline: Option<PipelineName>,
    /// What belongs to no pipeline: stops that reach several, definitions, groups, tokens
    #[arg(long)]
    organization: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let stream = match &arguments.of.pipeline {
        Some(name) => {
            session::snapshot(&client, name).await?;
            Stream::Pipeline(name.clone())
        }
        None => Stream::Organization,
    };
    let mut last = Revision(arguments.after);
    let mut lines = Lines::new(arguments.json);
    let mut print = |entry: &Entry| lines.print(entry);
    catch_up(&client, &stream, &mut last, &mut print).await?;
    if arguments.follow {
        let mut last = BTreeMap::from([(stream, last)]);
        follow(&client, &mut last, &mut print).await?;
    }
    Ok(())
}

/// Hands out every entry of a stream after the revision `last`, and moves that on.
pub(crate) async fn catch_up(
    client: &Client,
    stream: &Stream,
    last: &mut Revision,
    each: &mut impl FnMut(&Entry) -> Result<(), Failure>,
) -> Result<(), Failure> {
    loop {
        let page = match stream {
            Stream::Organization => client.organization_events(*last, PAGE).await?,
            Stream::Pipeline(name) => client.events(name, *last, PAGE).await?,
        };
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
    last: &mut BTreeMap<Stream, Revision>,
    each: &mut impl FnMut(&Entry) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let pipelines = last.keys().filter_map(|stream| match stream {
        Stream::Organization => None,
        Stream::Pipeline(name) => Some(name.clone()),
    });
    let mut feed = Feed::start(client.clone(), pipelines.collect());
    while let Some(event) = feed.next().await {
        // What happened before a snapshot, or between two entries, may not have been seen.
        let behind = match event {
            FeedEvent::Event(StreamEvent::Entry(entry)) => match last.get_mut(&entry.stream) {
                Some(last) if entry.revision == last.next() => {
                    *last = entry.revision;
                    each(&entry)?;
                    continue;
                }
                Some(last) if entry.revision > *last => entry.stream,
                Some(_) | None => continue,
            },
            FeedEvent::Snapshot(snapshot) => Stream::Pipeline(snapshot.pipeline.name),
            FeedEvent::Fleet(_) => Stream::Organization,
            FeedEvent::Event(_) | FeedEvent::Link(_) | FeedEvent::Resynced { .. } => continue,
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
