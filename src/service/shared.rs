//! What every task of the service holds: ways to the journal, to subscribers and to the outside.

use crate::{
    clock::{self, Stopwatch},
    executor::Executor,
    journal::{Commit, Writer, WriterError},
    model::{Entry, Org, Pipeline, Span, Time, summary},
    service::{hub::Hub, ledger::Ledgers, meters::Meters},
    watch::Inboxes,
};
use std::{future, sync::Arc};
use tokio::{sync::watch, time::sleep};

/// The longest sleep before the clock is looked at again, because the machine may be suspended and
/// the clock may be set while this task sleeps.
pub(super) const LOOK_AGAIN: Span = Span::minutes(1);

#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) writer: Writer,
    pub(super) hub: Arc<Hub>,
    pub(super) ledgers: Arc<Ledgers>,
    pub(super) executor: Executor,
    pub(super) http: reqwest::Client,
    /// What others push to us.
    pub(super) inboxes: Inboxes,
    pub(super) org: watch::Receiver<Arc<Org>>,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) meters: Meters,
}

impl Shared {
    /// Engine time: the clock, but never before anything that is known.
    pub(super) fn now(&self, known: Time) -> Time {
        clock::now().max(known).max(self.hub.at())
    }

    /// Makes facts durable. Without facts nothing is written.
    pub(super) async fn append(&self, commit: Commit) -> Result<Vec<Entry>, WriterError> {
        if commit.facts.is_empty() {
            return Ok(Vec::new());
        }
        let watch = Stopwatch::start();
        let result = self.writer.commit(commit).await;
        self.meters.append(watch.micros(), &result);
        result
    }

    /// Shows a pipeline as it is now.
    pub(super) fn show(&self, pipeline: &Pipeline, org: &Org, now: Time) {
        if let Some(row) = summary(pipeline, org, now) {
            self.hub.row(row);
        }
        self.meters.pipeline(pipeline);
    }
}

/// Returns when the service stops, or is gone.
pub(super) async fn stopping(stopped: &mut watch::Receiver<bool>) {
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Sleeps, or waits for ever when nothing is due.
pub(super) async fn in_time(span: Option<Span>) {
    match span {
        Some(span) => sleep(span.std()).await,
        None => future::pending().await,
    }
}
