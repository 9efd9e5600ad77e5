//! The delivery ledgers of all pipelines, where a report finds them without asking their tasks.
//! Each is only locked for as long as one fact, or one report, takes.

use crate::{
    model::{Delivery, DeliveryReport, PipelineName, TeamName, Time, delivery_report},
    service::shared::Shared,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Debug, Default)]
pub(super) struct Ledgers {
    all: Mutex<BTreeMap<PipelineName, Ledger>>,
}

/// One pipeline's ledger; clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Delivery>>);

impl Ledgers {
    /// The ledgers as the journal tells them.
    pub(super) fn new(recovered: BTreeMap<PipelineName, Delivery>) -> Self {
        let all = recovered.into_iter();
        let all = all.map(|(name, ledger)| (name, Ledger(Arc::new(Mutex::new(ledger)))));
        Self {
            all: Mutex::new(all.collect()),
        }
    }

    /// The ledger of a pipeline, empty where nothing was known of it.
    pub(super) fn of(&self, name: &PipelineName) -> Ledger {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(name.clone()).or_default().clone()
    }
}

impl Ledger {
    /// Nothing panics while it is locked, and no ledger is ever left half changed.
    pub(super) fn open(&self) -> MutexGuard<'_, Delivery> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The report over every defined pipeline, or over those of one team.
pub(super) fn report(
    shared: &Shared,
    now: Time,
    days: u32,
    owner: Option<TeamName>,
) -> DeliveryReport {
    let (_, rows) = shared.hub.rows();
    let mut ledgers = Vec::new();
    for row in rows {
        if owner.as_ref().is_none_or(|owner| row.owner == *owner) {
            let ledger = shared.ledgers.of(&row.pipeline).open().clone();
            ledgers.push((row.pipeline, row.owner, ledger));
        }
    }
    let borrowed: Vec<_> = ledgers
        .iter()
        .map(|(pipeline, owner, ledger)| (pipeline.clone(), owner.clone(), ledger))
        .collect();
    delivery_report(&borrowed, now, days, owner)
}
