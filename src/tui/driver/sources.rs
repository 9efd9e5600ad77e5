//! Everything that events come from: keys, the system's signals, answers, the feed, and time.

use crate::{
    client::Feed,
    clock,
    model::Time,
    tui::{
        chord::Key,
        driver::perform::Performer,
        event::{Event, Stop},
        terminal::Terminal,
    },
};
use crossterm::event::{Event as Input, KeyEventKind};
use futures_util::FutureExt as _;
use std::{io, thread, time::Duration};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc,
};

/// More keys than anybody types between two frames; the reader waits when it is full.
const KEYS: usize = 256;

pub(super) struct Sources {
    keys: mpsc::Receiver<io::Result<Input>>,
    feed: Feed,
    feed_ended: bool,
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    resized: Signal,
}

impl Sources {
    pub(super) fn open(feed: Feed) -> io::Result<Self> {
        let (into, keys) = mpsc::channel(KEYS);
        thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || read_keys(&into))?;
        Ok(Self {
            keys,
            feed,
            feed_ended: false,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// What happens next; a tick at `wake` if nothing does before.
    pub(super) async fn next(
        &mut self,
        performer: &mut Performer,
        wake: Time,
    ) -> io::Result<Event> {
        let wait = Duration::from_millis(wake.since(clock::now()).0);
        tokio::select! {
            biased;
            event = self.happened(performer) => event,
            () = tokio::time::sleep(wait) => Ok(Event::Tick),
        }
    }

    /// What has happened already, if anything has.
    pub(super) fn ready(&mut self, performer: &mut Performer) -> Option<io::Result<Event>> {
        self.happened(performer).now_or_never()
    }

    /// Nothing is lost when the future is dropped.
    async fn happened(&mut self, performer: &mut Performer) -> io::Result<Event> {
        loop {
            tokio::select! {
                biased;
                _ = self.terminate.recv() => return Ok(Event::Stop(Stop::Terminate)),
                _ = self.hang_up.recv() => return Ok(Event::Stop(Stop::HangUp)),
                _ = self.interrupt.recv() => return Ok(Event::Stop(Stop::Interrupt)),
                _ = self.resized.recv() => return Terminal::size().map(Event::Resize),
                key = self.keys.recv() => {
                    let ended = || io::Error::other("no more keys can be read");
                    if let Some(event) = event_of(key.ok_or_else(ended)??) {
                        return Ok(event);
                    }
                }
                answer = performer.answer() => return Ok(answer),
                news = self.feed.next(), if !self.feed_ended => {
                    if let Some(news) = news {
                        return Ok(Event::Feed(news));
                    }
                    self.feed_ended = true;
                    let text = "the feed has ended: leave and start again";
                    return Ok(Event::Trouble(text.to_owned()));
                }
            }
        }
    }
}

/// Reads keys until nobody wants them. A thread, because reading a terminal blocks.
fn read_keys(into: &mpsc::Sender<io::Result<Input>>) {
    loop {
        let input = crossterm::event::read();
        let failed = input.is_err();
        if into.blocking_send(input).is_err() || failed {
            return;
        }
    }
}

/// What an input means; none for what means nothing to us, such as a key's release.
fn event_of(input: Input) -> Option<Event> {
    match input {
        Input::Key(key) if key.kind == KeyEventKind::Press => {
            Key::from_terminal(key).map(Event::Key)
        }
        Input::Paste(text) => Some(Event::Paste(text)),
        // The size comes from the signal, which is waited for from before the first frame on.
        Input::Resize(_, _)
        | Input::Key(_)
        | Input::Mouse(_)
        | Input::FocusGained
        | Input::FocusLost => None,
    }
}
