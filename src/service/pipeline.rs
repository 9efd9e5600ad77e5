//! The task that owns a pipeline. Every input goes the same way: decide, append, apply, publish,
//! run. While one input is on it, the next one waits.

use crate::{
    api::Settled,
    engine::{self, Input},
    journal::{Commit, WriterError},
    model::{
        Actor, Alarm, Command, Definition, Entry, Fact, Impossible, Observation, Org, Outcome,
        Pipeline, PipelineName, Plan, Request, RequestKey, Span, Stream, Time, notice,
    },
    service::{
        CommandError, ServiceError,
        heard::Heard,
        ledger::Ledger,
        mailbox::{Letter, Mailbox, answer},
        observe::{self, Observers},
        settle,
        shared::{LOOK_AGAIN, Shared, in_time, stopping},
        sights,
        steps::Steps,
        wall::{Reading, Step, Wall},
    },
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

struct PipelineTask {
    shared: Shared,
    pipeline: Pipeline,
    mailbox: Mailbox,
    letters: mpsc::Receiver<Letter>,
    steps: Steps,
    observers: Observers,
    wall: Wall,
    ledger: Ledger,
    heard: Heard,
    /// When time alone changes something.
    wake: Option<Time>,
    /// Why nothing moves any more: the state in memory is not what the journal says.
    halted: Option<String>,
}

/// Starts the tasks of all defined pipelines, side by side so that their first appends share the
/// disk's syncs. What was recovered of them is taken; the others rest. The clocks are held against what
/// they said when they were last looked at.
pub(super) async fn start_all(
    shared: &Shared,
    recovered: &mut BTreeMap<PipelineName, Pipeline>,
    definitions: Vec<Definition>,
    clocks: Reading,
) -> Result<Vec<(PipelineName, Mailbox, JoinHandle<()>)>, ServiceError> {
    let mut starting = Vec::new();
    for definition in definitions {
        let name = definition.name.clone();
        let pipeline = recovered
            .remove(&name)
            .unwrap_or_else(|| Pipeline::new(name.clone()));
        let (up, is_up) = oneshot::channel();
        let (task, mailbox) = PipelineTask::new(shared, pipeline, clocks);
        starting.push((
            name,
            mailbox,
            tokio::spawn(task.serve(definition, up)),
            is_up,
        ));
    }
    let mut started = Vec::new();
    for (name, mailbox, task, is_up) in starting {
        let stream = Stream::Pipeline(name.clone());
        is_up
            .await
            .map_err(|_gone| ServiceError::Died { stream })??;
        started.push((name, mailbox, task));
    }
    Ok(started)
}

impl PipelineTask {
    fn new(shared: &Shared, pipeline: Pipeline, clocks: Reading) -> (Self, Mailbox) {
        let (mailbox, letters) = Mailbox::new();
        let name = pipeline.name.clone();
        let task = Self {
            ledger: shared.ledgers.of(&name),
            steps: Steps::new(name, shared.executor.clone(), mailbox.clone()),
            shared: shared.clone(),
            pipeline,
            mailbox: mailbox.clone(),
            letters,
            observers: Observers::new(),
            wall: Wall::since(clocks),
            heard: Heard::nothing(),
            wake: None,
            halted: None,
        };
        (task, mailbox)
    }

    async fn serve(mut self, definition: Definition, up: oneshot::Sender<Result<(), WriterError>>) {
        self.steps.go_on(&self.pipeline.steps, self.now().1);
        let begun = self.begin(definition).await;
        let is_up = begun.is_ok();
        answer(up, begun);
        if is_up {
            self.receive_until_stopped().await;
        }
        self.letters.close();
        self.observers.end();
        self.steps.leave().await;
    }

    /// Takes in what is new since the last server: that no alarm was read meanwhile, which comes
    /// first because nothing may start on old readings, and the definition if it changed. What is
    /// owed is run again.
    async fn begin(&mut self, definition: Definition) -> Result<(), WriterError> {
        // A clock that was set while no server ran is in doubt before anything is decided by it.
        self.look_at_clock().await?;
        let unread = self.unread("not read since the server started");
        self.advance(Input::Outcome(Outcome::Observed(unread)))
            .await?;
        if self.pipeline.definition.as_deref() != Some(&definition) {
            self.advance(Input::Define(Box::new(definition))).await?;
            let unread = self.unread("not read since the server started");
            self.advance(Input::Outcome(Outcome::Observed(unread)))
                .await?;
        }
        Ok(())
    }

    /// Takes a definition in that changed while the pipeline runs. Alarms that it reads in another
    /// way say nothing until they are read so; the others say what they said.
    async fn define(&mut self, definition: Definition) -> Result<(), CommandError> {
        if let Some(why) = &self.halted {
            let why = why.clone();
            return Err(WriterError::Broken { why }.into());
        }
        let before = self.pipeline.definition.clone();
        let same = |alarm: &Alarm| before.iter().any(|before| before.alarms.contains(alarm));
        let alarms = definition.alarms.iter().filter(|alarm| !same(alarm));
        let unread = observe::unread(alarms, "not read since its definition changed");
        self.advance(Input::Define(Box::new(definition))).await?;
        if !unread.readings.is_empty() {
            self.advance(Input::Outcome(Outcome::Observed(unread)))
                .await?;
        }
        Ok(())
    }

    /// A round in which no alarm could be read.
    fn unread(&self, why: &str) -> Observation {
        observe::unread(self.pipeline.watched().into_values(), why)
    }

    async fn receive_until_stopped(&mut self) {
        let mut stopped = self.shared.stopped.clone();
        let mut org = self.shared.org.clone();
        loop {
            let next_look = self.next_look();
            tokio::select! {
                () = stopping(&mut stopped) => return,
                letter = self.letters.recv() => match letter {
                    Some(letter) => self.receive(letter).await,
                    None => return,
                },
                changed = org.changed() => match changed {
                    Ok(()) => self.take(Input::Tick).await,
                    Err(_gone) => return,
                },
                () = in_time(next_look) => self.wake_up().await,
            }
        }
    }

    async fn receive(&mut self, letter: Letter) {
        match letter {
            Letter::Outcome(outcome) => self.take(Input::Outcome(outcome)).await,
            Letter::Seen(outcome, taken) => {
                if matches!(outcome, Outcome::Observed(_)) {
                    self.heard = Heard::at(self.now().1);
                }
                self.take(Input::Outcome(outcome)).await;
                answer(taken, ());
            }
            Letter::Commit(by, request, to) => {
                answer(to, self.command(by, request).await);
            }
            Letter::Plan(by, command, to) => answer(to, self.plan(&by, &command)),
            Letter::Show(to) => answer(to, self.pipeline.clone()),
            Letter::Alarms(to) => {
                let seen = self.observers.sights();
                answer(to, sights::alarms(&self.pipeline, seen, self.now().1));
            }
            Letter::Define(definition, to) => answer(to, self.define(*definition).await),
            // That is the organization's.
            Letter::Reloaded(..) | Letter::MakeToken(..) | Letter::RevokeToken(..) => {}
        }
    }

    /// How long to sleep until it may be time to wake up; none when nothing is due.
    fn next_look(&self) -> Option<Span> {
        let now = self.now().1;
        let wake = self.wake.map(|due| due.since(now).min(LOOK_AGAIN));
        let max_age = self.max_age();
        let silence = max_age.and_then(|max_age| self.heard.patience(max_age, now));
        wake.into_iter().chain(silence).min()
    }

    async fn wake_up(&mut self) {
        if self.wake.is_some_and(|due| due <= self.now().1) || self.silence().is_some() {
            self.take(Input::Tick).await;
        }
    }

    /// How old a reading may be; none when there is nothing to read.
    fn max_age(&self) -> Option<Span> {
        let definition = self.pipeline.definition.as_ref();
        let watched = definition.filter(|definition| !definition.alarms.is_empty());
        watched.map(|definition| definition.watch_max_age)
    }

    /// How long the alarms have been silent, when that is to be told.
    fn silence(&self) -> Option<Span> {
        self.heard.too_long(self.max_age()?, self.now().1)
    }

    /// Takes in what must be known before anything else is decided: that the clock stepped, and
    /// that the alarms have been silent for too long.
    async fn look_around(&mut self) -> Result<(), WriterError> {
        self.look_at_clock().await?;
        if let Some(silence) = self.silence() {
            self.heard.tell();
            let unread = self.unread(&format!("not read for {}", silence.short()));
            self.advance(Input::Outcome(Outcome::Observed(unread)))
                .await?;
        }
        Ok(())
    }

    async fn look_at_clock(&mut self) -> Result<(), WriterError> {
        let known = self.known();
        let Some(Step { from, to }) = self.wall.look(known) else {
            return Ok(());
        };
        tracing::warn!(pipeline = %self.pipeline.name, %from, %to, "the wall clock stepped");
        self.advance(Input::Outcome(Outcome::ClockStepped { from, to }))
            .await
    }

    /// Takes an input in that nobody waits to hear about.
    async fn take(&mut self, input: Input) {
        if self.halted.is_some() {
            return;
        }
        let looked = self.look_around().await;
        // Not before: what was found would start a step again whose end is only now taken in.
        if let Input::Outcome(Outcome::Step { id, .. }) = &input {
            self.steps.ended(id);
        }
        let taken = match looked {
            Ok(()) => self.advance(input).await,
            Err(why) => Err(why),
        };
        if let Err(why) = taken {
            self.halt(&why.cause());
        }
    }

    async fn advance(&mut self, input: Input) -> Result<(), WriterError> {
        let (org, now) = self.now();
        let facts = match engine::decide(&self.pipeline, &org, now, input) {
            Ok(facts) => facts,
            Err(refusal) => {
                // Only commands are refused, and they do not come this way.
                tracing::error!(pipeline = %self.pipeline.name, %refusal, "an input was refused");
                Vec::new()
            }
        };
        self.record(now, facts, None).await?;
        Ok(())
    }

    async fn command(&mut self, by: Actor, request: Request) -> Result<Settled, CommandError> {
        if let Some(why) = &self.halted {
            let why = why.clone();
            return Err(WriterError::Broken { why }.into());
        }
        self.look_around().await?;
        let (org, now) = self.now();
        let key = request.key.clone();
        let input = Input::Command {
            by: by.clone(),
            request: request.clone(),
        };
        let facts = match engine::decide(&self.pipeline, &org, now, input) {
            Ok(facts) => facts,
            Err(refusal) => vec![engine::refused(by, request, refusal)],
        };
        let entries = self.record(now, facts, Some(key)).await?;
        let settled = entries.iter().find_map(settle::settled);
        settled.ok_or(CommandError::Stopping)
    }

    fn plan(&self, by: &Actor, command: &Command) -> Result<Plan, CommandError> {
        let (org, now) = self.now();
        Ok(engine::plan(&self.pipeline, &org, now, by, command)?)
    }

    /// Append, apply, publish, run: nothing is told or done that is not durable.
    async fn record(
        &mut self,
        at: Time,
        facts: Vec<Fact>,
        request: Option<RequestKey>,
    ) -> Result<Vec<Entry>, WriterError> {
        let commit = Commit {
            stream: Stream::Pipeline(self.pipeline.name.clone()),
            expect: self.pipeline.revision,
            at,
            facts,
            request,
        };
        let entries = self.shared.append(commit).await?;
        let mut entry = entries.iter();
        let mut notices = BTreeMap::new();
        let applied = entry.try_for_each(|entry| {
            self.pipeline.apply(entry)?;
            let mut ledger = self.ledger.open();
            ledger.fold(&self.pipeline, entry.at, &entry.fact);
            let notice = notice(self.shared.hub.epoch(), entry, &self.pipeline);
            notices.extend(notice.map(|notice| (entry.seq, notice)));
            Ok::<_, Impossible>(())
        });
        self.shared.hub.publish(&entries, notices);
        match applied {
            Ok(()) => self.settle_down(),
            Err(why) => self.halt(&why.to_string()),
        }
        Ok(entries)
    }

    /// Brings everything that follows from the state in line with it.
    fn settle_down(&mut self) {
        let (org, now) = self.now();
        self.shared.show(&self.pipeline, &org, now);
        self.ledger.open().follow(&self.pipeline, &org, now);
        self.wake = engine::next_wake(&self.pipeline, &org, now);
        self.steps.match_up(&self.pipeline.steps, &org, now);
        self.observers
            .follow(&self.pipeline, &self.shared, &self.mailbox);
    }

    /// Stops moving. What is owed stays owed; a restart folds the journal anew.
    fn halt(&mut self, why: &str) {
        let name = &self.pipeline.name;
        tracing::error!(pipeline = %name, %why, "the pipeline halts until the server is restarted");
        self.halted = Some(why.to_owned());
        self.shared.meters.halts(name);
        self.observers.end();
    }

    fn now(&self) -> (Arc<Org>, Time) {
        let org = Arc::clone(&self.shared.org.borrow());
        let now = self.shared.now(self.pipeline.at.max(org.at));
        (org, now)
    }

    /// The newest time that the journal knows.
    fn known(&self) -> Time {
        let org = self.shared.org.borrow().at;
        self.pipeline.at.max(org).max(self.shared.hub.at())
    }
}
