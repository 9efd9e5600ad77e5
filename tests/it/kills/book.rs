//! What must hold after any number of kills, worked out from what the steps and the targets wrote
//! down themselves against what the journal says (INVARIANTS.md gives the numbers).

use super::fleet::{Fleet, PIPELINES};
use crate::serving::name;
use pilothouse::{
    client::Client,
    demo::target::{Event, Record},
    model::{Effect, Entry, Fact, Owed, PipelineName, ReleaseId, RequestKey, Revision, StepResult},
};
use std::collections::{BTreeMap, BTreeSet};

/// The journal of one pipeline.
pub(super) struct Book {
    pub(super) pipeline: PipelineName,
    pub(super) entries: Vec<Entry>,
}

impl Book {
    pub(super) async fn all(client: &Client) -> Vec<Self> {
        let mut books = Vec::new();
        for (pipeline, _) in PIPELINES {
            let pipeline = name(pipeline);
            let mut entries: Vec<Entry> = Vec::new();
            loop {
                let after = entries.last().map_or(Revision(0), |entry| entry.revision);
                let page = client.events(&pipeline, after, 500).await.unwrap();
                if page.entries.is_empty() {
                    break;
                }
                entries.extend(page.entries);
            }
            books.push(Self { pipeline, entries });
        }
        books
    }

    fn opened(&self) -> impl Iterator<Item = (&Entry, &Owed)> {
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((entry, entry.fact.opens()?)))
    }

    fn results(&self) -> impl Iterator<Item = (&str, &StepResult)> {
        self.entries.iter().filter_map(|entry| match &entry.fact {
            Fact::StepFinished { id, result } => Some((id.0.as_str(), result)),
            _ => None,
        })
    }

    /// How often a request was accepted.
    pub(super) fn accepted(&self, wanted: &RequestKey) -> usize {
        let is = |entry: &&Entry| matches!(&entry.fact, Fact::CommandAccepted { key, .. } if key == wanted);
        self.entries.iter().filter(is).count()
    }
}

/// Holds everything against everything; gives how many steps were begun, and how many deployments.
pub(super) fn check(fleet: &Fleet, books: &[Book]) -> (usize, usize) {
    let mut intents: BTreeMap<&str, (&Entry, &Owed)> = BTreeMap::new();
    for book in books {
        for (entry, owed) in book.opened() {
            let before = intents.insert(&owed.id.0, (entry, owed));
            assert!(before.is_none(), "{} was opened twice", owed.id);
        }
        ended_well(fleet, book);
        let retried = book.entries.iter().find_map(|entry| match &entry.fact {
            Fact::StepRetried { id, why, .. } => Some(format!("{id} was retried: {why}")),
            Fact::StaleResult { id, result } => Some(format!("{id} is stale: {result:?}")),
            _ => None,
        });
        assert_eq!(retried, None, "{}", fleet.told(book.pipeline.as_str()));
    }
    // I25, I27: what was begun had been written down; and nothing was begun twice.
    let begun = fleet.begun();
    let mut once = BTreeSet::new();
    for (id, _) in &begun {
        assert!(intents.contains_key(id.as_str()), "{id} is in no journal");
        assert!(once.insert(id), "{id} was begun twice");
    }
    let records = fleet.records();
    let deployments = records.iter().map(|log| of_target(log, &intents)).sum();
    // I26: what the journal says was deployed was.
    for book in books {
        for (id, _) in book.results() {
            let (_, owed) = intents[id];
            let is_deployment = matches!(owed.effect, Effect::Deploy(_));
            let mut done = records.iter().flatten();
            let done = done.any(|r| r.effect.0 == id && r.event == Event::Finished);
            assert_eq!(is_deployment, done, "{id}");
        }
    }
    (begun.len(), deployments)
}

/// Nothing that was done failed, and nobody does not know how it ended.
pub(super) fn ended_well(fleet: &Fleet, book: &Book) {
    for (id, result) in book.results() {
        let well = matches!(result, StepResult::Succeeded { .. });
        assert!(well, "{id} {}", fleet.told(book.pipeline.as_str()));
    }
}

/// One target's own log.
fn of_target(log: &[Record], intents: &BTreeMap<&str, (&Entry, &Owed)>) -> usize {
    let mut under_way: Option<&Record> = None;
    let mut deployed: BTreeMap<(&PipelineName, ReleaseId), &str> = BTreeMap::new();
    for record in log {
        let id = record.effect.0.as_str();
        let (entry, owed) = intents[id];
        let Effect::Deploy(planned) = &owed.effect else {
            panic!("{id} is no deployment");
        };
        assert!(entry.at <= record.at, "{id} began before it was written");
        assert_eq!(planned.target.as_str(), record.target);
        assert_eq!(
            (planned.release, planned.epoch, planned.rollback),
            (record.release, record.epoch, record.rollback)
        );
        match &record.event {
            Event::Asked => {}
            Event::Started => {
                assert!(under_way.is_none(), "{id} began within {under_way:?}");
                under_way = Some(record);
                let before = deployed.insert((&record.pipeline, record.release), id);
                assert_eq!(before, None, "{id} deploys what that did already");
            }
            Event::Finished => {
                let begun = under_way.take().map(|begun| &begun.effect);
                assert_eq!(begun, Some(&record.effect));
            }
            Event::Repeated | Event::Broken { .. } | Event::TurnedDown { .. } => {
                panic!("{record:?}")
            }
        }
    }
    assert!(under_way.is_none(), "{under_way:?} was not finished");
    deployed.len()
}
