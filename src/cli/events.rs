//! `pilothouse events`: what happened in a pipeline, page by page, and on request as it happens.

use crate::{
    api::StreamEvent,
    cli::{failure::Failure, output, session, session::Session},
    client::{Client, Feed, FeedEvent},
    model::{Entry, PipelineName, Revision, Stream},
};
use std::collections::BTreeSet;

/// The server answers at most so many entries at a time.
const PAGE: usize = 500;

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
    session::snapshot(&client, &arguments.pipeline).await?;
    let mut reader = Reader {
        client,
        arguments,
        last: Revision(arguments.after),
    };
    reader.catch_up().await?;
    if arguments.follow {
        reader.follow().await?;
    }
    Ok(())
}

struct Reader<'a> {
    client: Client,
    arguments: &'a Arguments,
    /// The revision printed last.
    last: Revision,
}

impl Reader<'_> {
    async fn catch_up(&mut self) -> Result<(), Failure> {
        loop {
            let page = self
                .client
                .events(&self.arguments.pipeline, self.last, PAGE)
                .await?;
            for entry in &page.entries {
                self.print(entry)?;
            }
            if page.entries.is_empty() || self.last >= page.head {
                return Ok(());
            }
        }
    }

    async fn follow(&mut self) -> Result<(), Failure> {
        let watched = BTreeSet::from([self.arguments.pipeline.clone()]);
        let mut feed = Feed::start(self.client.clone(), watched);
        while let Some(event) = feed.next().await {
            match event {
                FeedEvent::Event(StreamEvent::Entry(entry)) if self.is_ours(&entry) => {
                    if entry.revision == self.last.next() {
                        self.print(&entry)?;
                    } else if entry.revision > self.last {
                        self.catch_up().await?;
                    }
                }
                // Whatever happened before the snapshot may not have been seen.
                FeedEvent::Snapshot(_) => self.catch_up().await?,
                FeedEvent::Fleet(_)
                | FeedEvent::Event(_)
                | FeedEvent::Link(_)
                | FeedEvent::Resynced { .. } => {}
            }
        }
        Ok(())
    }

    fn is_ours(&self, entry: &Entry) -> bool {
        entry.stream == Stream::Pipeline(self.arguments.pipeline.clone())
    }

    fn print(&mut self, entry: &Entry) -> Result<(), Failure> {
        self.last = entry.revision;
        if self.arguments.json {
            return output::json(entry);
        }
        let told = entry.fact.told();
        let who = told.who.map_or(String::new(), |who| format!(" ({who})"));
        output::line(&format!(
            "{:>5} {} {:<9} {}{who}",
            entry.revision, entry.at, told.kind, told.what
        ))
    }
}
