//! One subscriber's stream: what happened after its cursor, read from the journal, and then the
//! news, without a gap and without an entry twice. Where that cannot be, a `Reset` that says why.

use crate::{
    api::{self, Cursor, StreamEvent},
    clock,
    journal::Writer,
    model::{Entry, PipelineName, Stream},
    service::{
        News,
        hub::Hub,
        shared::{Shared, stopping},
    },
};
use futures_util::stream;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};
use tokio::{
    sync::{broadcast, watch},
    time::{Interval, MissedTickBehavior, interval},
};

/// Entries read from the journal at once.
const PAGE: usize = 500;

/// Entries to catch up with. From further back it is cheaper to load everything anew.
const CATCH_UP_MOST: u64 = 20_000;

struct Subscriber {
    hub: Arc<Hub>,
    writer: Writer,
    stopped: watch::Receiver<bool>,
    news: broadcast::Receiver<Arc<News>>,
    pipelines: BTreeSet<PipelineName>,
    phase: Phase,
    /// Every entry up to here was told, or was not asked for.
    seen: u64,
    ready: VecDeque<Arc<News>>,
    beat: Interval,
}

enum Phase {
    /// From `seen` to this position, at which the news continue; the rows since `from` follow.
    CatchUp {
        from: u64,
        to: u64,
    },
    Live,
    Over,
}

pub(super) fn subscribe(
    shared: &Shared,
    after: Option<Cursor>,
    pipelines: BTreeSet<PipelineName>,
) -> impl futures_util::Stream<Item = Arc<News>> + Send + 'static + use<> {
    // News are kept from here on, so the journal has to be read up to here only.
    let (news, to) = shared.hub.listen();
    let mut beat = interval(api::HEARTBEAT.std());
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut subscriber = Subscriber {
        hub: Arc::clone(&shared.hub),
        writer: shared.writer.clone(),
        stopped: shared.stopped.clone(),
        news,
        pipelines,
        phase: Phase::Live,
        seen: to,
        ready: VecDeque::new(),
        beat,
    };
    if let Some(after) = after {
        subscriber.resume(&after, to);
    }
    stream::unfold(subscriber, |mut subscriber| async move {
        let news = subscriber.next().await?;
        Some((news, subscriber))
    })
}

impl Subscriber {
    fn resume(&mut self, after: &Cursor, to: u64) {
        let here = self.hub.at_seq(to);
        if after.epoch != here.epoch {
            self.reset("the server has another journal than the one this position is from");
        } else if after.seq > to {
            self.reset("the server's journal does not reach this position");
        } else if to - after.seq > CATCH_UP_MOST {
            self.reset("too much has happened since");
        } else {
            self.seen = after.seq;
            let from = after.seq;
            self.phase = Phase::CatchUp { from, to };
        }
    }

    async fn next(&mut self) -> Option<Arc<News>> {
        loop {
            if let Some(news) = self.ready.pop_front() {
                return Some(news);
            }
            match self.phase {
                Phase::CatchUp { from, to } => self.catch_up(from, to).await,
                Phase::Live => self.live().await,
                Phase::Over => return None,
            }
        }
    }

    async fn catch_up(&mut self, from: u64, to: u64) {
        let page = match self.writer.history(self.seen, PAGE).await {
            Ok(page) => page,
            Err(why) => return self.reset(&format!("the journal cannot be read: {why}")),
        };
        // Entries behind `to` come as news.
        let wanted = page.into_iter().filter(|entry| entry.seq <= to);
        let before = self.seen;
        for entry in wanted {
            self.seen = entry.seq;
            if self.is_asked(&entry) {
                let cursor = self.hub.at_seq(entry.seq);
                self.tell(Some(cursor), StreamEvent::Entry(entry));
            }
        }
        if self.seen < to && self.seen > before {
            return;
        }
        self.seen = to;
        self.phase = Phase::Live;
        for summary in self.hub.rows_since(from) {
            self.tell(None, StreamEvent::Summary(summary.as_ref().clone()));
        }
    }

    async fn live(&mut self) {
        tokio::select! {
            biased;
            () = stopping(&mut self.stopped) => self.phase = Phase::Over,
            news = self.news.recv() => match news {
                Ok(news) => self.hear(news),
                Err(broadcast::error::RecvError::Lagged(missed)) => {
                    self.reset(&format!("this reader was too slow and missed {missed} events"));
                }
                Err(broadcast::error::RecvError::Closed) => self.phase = Phase::Over,
            },
            _ = self.beat.tick() => {
                let cursor = self.hub.at_seq(self.seen);
                let now = clock::now().max(self.hub.at());
                self.tell(None, StreamEvent::Heartbeat { now, cursor });
            }
        }
    }

    fn hear(&mut self, news: Arc<News>) {
        let told = news.cursor.as_ref().map_or(0, |cursor| cursor.seq);
        self.seen = self.seen.max(told);
        let wanted = match &news.event {
            StreamEvent::Entry(entry) => self.is_asked(entry),
            StreamEvent::Summary(_)
            | StreamEvent::Viewers(_)
            | StreamEvent::Heartbeat { .. }
            | StreamEvent::Reset { .. } => true,
        };
        if wanted {
            self.ready.push_back(news);
        }
    }

    fn is_asked(&self, entry: &Entry) -> bool {
        match &entry.stream {
            Stream::Organization => true,
            Stream::Pipeline(name) => self.pipelines.contains(name),
        }
    }

    fn reset(&mut self, why: &str) {
        let why = why.to_owned();
        self.tell(None, StreamEvent::Reset { why });
        self.phase = Phase::Over;
    }

    /// Tells this one alone.
    fn tell(&mut self, cursor: Option<Cursor>, event: StreamEvent) {
        self.ready.push_back(Arc::new(News::new(cursor, event)));
    }
}
