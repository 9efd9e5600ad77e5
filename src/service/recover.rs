//! From the journal back to the state at the moment the last server ended: the same fold as ever.

use crate::{
    journal::Journal,
    model::{
        Delivery, Impossible, Notice, Org, Pipeline, PipelineName, Stream, Time, WAITING_MOST,
        notice,
    },
    service::ServiceError,
};
use std::collections::{BTreeMap, VecDeque};

/// Entries read at once.
const PAGE: usize = 1_000;

pub(super) struct World {
    pub(super) org: Org,
    pub(super) pipelines: BTreeMap<PipelineName, Pipeline>,
    pub(super) ledgers: BTreeMap<PipelineName, Delivery>,
    /// What people may not have been told, the newest [`WAITING_MOST`] of it.
    pub(super) untold: VecDeque<Notice>,
    /// Position and time of the newest entry.
    pub(super) last: (u64, Time),
}

/// Folds all that a journal holds. An entry that cannot follow the ones before it is fatal: the
/// state after it would be a guess. Of what comes after `told`, people may not have been told.
pub(super) fn fold(journal: &dyn Journal, told: u64) -> Result<World, ServiceError> {
    let mut org = Org::default();
    let mut pipelines: BTreeMap<PipelineName, Pipeline> = BTreeMap::new();
    let mut ledgers: BTreeMap<PipelineName, Delivery> = BTreeMap::new();
    let mut untold = VecDeque::new();
    let mut after = 0;
    loop {
        let page = journal.history(after, PAGE)?;
        let Some(newest) = page.last() else { break };
        after = newest.seq;
        for entry in &page {
            let applied = match &entry.stream {
                Stream::Organization => org.apply(entry),
                Stream::Pipeline(name) => pipelines
                    .entry(name.clone())
                    .or_insert_with(|| Pipeline::new(name.clone()))
                    .apply(entry),
            };
            applied.map_err(|why: Impossible| ServiceError::Impossible {
                stream: entry.stream.clone(),
                revision: entry.revision,
                why,
            })?;
            match &entry.stream {
                Stream::Organization => {
                    for (name, pipeline) in &pipelines {
                        let ledger = ledgers.entry(name.clone()).or_default();
                        ledger.follow(pipeline, &org, entry.at);
                    }
                }
                Stream::Pipeline(name) => {
                    if let Some(pipeline) = pipelines.get(name) {
                        let ledger = ledgers.entry(name.clone()).or_default();
                        ledger.fold(pipeline, entry.at, &entry.fact);
                        if entry.seq > told {
                            untold.extend(notice(journal.epoch(), entry, pipeline));
                        }
                    }
                }
            }
        }
    }
    let too_many = untold.len().saturating_sub(WAITING_MOST);
    untold.drain(..too_many);
    Ok(World {
        untold,
        org,
        pipelines,
        ledgers,
        last: journal.last(),
    })
}
