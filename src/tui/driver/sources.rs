//! Everything that events come from: keys, the system's signals, answers, the feed, and time.

use crate::{
    client::Feed,
    clock,
    model::Time,
    tui::{
        driver::perform::Performer,
        event::{Event, Stop},
        terminal::{Terminal, input::Input, keyboard::Keyboard},
    },
};
use futures_util::FutureExt as _;
use nix::libc::{SIGCONT, SIGTSTP};
use std::{io, thread};
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
    paused: Signal,
    resumed: Signal,
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
            paused: signal(SignalKind::from_raw(SIGTSTP))?,
            resumed: signal(SignalKind::from_raw(SIGCONT))?,
        })
    }

    /// What happens next; a tick at `wake` if nothing does before.
    pub(super) async fn next(
        &mut self,
        performer: &mut Performer,
        wake: Option<Time>,
    ) -> io::Result<Event> {
        let Some(wake) = wake else {
            return self.happened(performer).await;
        };
        let wait = wake.since(clock::now()).std();
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
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Ok(Event::Stop(Stop::Terminate)),
            _ = self.hang_up.recv() => Ok(Event::Stop(Stop::HangUp)),
            _ = self.interrupt.recv() => Ok(Event::Stop(Stop::Interrupt)),
            _ = self.paused.recv() => Ok(Event::Pause),
            _ = self.resumed.recv() => Ok(Event::Resumed),
            _ = self.resized.recv() => Terminal::size().map(Event::Resize),
            key = self.keys.recv() => {
                let ended = || io::Error::other("no more keys can be read");
                Ok(match key.ok_or_else(ended)?? {
                    Input::Key(key) => Event::Key(key),
                    Input::Paste(text) => Event::Paste(text),
                    Input::Focus(focused) => Event::Focus(focused),
                    Input::Pointer(said) => Event::Pointer(said),
                    Input::Here => Event::Here,
                })
            }
            answer = performer.answer() => Ok(answer),
            news = self.feed.next(), if !self.feed_ended => {
                if let Some(news) = news {
                    return Ok(Event::Feed(news));
                }
                self.feed_ended = true;
                let text = "the feed has ended: leave and start again";
                Ok(Event::Trouble(text.to_owned()))
            }
        }
    }
}

/// Reads keys until nobody wants them. A thread, because reading a terminal blocks.
fn read_keys(into: &mpsc::Sender<io::Result<Input>>) {
    let mut keyboard = Keyboard::default();
    loop {
        let inputs = keyboard.read(None);
        let failed = inputs.is_err();
        let each = match inputs {
            Ok(inputs) => inputs.into_iter().map(Ok).collect(),
            Err(why) => vec![Err(why)],
        };
        for input in each {
            if into.blocking_send(input).is_err() {
                return;
            }
        }
        if failed {
            return;
        }
    }
}
