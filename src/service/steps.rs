//! Runs what a pipeline owes. It holds what runs against what is owed after every change: what is
//! owed and not running is started under its id, what runs and is not owed any more is ended. The
//! same comparison starts everything again after a restart.

use crate::{
    executor::Executor,
    model::{EffectId, Org, Outcome, Owed, PipelineName, Span, Time},
    service::mailbox::Mailbox,
};
use futures_util::future::join_all;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How long the processes of steps may take to end when the service stops.
const END_MOST: Duration = Duration::from_secs(5);

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
    wanted: oneshot::Sender<()>,
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
        Run { task, wanted }
    }

    /// Ends every run. The steps stay owed: nobody is told how they ended.
    pub(super) async fn end(self) {
        let mut tasks = Vec::new();
        for (id, run) in self.running {
            self.executor.cancel(&id);
            drop(run.wanted);
            tasks.push(over(id, run.task));
        }
        join_all(tasks).await;
    }
}

async fn over(id: EffectId, mut task: JoinHandle<()>) {
    if timeout(END_MOST, &mut task).await.is_err() {
        tracing::warn!(%id, "the step did not end in time");
        task.abort();
    }
}
