//! The task of one route: sends what the outbox gives it until it arrives or is given up, with
//! longer and longer pauses, and keeps the outbox after each.

use crate::{
    api::Failing,
    clock, entropy,
    executor::{self, Undelivered},
    model::{Next, Notice, NoticeKind, Route, Span, Time, plain},
    service::{
        notify::{Counter, keep::Shelf},
        shared::{LOOK_AGAIN, in_time, stopping},
    },
};
use std::sync::Arc;
use tokio::{sync::watch, task::spawn_blocking};

/// Between the first two tries; then twice as long each time.
const PAUSE_FIRST: Span = Span::seconds(1);
const PAUSE_MOST: Span = Span::minutes(5);
/// Characters of a reason.
const WHY_MOST: usize = 300;

pub(super) struct Teller {
    pub(super) counter: Arc<Counter>,
    pub(super) shelf: Shelf,
    pub(super) http: reqwest::Client,
    pub(super) stopped: watch::Receiver<bool>,
}

/// The notice that is under way did not get there so far.
#[derive(Debug)]
pub(super) struct Trouble {
    since: Time,
    tries: u32,
    why: String,
    again_at: Time,
}

impl Trouble {
    pub(super) fn told(&self) -> Failing {
        Failing {
            since: self.since,
            tries: self.tries,
            why: self.why.clone(),
            again_at: self.again_at,
        }
    }
}

impl Teller {
    /// Until the service stops, or the route is gone. A delivery under way is broken off then, and
    /// made anew by the next server under the same key.
    pub(super) async fn tell(self) {
        let mut stopped = self.stopped.clone();
        tokio::select! {
            () = stopping(&mut stopped) => {}
            () = self.tell_for_ever() => {}
        }
        self.save().await;
    }

    async fn tell_for_ever(&self) {
        loop {
            let now = clock::now();
            let (route, next) = {
                let mut inside = self.counter.inside();
                let Some(route) = inside.route.clone() else {
                    return;
                };
                let next = inside.outbox.next(&route, now);
                (route, next)
            };
            let wait = match next {
                Next::Send(notice) => self.send(&route, &notice).await,
                Next::Wait(until) => until.map(|until| until.since(clock::now())),
            };
            let wait = wait.map(|wait| wait.min(LOOK_AGAIN));
            tokio::select! {
                () = in_time(wait) => {}
                () = self.counter.news.notified(), if wait != Some(Span::ZERO) => {}
            }
        }
    }

    /// Sends, unless it is too early for another try; gives how long to wait after that.
    async fn send(&self, route: &Route, notice: &Notice) -> Option<Span> {
        let again_at = self.counter.inside().trouble.as_ref().map(|it| it.again_at);
        let pause = again_at.map_or(Span::ZERO, |at| at.since(clock::now()));
        if !pause.is_zero() {
            return Some(pause);
        }
        if notice.kind == NoticeKind::Digest && again_at.is_none() {
            // Which notices are in it, and so its key, must outlive this server.
            self.save().await;
        }
        let sent = executor::deliver(&self.http, route, notice, clock::now()).await;
        let now = clock::now();
        let name = &self.counter.name;
        match sent {
            Ok(()) => {
                let mut inside = self.counter.inside();
                inside.outbox.delivered(now);
                if let Some(trouble) = inside.trouble.take() {
                    let tries = trouble.tries;
                    tracing::info!(route = %name, tries, "people are told again");
                }
            }
            Err(Undelivered::Refused { why }) => {
                let why = plain(&why, WHY_MOST);
                tracing::error!(route = %name, key = %notice.key, %why, "a notice is given up: the receiver refuses it");
                let mut inside = self.counter.inside();
                inside.outbox.give_up(now, &why);
                inside.trouble = None;
            }
            Err(Undelivered::Later { why, after }) => {
                return Some(self.later(now, plain(&why, WHY_MOST), after));
            }
        }
        self.save().await;
        Some(Span::ZERO)
    }

    /// Notes that a try failed; gives how long to wait for the next.
    fn later(&self, now: Time, why: String, after: Option<Span>) -> Span {
        let mut inside = self.counter.inside();
        let before = inside.trouble.take();
        let tries = before.as_ref().map_or(0, |it| it.tries);
        let pause = pause(tries).max(after.unwrap_or_default());
        let name = &self.counter.name;
        // The first time, and whenever the reason is another.
        if before.as_ref().is_none_or(|before| before.why != why) {
            tracing::warn!(route = %name, %why, "cannot tell people; it is tried again");
        }
        inside.trouble = Some(Trouble {
            since: before.map_or(now, |before| before.since),
            tries: tries.saturating_add(1),
            why,
            again_at: now + pause,
        });
        pause
    }

    async fn save(&self) {
        let (outbox, gone) = {
            let inside = self.counter.inside();
            (inside.outbox.clone(), inside.route.is_none())
        };
        if gone {
            return;
        }
        let (shelf, name) = (self.shelf.clone(), self.counter.name.clone());
        let saved = spawn_blocking(move || shelf.save(&name, &outbox)).await;
        let name = &self.counter.name;
        if let Ok(Err(why)) = saved {
            tracing::error!(route = %name, %why, "cannot keep what was told: after a restart it is told again");
        }
    }
}

/// Twice as long after every try, and never for two routes at the same moment.
fn pause(tries: u32) -> Span {
    let longer = PAUSE_FIRST.0.saturating_mul(1 << tries.min(20));
    let longer = longer.min(PAUSE_MOST.0);
    Span(longer / 2 + entropy::below(longer / 2 + 1))
}
