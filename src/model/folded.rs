//! Everything that the entries of a journal fold to, and that fold: of one journal there is one
//! result, in a recovery, in a snapshot and in a test.

use crate::model::{Delivery, Entry, Impossible, Org, Pipeline, PipelineName, Stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The mark of this version's fold. What another one wrote down may be something else.
pub const FOLD: &str = env!("PILOTHOUSE_FOLD");

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    pub org: Org,
    pub pipelines: BTreeMap<PipelineName, Pipeline>,
    pub ledgers: BTreeMap<PipelineName, Delivery>,
}

impl Folded {
    /// Takes the next entry of the journal in; gives the pipeline that it is of, as it is after it.
    pub fn apply(&mut self, entry: &Entry) -> Result<Option<&Pipeline>, Impossible> {
        let Stream::Pipeline(name) = &entry.stream else {
            self.org.apply(entry)?;
            for (name, pipeline) in &self.pipelines {
                let ledger = self.ledgers.entry(name.clone()).or_default();
                ledger.follow(pipeline, &self.org, entry.at);
            }
            return Ok(None);
        };
        let new = || Pipeline::new(name.clone());
        let pipeline = self.pipelines.entry(name.clone()).or_insert_with(new);
        pipeline.apply(entry)?;
        let ledger = self.ledgers.entry(name.clone()).or_default();
        ledger.fold(pipeline, entry.at, &entry.fact);
        Ok(Some(pipeline))
    }
}
