//! The fold of sources, and what it says about them: where each branch was last seen, since when it
//! does not answer, and which commits a release cut now would be pinned to.

use crate::model::{
    Fact, Impossible, Pipeline, Release, ReleaseId, Sha, SourceName, SourceState, StageName, Time,
};
use std::{collections::BTreeMap, sync::Arc};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
pub(super) fn fold(pipeline: &mut Pipeline, at: Time, fact: &Fact) -> Result<(), Impossible> {
    match fact {
        Fact::HeadMoved { head } => {
            let state = state_mut(pipeline, head.source.as_ref());
            if head.source.is_some() {
                // Rewritten history takes back what came with the old one.
                if state.head != head.base {
                    state.unreleased.clear();
                }
                state.unreleased.extend(head.changes.iter().cloned());
            }
            state.head = Some(head.sha.clone());
            state.moved = Some(at);
        }
        Fact::SourceFailed { source, why } => {
            state_mut(pipeline, source.as_ref()).trouble = Some((at, why.clone()));
        }
        Fact::SourceRecovered { source } => state_mut(pipeline, source.as_ref()).trouble = None,
        Fact::ReleaseCut {
            release,
            sha,
            also,
            parent,
            changes,
        } => {
            let id = *release;
            let cut = Release {
                id,
                sha: sha.clone(),
                also: also.clone(),
                parent: *parent,
                changes: changes.clone(),
                cut: at,
                artifact: None,
            };
            pipeline.releases.insert(Arc::new(cut));
            pipeline.counters.releases = pipeline.counters.releases.max(id.0);
            for state in pipeline.also.values_mut() {
                state.unreleased.clear();
            }
            pipeline.stage_mut(&StageName::source())?.passed = Some((id, at));
            let build = pipeline.stage_mut(&StageName::build())?;
            build.enqueue([(id, at)]);
        }
        other => return Err(Impossible::stray(other)),
    }
    Ok(())
}

fn state_mut<'a>(pipeline: &'a mut Pipeline, source: Option<&SourceName>) -> &'a mut SourceState {
    match source {
        None => &mut pipeline.source,
        Some(name) => pipeline.also.entry(name.clone()).or_default(),
    }
}

impl Pipeline {
    /// What is known of a source; the main one has no name.
    pub fn source_state(&self, source: Option<&SourceName>) -> Option<&SourceState> {
        match source {
            None => Some(&self.source),
            Some(name) => self.also.get(name),
        }
    }

    /// Sources beside the main one that were never seen; until they are, no release is cut.
    pub fn unseen_sources(&self) -> Vec<&SourceName> {
        let defined = self.definition.iter().flat_map(|d| &d.also);
        let seen = |name: &SourceName| {
            self.also
                .get(name)
                .is_some_and(|state| state.head.is_some())
        };
        let names = defined.map(|also| &also.name);
        names.filter(|name| !seen(name)).collect()
    }

    /// The commits that a release cut now is pinned to; none while a source was never seen.
    pub fn pins(&self) -> Option<(Sha, BTreeMap<SourceName, Sha>)> {
        let main = self.source.head.clone()?;
        let defined = self.definition.iter().flat_map(|d| &d.also);
        let pins = defined.map(|also| {
            let state = self.also.get(&also.name)?;
            Some((also.name.clone(), state.head.clone()?))
        });
        Some((main, pins.collect::<Option<_>>()?))
    }

    /// The first source that does not answer: its name, since when and why.
    pub fn source_trouble(&self) -> Option<(Option<&SourceName>, Time, &str)> {
        let also = self.also.iter().map(|(name, state)| (Some(name), state));
        let mut all = std::iter::once((None, &self.source)).chain(also);
        all.find_map(|(name, state)| {
            let (since, why) = state.trouble.as_ref()?;
            Some((name, *since, why.as_str()))
        })
    }

    /// The newest release that this one descends from and that passed the build stage. What came
    /// after it was neither reviewed nor measured for good, in whichever release it came.
    pub fn built_before(&self, release: ReleaseId) -> Option<&Release> {
        let state = self.stage(&StageName::build())?;
        let passed = |id: ReleaseId| {
            let mut past = state.past.iter();
            state.passed.is_some_and(|(newest, _)| newest == id)
                || past.any(|past| past.release == id && past.word == "passed")
        };
        let mut lineage = self.releases.lineage(release).skip(1);
        lineage.find(|earlier| passed(earlier.id))
    }
}
