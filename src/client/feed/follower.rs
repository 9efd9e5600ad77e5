//! The task behind a feed: load, follow, notice gaps, pause, begin again. It holds revisions and a
//! cursor, never a pipeline's state; that is the reader's.

use crate::{
    api::{Cursor, HEARTBEAT, StreamEvent},
    client::{
        Client, ClientError, EventStream, FeedCommand, FeedEvent, Link, Monitor, longest_pause,
    },
    clock, entropy,
    model::{Entry, PipelineName, Revision, Span, Stream, Time},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};
use tokio::sync::mpsc;

pub(super) struct Follower {
    client: Client,
    watched: BTreeSet<PipelineName>,
    events: mpsc::Sender<FeedEvent>,
    commands: mpsc::Receiver<FeedCommand>,
    monitor: Monitor,
    /// The link as the reader knows it.
    told: Option<Link>,
    heartbeat: Span,
    /// Where to resume; none when everything must be loaded.
    cursor: Option<Cursor>,
    /// Where the reader was when the stream had a gap.
    lost: Option<Cursor>,
    /// Gaps in a row, without anything that fitted between them.
    gaps: u32,
    /// What the reader has of the organization and of each watched pipeline.
    revisions: BTreeMap<Stream, Revision>,
}

/// Why following ended.
enum End {
    ReaderGone,
    Failed(ClientError),
    /// Other pipelines are watched now.
    Rewatch,
    /// Something is missing between what the reader has and what came.
    Gap,
}

impl From<ClientError> for End {
    fn from(why: ClientError) -> Self {
        End::Failed(why)
    }
}

impl Follower {
    pub(super) fn new(
        client: Client,
        watched: BTreeSet<PipelineName>,
        events: mpsc::Sender<FeedEvent>,
        commands: mpsc::Receiver<FeedCommand>,
    ) -> Self {
        Self {
            client,
            watched,
            events,
            commands,
            monitor: Monitor::new(HEARTBEAT),
            told: None,
            heartbeat: HEARTBEAT,
            cursor: None,
            lost: None,
            gaps: 0,
            revisions: BTreeMap::new(),
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            let Err(end) = self.follow().await;
            let pause = match end {
                End::ReaderGone => return,
                End::Rewatch => Ok(()),
                End::Gap => {
                    self.lost = self.cursor.take();
                    self.revisions.clear();
                    self.gaps += 1;
                    if self.gaps == 1 {
                        Ok(())
                    } else {
                        // A server that can only say this must not be asked without a pause.
                        self.pause("the stream has one gap after the other").await
                    }
                }
                End::Failed(why) => self.pause(&why.to_string()).await,
            };
            if pause.is_err() {
                return;
            }
        }
    }

    /// Loads what is missing and follows the stream until something ends it.
    async fn follow(&mut self) -> Result<Infallible, End> {
        self.tell_link().await?;
        if self.cursor.is_none() {
            self.load_fleet().await?;
        }
        self.load_snapshots().await?;
        if let (Some(lost), Some(cursor)) = (self.lost.take(), &self.cursor) {
            let missed = (lost.epoch == cursor.epoch).then(|| cursor.seq.saturating_sub(lost.seq));
            self.tell(FeedEvent::Resynced { missed }).await?;
        }
        let stream = self.client.stream(self.cursor.as_ref(), &self.watched);
        let mut stream = stream.await?;
        self.monitor.connected(clock::now(), self.heartbeat);
        loop {
            self.tell_link().await?;
            self.step(&mut stream).await?;
        }
    }

    /// Waits for one thing to happen and deals with it.
    async fn step(&mut self, stream: &mut EventStream) -> Result<(), End> {
        let wake = [self.monitor.deadline(), self.monitor.give_up()];
        tokio::select! {
            next = stream.next() => match next? {
                Some((cursor, event)) => self.take(cursor, event).await,
                None => Err(self.broken("the server ended the stream".to_owned())),
            },
            command = self.commands.recv() => self.obey(command),
            () = self.events.closed() => Err(End::ReaderGone),
            () = sleep_until(wake.into_iter().flatten().min()) => {
                let now = clock::now();
                self.monitor.tick(now);
                match self.monitor.give_up() {
                    Some(give_up) if now >= give_up => {
                        let silence = self.monitor.link().age(now).unwrap_or_default();
                        Err(self.broken(format!("nothing was heard for {silence}")))
                    }
                    Some(_) | None => Ok(()),
                }
            }
        }
    }

    async fn load_fleet(&mut self) -> Result<(), End> {
        let fleet = self.client.fleet().await?;
        self.heartbeat = fleet.heartbeat;
        self.cursor = Some(fleet.cursor.clone());
        self.revisions
            .insert(Stream::Organization, fleet.org.revision);
        self.tell(FeedEvent::Fleet(Box::new(fleet))).await
    }

    /// Snapshots of the watched pipelines that the reader does not have. One that is gone is left
    /// out: the others are still worth watching.
    async fn load_snapshots(&mut self) -> Result<(), End> {
        for name in self.watched.clone() {
            let stream = Stream::Pipeline(name.clone());
            if self.revisions.contains_key(&stream) {
                continue;
            }
            let snapshot = match self.client.pipeline(&name).await {
                Ok(snapshot) => snapshot,
                Err(ClientError::Problem { problem, .. }) if problem.status == 404 => continue,
                Err(other) => return Err(End::Failed(other)),
            };
            self.revisions.insert(stream, snapshot.pipeline.revision);
            self.tell(FeedEvent::Snapshot(Box::new(snapshot))).await?;
        }
        Ok(())
    }

    async fn take(&mut self, cursor: Option<Cursor>, event: StreamEvent) -> Result<(), End> {
        self.monitor.heard(clock::now());
        match event {
            StreamEvent::Summary(_) | StreamEvent::Viewers(_) => {
                self.tell(FeedEvent::Event(event)).await?;
            }
            StreamEvent::Entry(entry) => self.take_entry(entry).await?,
            StreamEvent::Heartbeat { cursor, .. } => self.cursor = Some(cursor),
            StreamEvent::Reset { .. } => return Err(End::Gap),
        }
        self.gaps = 0;
        if cursor.is_some() {
            self.cursor = cursor;
        }
        Ok(())
    }

    /// Passes on the entry that comes next in its stream, and drops what the reader has already.
    async fn take_entry(&mut self, entry: Entry) -> Result<(), End> {
        let Some(have) = self.revisions.get_mut(&entry.stream) else {
            let watched = match &entry.stream {
                Stream::Organization => true,
                Stream::Pipeline(name) => self.watched.contains(name),
            };
            return if watched { Err(End::Gap) } else { Ok(()) };
        };
        if entry.revision <= *have {
            return Ok(());
        }
        if entry.revision != have.next() {
            return Err(End::Gap);
        }
        *have = entry.revision;
        self.tell(FeedEvent::Event(StreamEvent::Entry(entry))).await
    }

    /// Waits before the next try, or until somebody wants it now.
    async fn pause(&mut self, why: &str) -> Result<(), End> {
        let pause = Span(entropy::below(longest_pause(self.monitor.tries()).0));
        let now = clock::now();
        self.monitor.closed(now, why.to_owned(), pause);
        self.tell_link().await?;
        let over = tokio::time::sleep(pause.std());
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => break,
                () = self.events.closed() => return Err(End::ReaderGone),
                command = self.commands.recv() => match command {
                    Some(FeedCommand::RetryNow) => break,
                    Some(FeedCommand::Watch(_)) | None => match self.obey(command) {
                        Ok(()) | Err(End::Rewatch) => {}
                        Err(end) => return Err(end),
                    },
                },
            }
        }
        self.monitor.retry();
        Ok(())
    }

    fn obey(&mut self, command: Option<FeedCommand>) -> Result<(), End> {
        match command {
            None => Err(End::ReaderGone),
            Some(FeedCommand::RetryNow) => Ok(()),
            Some(FeedCommand::Watch(watched)) if watched == self.watched => Ok(()),
            Some(FeedCommand::Watch(watched)) => {
                self.revisions.retain(|stream, _| match stream {
                    Stream::Organization => true,
                    Stream::Pipeline(name) => watched.contains(name),
                });
                self.watched = watched;
                Err(End::Rewatch)
            }
        }
    }

    /// Tells the link when its word changed, or when a second was gained: more often would only
    /// make the reader busy.
    async fn tell_link(&mut self) -> Result<(), End> {
        let link = self.monitor.link();
        let news = match (&self.told, link) {
            (Some(told), link) if told.word() != link.word() => true,
            (Some(told), link) => match (told.last(), link.last()) {
                (Some(before), Some(after)) => after.since(before) >= Span::seconds(1),
                _ => told != link,
            },
            (None, _) => true,
        };
        if !news {
            return Ok(());
        }
        let link = link.clone();
        self.told = Some(link.clone());
        self.tell(FeedEvent::Link(link)).await
    }

    async fn tell(&self, event: FeedEvent) -> Result<(), End> {
        let sent = self.events.send(event).await;
        sent.map_err(|_reader_gone| End::ReaderGone)
    }

    fn broken(&self, why: String) -> End {
        End::Failed(ClientError::Broken {
            doing: "reading the stream",
            address: self.client.address().to_string(),
            why,
        })
    }
}

async fn sleep_until(wake: Option<Time>) {
    match wake {
        Some(at) => tokio::time::sleep(at.since(clock::now()).std()).await,
        None => std::future::pending().await,
    }
}
