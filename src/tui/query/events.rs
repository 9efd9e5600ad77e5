//! One entry of the journal as one line: when, what kind, who, where, and what happened in words.
//! The words are the fact's own, the same on every surface; the release is added where they leave it
//! out.

use crate::model::{Entry, Fact, Known, Pipeline, Revision, Time};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventRow {
    pub revision: Revision,
    pub at: Time,
    /// A word in capitals.
    pub kind: &'static str,
    /// A person's name; `monitor`, `git` or `pipeline` where no person acted.
    pub actor: String,
    /// Empty where no stage is meant.
    pub stage: String,
    pub text: String,
}

/// The line of an entry. The pipeline, as it is now, tells where an attempt was; the entries before
/// it, what a step is called.
pub fn event<'a>(
    pipeline: &Pipeline,
    entries: impl IntoIterator<Item = &'a Entry, IntoIter: DoubleEndedIterator>,
    entry: &Entry,
) -> EventRow {
    let begun = entry.fact.step().and_then(|id| {
        let before = entries.into_iter().rev();
        let mut before = before.filter(|before| before.revision < entry.revision);
        before.find_map(|before| before.fact.opens().filter(|owed| owed.id == *id))
    });
    let place = begun.and_then(|owed| pipeline.place_of(owed.attempt));
    let known = entry.fact.known(pipeline);
    let known = Known {
        step: begun.map(|owed| owed.effect.title()),
        release: known.release.or(place.map(|(_, release)| release)),
        ..known
    };
    let told = entry.fact.told_by(&known);
    let stage = entry.fact.stage(pipeline);
    let stage = stage.or_else(|| place.map(|(stage, _)| stage.clone()));
    let text = known.with_release(told.what);
    EventRow {
        revision: entry.revision,
        at: entry.at,
        kind: told.kind,
        actor: told.who.unwrap_or_else(|| machine(&entry.fact).to_owned()),
        stage: stage.map_or_else(String::new, |stage| stage.to_string()),
        text,
    }
}

/// The request behind an entry and the digest of the plan that it committed, where it is one.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only what people asked for has a request"
)]
pub fn asked(fact: &Fact) -> Option<(String, String)> {
    match fact {
        Fact::CommandAccepted { key, plan, .. } => Some((key.to_string(), plan.to_string())),
        Fact::CommandRefused { key, .. } => Some((key.to_string(), "refused".to_owned())),
        _ => None,
    }
}

/// Which part of the machine a fact came from.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is neither seen nor read is decided by the pipeline"
)]
fn machine(fact: &Fact) -> &'static str {
    match fact {
        Fact::AlarmChanged { .. } => "monitor",
        Fact::HeadMoved { .. } | Fact::SourceFailed { .. } | Fact::SourceRecovered { .. } => "git",
        _ => "pipeline",
    }
}
