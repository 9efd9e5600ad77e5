//! Tells people what happened, on the routes of the organization. Every notice comes here in the
//! journal's order and waits in the outbox of each route that wants it; one task for each route does
//! the telling, so that a dead one delays no other. It knows no channel.

mod keep;
mod teller;

use crate::{
    api::{RouteState, TestAnswer},
    clock, entropy, executor, http,
    model::{Actor, Channel, Next, Notice, NoticeAction, Outbox, Route, RouteName, Time},
    service::ServiceError,
};
use keep::Shelf;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use teller::{Teller, Trouble};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

/// The longest wait for a receiver of ours; the channels have shorter ones.
const ANSWER: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub(super) struct Desk {
    journal: String,
    shelf: Shelf,
    http: reqwest::Client,
    counters: Mutex<BTreeMap<RouteName, Arc<Counter>>>,
}

/// One route with what waits on it.
#[derive(Debug)]
pub(super) struct Counter {
    name: RouteName,
    inside: Mutex<Inside>,
    /// Something is new: a notice, or the route itself.
    news: Notify,
}

#[derive(Debug)]
struct Inside {
    /// None when the route is gone.
    route: Option<Arc<Route>>,
    outbox: Outbox,
    trouble: Option<Trouble>,
}

impl Desk {
    /// Opens the outboxes of all routes. A new route begins at `last`, the journal's newest entry.
    pub(super) fn open(
        state: &Path,
        journal: &str,
        last: u64,
        routes: Vec<Route>,
    ) -> Result<Self, ServiceError> {
        let cannot = |source| ServiceError::Notices {
            path: state.to_owned(),
            source,
        };
        let shelf = Shelf::open(state, routes.iter().map(|it| &it.name)).map_err(cannot)?;
        let desk = Self {
            journal: journal.to_owned(),
            shelf,
            http: http::outbound(ANSWER).map_err(ServiceError::Http)?,
            counters: Mutex::default(),
        };
        for route in routes {
            desk.add(route, last);
        }
        Ok(desk)
    }

    /// The position after which some route has not looked at the journal.
    pub(super) fn behind(&self) -> Option<u64> {
        let counters = self.counters();
        let seen = counters
            .values()
            .map(|counter| counter.inside().outbox.seen);
        seen.min()
    }

    /// Takes a notice in, in the journal's order. Waits for nothing.
    pub(super) fn take(&self, notice: &Notice) {
        for counter in self.counters().values() {
            let mut inside = counter.inside();
            if let Some(route) = inside.route.clone() {
                inside.outbox.take(&route, notice);
                counter.news.notify_one();
            }
        }
    }

    /// Starts the telling on every route.
    pub(super) fn start(&self, stopped: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        let counters = self.counters();
        let tasks = counters.values().map(|it| self.serve(it, stopped));
        tasks.collect()
    }

    /// Takes routes over that changed, with what waits on them; gives the tasks of new ones.
    pub(super) fn change(
        &self,
        routes: Vec<Route>,
        last: u64,
        stopped: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        let gone: Vec<RouteName> = {
            let counters = self.counters();
            let names = counters.keys();
            let gone = names.filter(|name| !routes.iter().any(|route| route.name == **name));
            gone.cloned().collect()
        };
        for name in gone {
            let counter = self.counters().remove(&name);
            if let Some(counter) = counter {
                counter.inside().route = None;
                counter.news.notify_one();
                self.shelf.remove(&name);
            }
        }
        let mut tasks = Vec::new();
        for route in routes {
            let known = self.counters().get(&route.name).map(Arc::clone);
            if let Some(counter) = known {
                counter.inside().route = Some(Arc::new(route));
                counter.news.notify_one();
            } else {
                let counter = self.add(route, last);
                tasks.push(self.serve(&counter, stopped));
            }
        }
        tasks
    }

    pub(super) fn states(&self, now: Time) -> Vec<RouteState> {
        let counters = self.counters();
        let states = counters.values().filter_map(|it| it.state(now));
        states.collect()
    }

    /// Sends a notice that means nothing on a route, at once and once. None when there is no such
    /// route.
    pub(super) async fn test(&self, name: &RouteName, by: Actor) -> Option<TestAnswer> {
        let route = {
            let counter = self.counters().get(name).map(Arc::clone)?;
            counter.inside().route.clone()?
        };
        let now = clock::now();
        let unique = entropy::hex(8).unwrap_or_else(|_none| now.to_string());
        let key = format!("{}:test-{unique}", self.journal);
        let mut notice = Notice::test(name.as_str(), key, now, by);
        let mut sent = executor::deliver(&self.http, &route, &notice, now).await;
        if sent.is_ok() && matches!(route.to, Channel::Pagerduty { .. }) {
            // What a test opens nobody should have to close.
            notice.action = NoticeAction::Resolve;
            sent = executor::deliver(&self.http, &route, &notice, now).await;
        }
        Some(TestAnswer {
            failed: sent.err().map(|why| why.to_string()),
        })
    }

    fn add(&self, route: Route, last: u64) -> Arc<Counter> {
        let name = route.name.clone();
        let kept = self.shelf.load(&name, &self.journal);
        let is_new = kept.is_none();
        let outbox = kept.unwrap_or_else(|| Outbox::new(&self.journal, last));
        if is_new && let Err(why) = self.shelf.save(&name, &outbox) {
            tracing::error!(route = %name, %why, "cannot keep what a route has to tell");
        }
        let counter = Arc::new(Counter {
            name: name.clone(),
            inside: Mutex::new(Inside {
                route: Some(Arc::new(route)),
                outbox,
                trouble: None,
            }),
            news: Notify::new(),
        });
        self.counters().insert(name, Arc::clone(&counter));
        counter
    }

    fn serve(&self, counter: &Arc<Counter>, stopped: &watch::Receiver<bool>) -> JoinHandle<()> {
        let teller = Teller {
            counter: Arc::clone(counter),
            shelf: self.shelf.clone(),
            http: self.http.clone(),
            stopped: stopped.clone(),
        };
        tokio::spawn(teller.tell())
    }

    /// Nothing panics while it is locked, and no counter is ever left half changed.
    fn counters(&self) -> MutexGuard<'_, BTreeMap<RouteName, Arc<Counter>>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counter {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self, now: Time) -> Option<RouteState> {
        let inside = self.inside();
        let route = inside.route.as_deref()?;
        let outbox = &inside.outbox;
        let all = outbox.trying.iter().chain(&outbox.waiting);
        // Only looked at: what it would do is done by the route's own task.
        let next = outbox.clone().next(route, now);
        Some(RouteState {
            route: self.name.clone(),
            to: route.to.to_string(),
            waiting: all.clone().count(),
            oldest: all.map(|notice| notice.at).min(),
            held_until: match next {
                Next::Wait(until) => until,
                Next::Send(_) => None,
            },
            delivered: outbox.delivered,
            given_up: outbox.given_up,
            last_success: outbox.last_success,
            last_given_up: outbox.last_given_up.clone(),
            failing: inside.trouble.as_ref().map(Trouble::told),
        })
    }
}
