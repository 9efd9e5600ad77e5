//! The simulated server: the shell around the real engine, with a crash possible at every point
//! between deciding and hearing back. What is durable is shown to the book before anything follows
//! from it.

use super::book::Book;
use super::faults::{Fault, Faults};
use super::outside::Outside;
use super::rng::Rng;
use super::store::Store;
use pilothouse::engine::{self, Input};
use pilothouse::journal::Commit;
use pilothouse::model::*;
use std::collections::BTreeSet;

pub(super) struct Machine {
    pub(super) store: Store,
    pub(super) pipeline: Pipeline,
    pub(super) org: Org,
    /// What the wall clock says; engine time never goes back (I39).
    pub(super) wall: Time,
    pub(super) book: Book,
    pub(super) outside: Outside,
    pub(super) faults: Faults,
    pub(super) rng: Rng,
    /// What the operators of this seed are fond of.
    pub(super) habits: u64,
    pub(super) definition: Definition,
    /// The server is down, and this many entries that were not synced got to the disk.
    down: Option<usize>,
    /// A round of readings that is being committed.
    round: Option<(Observation, Time)>,
    /// Watched time since the last round.
    pub(super) elapsed: Span,
    pub(super) trace: Option<Vec<String>>,
    /// What an attempt or a gate was doing when a fault struck.
    pub(super) covered: BTreeSet<(&'static str, Fault)>,
    pub(super) simulated: Span,
}

impl Machine {
    pub(super) fn new(store: Store, definition: Definition, mut rng: Rng, faults: Faults) -> Self {
        let habits = rng.next();
        Machine {
            store,
            pipeline: Pipeline::new(PipelineName::parse("checkout").unwrap()),
            org: Org::default(),
            wall: crate::world::World::bare().now,
            book: Book::default(),
            outside: Outside::default(),
            faults,
            rng,
            habits,
            definition,
            down: None,
            round: None,
            elapsed: Span::ZERO,
            trace: None,
            covered: BTreeSet::new(),
            simulated: Span::ZERO,
        }
    }

    /// The server starts for the first time.
    pub(super) fn begin(&mut self) {
        let on = self.faults.on();
        self.say(|| format!("-- the server starts; faults of this seed: {on:?}"));
        let groups = crate::world::World::bare().org.groups;
        let mut facts = vec![Fact::GroupsDefined { groups }];
        if self.rng.one_in(2) {
            let drain = Span::hours(3);
            facts.push(Fact::DrainDefined { drain });
        }
        // The files are read at every start, until what they say is durable.
        while self.org.groups.is_empty() {
            self.commit_org(facts.clone(), None);
            self.come_up();
        }
        self.feed(Input::Define(Box::new(self.definition.clone())));
        self.come_up();
    }

    pub(super) fn now(&self) -> Time {
        self.wall.max(self.pipeline.at).max(self.org.at)
    }

    pub(super) fn is_up(&self) -> bool {
        self.down.is_none()
    }

    pub(super) fn say(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(what());
        }
    }

    /// Whether a fault strikes now; remembers what it struck.
    pub(super) fn strikes(&mut self, fault: Fault, one_in: u64) -> bool {
        let strikes = self.faults.strikes(fault, one_in, &mut self.rng);
        if strikes {
            let states: Vec<&'static str> = self.pipeline.active().map(state_of).collect();
            self.covered
                .extend(states.into_iter().map(|state| (state, fault)));
            self.say(|| format!("! {fault:?}"));
        }
        strikes
    }

    /// Decides an input that cannot be refused, and lets happen what follows.
    pub(super) fn feed(&mut self, input: Input) {
        let now = self.now();
        if let Input::Outcome(Outcome::Observed(observation)) = &input {
            self.round = Some((observation.clone(), now));
        }
        let decided = engine::decide(&self.pipeline, &self.org, now, input);
        let facts = decided.expect("only commands are refused");
        if facts.is_empty()
            && let Some((observation, at)) = self.round.take()
        {
            self.book.round(&observation, at);
        }
        self.commit(facts, None);
        if self.is_up() {
            self.round = None;
        }
    }

    /// Append, apply, do: nothing is done that is not durable. The server may go down in between.
    pub(super) fn commit(&mut self, facts: Vec<Fact>, request: Option<RequestKey>) {
        let (stream, expect) = (
            Stream::Pipeline(self.pipeline.name.clone()),
            self.pipeline.revision,
        );
        self.append(Commit {
            stream,
            expect,
            at: self.now(),
            facts,
            request,
        });
    }

    pub(super) fn commit_org(&mut self, facts: Vec<Fact>, request: Option<RequestKey>) {
        let (stream, expect) = (Stream::Organization, self.org.revision);
        self.append(Commit {
            stream,
            expect,
            at: self.now(),
            facts,
            request,
        });
    }

    /// What time alone changes in the organization.
    pub(super) fn tick_org(&mut self) {
        self.commit_org(engine::tick_org(&self.org, self.now()), None);
        if self.is_up() {
            self.book.org_settled(self.now());
        }
    }

    fn append(&mut self, commit: Commit) {
        if commit.facts.is_empty() {
            return;
        }
        if self.strikes(Fault::CrashBeforeWrite, 60) || self.strikes(Fault::DiskFull, 60) {
            return self.go_down(0);
        }
        if self.strikes(Fault::CrashBeforeSync, 40) || self.strikes(Fault::SyncFails, 60) {
            let n = commit.facts.len() as u64;
            let reached = self.rng.below(n + 2) as usize;
            self.store.write(commit);
            return self.go_down(reached);
        }
        let entries = self.store.commit(commit).expect("nobody else writes");
        self.learn(&entries);
        if self.strikes(Fault::CrashBeforeEffect, 40) {
            return self.go_down(0);
        }
        for entry in &entries {
            self.apply(entry);
        }
        self.settle_down();
    }

    fn settle_down(&mut self) {
        let owed: Vec<&EffectId> = self.pipeline.steps.keys().collect();
        assert_eq!(
            owed,
            self.book.open.keys().collect::<Vec<_>>(),
            "I26: what is owed"
        );
        self.outside.match_up(&self.pipeline.steps, self.now());
    }

    /// Shows the book what has become durable.
    fn learn(&mut self, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        if let Some((observation, at)) = self.round.take() {
            self.book.round(&observation, at);
        }
        for entry in entries {
            self.say(|| {
                let told = entry.fact.told();
                format!("  {} {:10} {}", entry.at, told.kind, told.what)
            });
            self.book.take(entry);
        }
        let decided = |entry: &Entry| {
            let refused = matches!(entry.fact, Fact::CommandRefused { .. });
            !refused && entry.stream != Stream::Organization
        };
        if entries.last().is_some_and(decided) {
            self.book.settled();
        }
    }

    pub(super) fn go_down(&mut self, reached: usize) {
        self.down = Some(reached);
        self.outside.lose_everything();
        self.elapsed = Span::ZERO;
    }

    /// L3: recovers by itself, as often as it takes: the journal is folded anew, no alarm has been read, and what
    /// is owed runs again under its id.
    pub(super) fn come_up(&mut self) {
        while let Some(reached) = self.down.take() {
            self.store.restart(reached);
            let entries = self.store.all();
            let known = self.book.report.entries;
            assert!(
                entries.len() >= known,
                "I31: {known} entries were told, not {}",
                entries.len()
            );
            self.learn(&entries[known..]);
            self.round = None;
            self.remember(&entries);
            self.settle_down();
            if self.strikes(Fault::CrashInRecovery, 3) {
                self.go_down(0);
                continue;
            }
            let unread = self.readings(Span::ZERO, |_| (AlarmLevel::NoData, 0));
            self.feed(Input::Outcome(Outcome::Observed(unread)));
            if self.is_up() && self.pipeline.definition.as_deref() != Some(&self.definition) {
                self.feed(Input::Define(Box::new(self.definition.clone())));
            }
        }
    }

    /// I30: what a restart makes of the journal is what the server knew before it went down, and what
    /// had become durable since. In between it adds entry after entry, as a restart does.
    fn remember(&mut self, entries: &[Entry]) {
        let unknown = |entry: &&Entry| match entry.stream {
            Stream::Organization => entry.revision > self.org.revision,
            Stream::Pipeline(_) => entry.revision > self.pipeline.revision,
        };
        let unknown: Vec<&Entry> = entries.iter().filter(unknown).collect();
        for entry in unknown {
            self.apply(entry);
        }
        let known = fold(entries);
        let same = (&known.0, &known.1) == (&self.pipeline, &self.org);
        assert!(same, "I30: a restart makes something else of the journal");
        (self.pipeline, self.org) = known;
    }

    fn apply(&mut self, entry: &Entry) {
        match entry.stream {
            Stream::Organization => self.org.apply(entry).unwrap(),
            Stream::Pipeline(_) => self.pipeline.apply(entry).unwrap(),
        }
    }

    /// A round of readings of every alarm that somebody needs.
    pub(super) fn readings(
        &self,
        elapsed: Span,
        mut level: impl FnMut(&AlarmName) -> (AlarmLevel, u64),
    ) -> Observation {
        let watched = self.pipeline.watched();
        let readings = watched.keys().map(|alarm| {
            let (level, points) = level(alarm);
            let value = (level != AlarmLevel::NoData).then_some(Measure::share(Ppm(70_000)));
            Reading {
                alarm: (*alarm).clone(),
                level,
                value,
                why: String::new(),
                points,
                targets: std::collections::BTreeMap::new(),
            }
        });
        Observation {
            elapsed,
            readings: readings.collect(),
        }
    }

    /// I30, I31: the journal and the state, once more at the end.
    pub(super) fn audit(&mut self) {
        let entries = self.store.all();
        assert_eq!(entries.len(), self.book.report.entries, "I31: the journal");
        let (pipeline, org) = fold(&entries);
        assert_eq!(
            (&pipeline, &org),
            (&self.pipeline, &self.org),
            "I30: the fold is the state"
        );
        self.audit_targets();
    }

    /// I25, I27, I32: what the targets say was done to them is what the journal had opened before,
    /// and what they serve is what the engine believes, where nothing is at work.
    pub(super) fn audit_targets(&self) {
        self.outside.fleet.check();
        for (target, log) in &self.outside.fleet.logs {
            for record in log {
                let owed = self.book.opened.get(&record.effect);
                let Some(Effect::Deploy(deployment)) = owed.map(|owed| &owed.effect) else {
                    panic!("I27: {target} did {} for nobody", record.effect)
                };
                let same = deployment.release == record.release
                    && deployment.artifact == record.digest
                    && deployment.epoch == record.epoch;
                assert!(same, "I06: {target} did {record:?}, not {deployment:?}");
            }
            let state = self.pipeline.targets.get(target);
            let settled = state.filter(|state| state.step.is_none());
            let believed = settled.and_then(|state| state.running);
            let serves = self.outside.fleet.slots[target].serves;
            assert!(
                believed.is_none() || believed == serves,
                "I32: {target} runs {serves:?}, not {believed:?}"
            );
        }
    }
}

pub(crate) fn fold(entries: &[Entry]) -> (Pipeline, Org) {
    let mut pipeline = Pipeline::new(PipelineName::parse("checkout").unwrap());
    let mut org = Org::default();
    for entry in entries {
        match entry.stream {
            Stream::Organization => org.apply(entry).unwrap(),
            Stream::Pipeline(_) => pipeline.apply(entry).unwrap(),
        }
    }
    (pipeline, org)
}

/// What an attempt is at, in a word.
pub(super) fn state_of(attempt: &Attempt) -> &'static str {
    let baking = attempt.bakes.iter().any(|bake| !bake.is_finished());
    match (&attempt.state, attempt.is_rollback()) {
        (AttemptState::Paused { .. }, _) => "paused",
        (_, true) => "rolling back",
        (AttemptState::Deploying, _) if attempt.stage == StageName::build() => "building",
        (_, _) if baking => "baking",
        (AttemptState::Deploying, _) => "deploying",
        (_, _) if attempt.asked().is_some() => "asking",
        _ => "testing",
    }
}
