//! What the service counts of itself, for whoever watches the server. Nothing is decided by it, and a
//! restart begins anew. How it is told is the server's.

use crate::{
    api::Settled,
    clock::Stopwatch,
    journal::WriterError,
    model::{
        DeliveryReport, Figures, Micros, Pipeline, PipelineName, RefusalClass, Span, TeamName,
        Waits, waits,
    },
    service::{CommandError, Service, ledger},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Upper bounds of what an append may take: from a fast disk's sync to one that hangs.
pub const APPEND_BOUNDS: [Micros; 12] = [
    Micros(500),
    Micros(1_000),
    Micros(2_500),
    Micros(5_000),
    Micros(10_000),
    Micros(25_000),
    Micros(50_000),
    Micros(100_000),
    Micros(250_000),
    Micros(500_000),
    Micros(1_000_000),
    Micros(5_000_000),
];

/// The window of the delivery figures, and how long they are kept: they look at every pipeline.
pub const DELIVERY_DAYS: u32 = 30;
const DELIVERY_KEPT: Span = Span::minutes(1);

/// Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Meters(Arc<Mutex<Counted>>);

/// Everything that was counted, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    pub appends: Appends,
    pub accepted: u64,
    pub refused: BTreeMap<RefusalClass, u64>,
    /// Commands that came to no answer, because the journal did not take it or the server stopped.
    pub unanswered: u64,
    pub waits: BTreeMap<PipelineName, Waits>,
    /// Pipelines that do not move until the server is started again.
    pub halted: BTreeSet<PipelineName>,
    delivery: Option<(Stopwatch, Arc<Figures>)>,
}

/// How long appends took, from handing facts over until they were durable.
#[derive(Debug, Clone, Default)]
pub struct Appends {
    /// How many took at most the bound at the same place, and not the one before.
    pub within: [u64; APPEND_BOUNDS.len()],
    pub count: u64,
    pub sum: Micros,
}

impl Meters {
    /// An append ended.
    pub(super) fn append<T>(&self, took: Micros, result: &Result<T, WriterError>) {
        if result.is_ok() {
            self.lock().appends.take(took);
        }
    }

    /// A pipeline is as it is now.
    pub(super) fn pipeline(&self, pipeline: &Pipeline) {
        let waits = waits(pipeline);
        self.lock().waits.insert(pipeline.name.clone(), waits);
    }

    pub(super) fn halts(&self, pipeline: &PipelineName) {
        self.lock().halted.insert(pipeline.clone());
    }

    /// A command was answered for the first time.
    pub(super) fn command(&self, answer: Result<&Settled, &CommandError>) {
        let mut counted = self.lock();
        match answer {
            Ok(Settled::Accepted { .. }) => counted.accepted += 1,
            Ok(Settled::Refused { refusal, .. }) | Err(CommandError::Refused(refusal)) => {
                *counted.refused.entry(refusal.class()).or_default() += 1;
            }
            Err(CommandError::UnknownPipeline { .. }) => {
                *counted.refused.entry(RefusalClass::Unknown).or_default() += 1;
            }
            Err(CommandError::Stopping | CommandError::Journal(_)) => counted.unanswered += 1,
        }
    }

    /// Never held while waiting for anything.
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Appends {
    fn take(&mut self, took: Micros) {
        self.count += 1;
        self.sum = self.sum + took;
        let within = APPEND_BOUNDS.iter().position(|bound| took <= *bound);
        if let Some(within) = within.and_then(|at| self.within.get_mut(at)) {
            *within += 1;
        }
    }
}

impl Service {
    /// What was counted since the start.
    pub fn counted(&self) -> Counted {
        self.running.shared.meters.lock().clone()
    }

    /// Whether the journal takes no more facts.
    pub fn is_broken(&self) -> bool {
        self.running.shared.writer.is_broken()
    }

    /// Whether the journal answers at all.
    pub async fn journal_answers(&self) -> bool {
        self.running.shared.writer.last().await.is_ok()
    }

    /// How well changes reached production in the last days; none while the service stops. Worked
    /// out beside everything else, because it looks at every pipeline.
    pub async fn delivery(&self, days: u32, owner: Option<TeamName>) -> Option<DeliveryReport> {
        let shared = self.running.shared.clone();
        let now = self.now();
        let work = move || ledger::report(&shared, now, days, owner);
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// How well changes reached production in the last thirty days, as of at most a minute ago; none
    /// while the service stops.
    pub async fn delivered(&self) -> Option<Arc<Figures>> {
        let meters = &self.running.shared.meters;
        let kept = meters.lock().delivery.clone();
        if let Some((since, figures)) = kept
            && since.elapsed() < DELIVERY_KEPT
        {
            return Some(figures);
        }
        let report = self.delivery(DELIVERY_DAYS, None).await?;
        let figures = Arc::new(report.current);
        meters.lock().delivery = Some((Stopwatch::start(), Arc::clone(&figures)));
        Some(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_append_counts_once_it_is_durable() {
        let meters = Meters::default();
        meters.append(Micros(400), &Ok(()));
        meters.append(Micros(700), &Ok(()));
        meters.append(Micros(9_000_000), &Ok(()));
        meters.append::<()>(Micros(1), &Err(WriterError::Closed));
        let counted = meters.lock().clone();
        assert_eq!(counted.appends.within[..2], [1, 1]);
        assert_eq!(counted.appends.count, 3);
        assert_eq!(counted.appends.sum, Micros(9_001_100));
    }
}
