//! Runs what a pipeline owes. It holds what runs against what is owed after every change: what is
//! owed and not running is started under its id, what runs and is not owed any more is ended. After a
//! restart the same comparison starts what was not begun, and goes on with what was.

use crate::{
    executor::Executor,
    model::{EffectId, Org, Outcome, Owed, PipelineName, Span, Time},
    service::mailbox::Mailbox,
};
use futures_util::future::join_all;
use std::{collections::BTreeMap, sync::Arc};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

#[derive(Debug)]
pub(super) struct Steps {
    pipeline: PipelineName,
    executor: Executor,
    mailbox: Mailbox,
    running: BTreeMap<EffectId, Run>,
}

#[derive(Debug)]
struct Run {
    task: JoinHandle<()>,
    /// Dropped to say that it need not begin any more.
    _wanted: oneshot::Sender<()>,
}

impl Steps {
    pub(super) fn new(pipeline: PipelineName, executor: Executor, mailbox: Mailbox) -> Self {
        Self {
            pipeline,
            executor,
            mailbox,
            running: BTreeMap::new(),
        }
    }

    /// Takes note that a run came to its end, so that the step is run again if it is still owed.
    pub(super) fn ended(&mut self, id: &EffectId) {
        self.running.remove(id);
    }

    /// Waits for the steps that an earlier server began, so that they end when they are not owed any
    /// more. Nothing is begun.
    pub(super) fn go_on(&mut self, owed: &BTreeMap<EffectId, Arc<Owed>>, now: Time) {
        for (id, step) in owed {
            if self.executor.is_found(id) {
                self.running.insert(id.clone(), self.start(step, now));
            }
        }
    }

    /// Starts and ends runs until they are what is owed; starts nothing before a state that comes
    /// from a backup is confirmed.
    pub(super) fn match_up(&mut self, owed: &BTreeMap<EffectId, Arc<Owed>>, org: &Org, now: Time) {
        let executor = &self.executor;
        self.running.retain(|id, _| {
            let keep = owed.contains_key(id);
            if !keep {
                executor.cancel(id);
            }
            keep
        });
        if !org.is_confirmed() {
            return;
        }
        for (id, step) in owed {
            if !self.running.contains_key(id) {
                self.running.insert(id.clone(), self.start(step, now));
            }
        }
    }

    fn start(&self, owed: &Arc<Owed>, now: Time) -> Run {
        let (wanted, unwanted) = oneshot::channel();
        let wait = owed.not_before.map_or(Span::ZERO, |begin| begin.since(now));
        let (pipeline, executor) = (self.pipeline.clone(), self.executor.clone());
        let (mailbox, owed) = (self.mailbox.clone(), owed.clone());
        let task = tokio::spawn(async move {
            tokio::select! {
                biased;
                _dropped = unwanted => return,
                () = sleep(wait.std()) => {}
            }
            tracing::info!(%pipeline, id = %owed.id, tries = owed.tries, "{}", owed.effect.title());
            let result = executor.run(&pipeline, &owed).await;
            let id = owed.id.clone();
            mailbox.ended(Outcome::Step { id, result }).await;
        });
        Run {
            task,
            _wanted: wanted,
        }
    }

    /// Stops waiting for every run. The steps stay owed: nobody is told how they ended, and those whose
    /// commands have begun go on, to be found by the next server.
    pub(super) async fn leave(self) {
        let tasks: Vec<_> = self.running.into_values().map(|run| run.task).collect();
        tasks.iter().for_each(JoinHandle::abort);
        join_all(tasks).await;
    }
}
