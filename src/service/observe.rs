//! The standing observers of one pipeline: one looks at the branch of each source, one reads the alarms and counts
//! the time of bakes. They follow the definition, look again only when what they saw was taken in,
//! and know no rules.

use crate::{
    clock,
    executor::Executor,
    model::{
        Alarm, AlarmLevel, AlarmName, AlarmSource, Definition, Head, Observation, Outcome,
        Pipeline, Reading, Sha, Sight, Source, SourceName, Span, TargetName, Touch,
    },
    service::{mailbox::Mailbox, shared::Shared},
    watch::{Inbox, Inboxes, Sights, Watch},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep},
};

/// Commits that a look at the branch is told of, to find what is new since one of them.
const KNOWN_MOST: usize = 50;

/// The least pause between two looks, however often somebody says that there is something new.
const PAUSE_LEAST: Span = Span::seconds(1);

/// The longest pause between two looks at a branch that does not answer.
const PAUSE_MOST: Span = Span::minutes(5);

#[derive(Debug)]
pub(super) struct Observers {
    following: Option<Arc<Definition>>,
    tasks: Vec<JoinHandle<()>>,
    outlook: watch::Sender<Outlook>,
    sights: Sights,
    /// Held so that what was pushed outlives an exchange of the observers.
    inboxes: Vec<Arc<Inbox>>,
}

/// What observers need to know of the pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Outlook {
    /// Commits that were seen of each source, newest first; the main one has no name.
    known: BTreeMap<Option<SourceName>, Vec<Sha>>,
    /// Whether every source beside the main one was seen. Before that the main one is seen in vain.
    complete: bool,
    /// Whether an attempt is under way, whose bakes count time.
    active: bool,
    /// What deployments have done to targets.
    touched: Arc<BTreeMap<TargetName, Touch>>,
}

impl Observers {
    pub(super) fn new() -> Self {
        Self {
            following: None,
            tasks: Vec::new(),
            outlook: watch::Sender::new(Outlook::default()),
            sights: Sights::default(),
            inboxes: Vec::new(),
        }
    }

    /// Tells the observers how the pipeline is, and exchanges them when its definition changed.
    pub(super) fn follow(&mut self, pipeline: &Pipeline, shared: &Shared, mailbox: &Mailbox) {
        let outlook = Outlook::of(pipeline);
        self.outlook.send_if_modified(|known| {
            let changed = *known != outlook;
            *known = outlook;
            changed
        });
        let Some(definition) = &pipeline.definition else {
            return;
        };
        let same = |following: &Arc<Definition>| Arc::ptr_eq(following, definition);
        if self.following.as_ref().is_some_and(same) {
            return;
        }
        self.end();
        let also = definition.also.iter();
        let also = also.map(|also| (Some(&also.name), &also.source));
        let sources = std::iter::once((None, &definition.source)).chain(also);
        let branches = sources.map(|(name, source)| Branch {
            name: name.cloned(),
            source: source.clone(),
            executor: shared.executor.clone(),
            outlook: self.outlook.subscribe(),
            looks: mailbox.looks(),
            mailbox: mailbox.clone(),
        });
        let wanted: Vec<Alarm> = pipeline.watched().into_values().cloned().collect();
        self.inboxes = shared.inboxes.hold(&wanted);
        let alarms = Alarms {
            wanted,
            every: definition.watch_every,
            max_age: definition.watch_max_age,
            http: shared.http.clone(),
            inboxes: shared.inboxes.clone(),
            sights: self.sights.clone(),
            outlook: self.outlook.subscribe(),
            mailbox: mailbox.clone(),
        };
        self.tasks = branches
            .map(|branch| tokio::spawn(branch.observe()))
            .collect();
        self.tasks.push(tokio::spawn(alarms.observe()));
        mailbox.follows(definition);
        self.following = Some(Arc::clone(definition));
    }

    /// What there is to see of the alarms.
    pub(super) fn sights(&self) -> BTreeMap<AlarmName, Sight> {
        self.sights.look()
    }

    pub(super) fn end(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Outlook {
    fn of(pipeline: &Pipeline) -> Self {
        let also = pipeline.also.keys().cloned().map(Some);
        let sources = std::iter::once(None).chain(also);
        let known = sources.map(|name| {
            let state = pipeline.source_state(name.as_ref());
            let head = state.and_then(|state| state.head.as_ref());
            let newest = pipeline.releases.0.values().rev().take(KNOWN_MOST);
            let pins = newest.filter_map(|release| release.pin(name.as_ref()));
            let mut known: Vec<Sha> = Vec::new();
            for sha in head.into_iter().chain(pins) {
                if !known.contains(sha) {
                    known.push(sha.clone());
                }
            }
            (name, known)
        });
        let known = known.collect();
        Self {
            known,
            complete: pipeline.unseen_sources().is_empty(),
            active: pipeline.active().next().is_some(),
            touched: Arc::new(touched(pipeline)),
        }
    }

    /// Whether the main source was seen before the others, and can be taken in by now.
    fn wants_main(&self) -> bool {
        self.complete && self.known.get(&None).is_none_or(Vec::is_empty)
    }
}

/// What deployments have done to targets, as far as some alarm wants to know: there may be very many.
fn touched(pipeline: &Pipeline) -> BTreeMap<TargetName, Touch> {
    let asks = |alarm: &&Alarm| matches!(alarm.source, AlarmSource::Anomalies(_));
    if pipeline.watched().values().any(asks) {
        pipeline.touched()
    } else {
        BTreeMap::new()
    }
}

struct Branch {
    name: Option<SourceName>,
    source: Source,
    executor: Executor,
    outlook: watch::Receiver<Outlook>,
    looks: watch::Receiver<()>,
    mailbox: Mailbox,
}

impl Branch {
    /// Looks at the branch until nobody takes in what is seen.
    async fn observe(mut self) {
        let mut failures = 0;
        // Whether it was said that the branch answers, since the start or the last failure.
        let mut answers = false;
        loop {
            // A wake from here on is for the next look: this one may miss what it is about.
            self.looks.borrow_and_update();
            let known = self.outlook.borrow().known.get(&self.name).cloned();
            let known = known.unwrap_or_default();
            let seen = match self.executor.head(&self.source, &known).await {
                Ok(moved) => {
                    failures = 0;
                    moved
                        .or_else(|| known.into_iter().next().filter(|_| !answers).map(unmoved))
                        .map(|head| Head {
                            source: self.name.clone(),
                            ..head
                        })
                        .map(Outcome::Head)
                }
                Err(why) => {
                    failures += 1;
                    let why = why.to_string();
                    let source = self.name.clone();
                    Some(Outcome::SourceFailed { source, why })
                }
            };
            answers = failures == 0;
            if let Some(seen) = seen
                && self.mailbox.seen(seen).await.is_err()
            {
                return;
            }
            self.rest(failures).await;
        }
    }

    /// Waits until the next look is due, or until a wake, but never less than the least pause.
    async fn rest(&mut self, failures: u32) {
        let pause = pause(self.source.poll_every, failures);
        let least = Span(pause.0.min(PAUSE_LEAST.0));
        sleep(least.std()).await;
        let main = self.name.is_none() && failures == 0;
        tokio::select! {
            () = sleep(Span(pause.0 - least.0).std()) => {}
            _due = self.outlook.wait_for(Outlook::wants_main), if main => {}
            // The mailbox that wakes is held here, so there is always somebody who may.
            _woken = self.looks.changed() => {}
        }
    }
}

/// A branch that is where it was.
fn unmoved(head: Sha) -> Head {
    Head {
        source: None,
        base: Some(head.clone()),
        sha: head,
        changes: Vec::new(),
    }
}

/// Twice as long after every failure, up to a limit that a longer interval may exceed.
fn pause(every: Span, failures: u32) -> Span {
    let longer = every.0.saturating_mul(1 << failures.min(20));
    Span(longer.min(PAUSE_MOST.0.max(every.0)))
}

struct Alarms {
    wanted: Vec<Alarm>,
    every: Span,
    max_age: Span,
    http: reqwest::Client,
    inboxes: Inboxes,
    sights: Sights,
    outlook: watch::Receiver<Outlook>,
    mailbox: Mailbox,
}

impl Alarms {
    /// Reads the alarms until nobody takes in what they say. Without alarms there is nothing to
    /// see but time, and only while an attempt is under way.
    async fn observe(mut self) {
        let mut rounds = interval(self.every.std());
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watch = self.watch();
        loop {
            if self.wanted.is_empty() && !self.outlook.borrow().active {
                if self
                    .outlook
                    .wait_for(|outlook| outlook.active)
                    .await
                    .is_err()
                {
                    return;
                }
                // Time in which nobody looked does not count.
                watch = self.watch();
            }
            rounds.tick().await;
            let touched = Arc::clone(&self.outlook.borrow().touched);
            watch.touched(&touched);
            let begun = clock::since_boot();
            let observation = watch.observe().await;
            // What was asked before the machine or this process stood still says nothing of now.
            if clock::since_boot().saturating_sub(begun) > self.max_age {
                continue;
            }
            let seen = Outcome::Observed(observation);
            if self.mailbox.seen(seen).await.is_err() {
                return;
            }
        }
    }

    fn watch(&self) -> Watch {
        let (http, sights) = (self.http.clone(), self.sights.clone());
        Watch::new(&self.wanted, http, sights, &self.inboxes)
    }
}

/// A round in which these alarms could not be read.
pub(super) fn unread<'a>(alarms: impl Iterator<Item = &'a Alarm>, why: &str) -> Observation {
    let readings = alarms.map(|alarm| Reading {
        alarm: alarm.name.clone(),
        level: AlarmLevel::NoData,
        value: None,
        why: why.to_owned(),
        points: 0,
        targets: BTreeMap::new(),
    });
    Observation {
        elapsed: Span::ZERO,
        readings: readings.collect(),
    }
}
