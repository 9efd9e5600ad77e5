//! Commits and releases: what a release holds is worked out from what was pushed, not from what the
//! engine says came with it (I24, and what quarantine and review go by).

use super::{Book, Cut};
use pilothouse::model::*;
use std::collections::BTreeSet;

impl Book {
    /// I24: a release is its full commits and its number; neither comes twice.
    pub(super) fn cut(&mut self, fact: &Fact) {
        let Fact::ReleaseCut {
            release: id,
            sha,
            also,
            parent,
            changes,
        } = fact
        else {
            return;
        };
        let mut before = self.releases.values();
        let again = before.any(|cut| cut.sha == *sha && cut.also == *also);
        assert!(!again, "I24: {sha} is released twice");
        let newest = self
            .releases
            .keys()
            .next_back()
            .map_or(0, |newest| newest.0);
        assert_eq!(id.0, newest + 1, "I24: numbers of releases rise");
        let sources = &self.definition().also;
        assert_eq!(also.len(), sources.len(), "I24: {id} is pinned to {also:?}");
        let mut holds = parent.map_or_else(BTreeSet::new, |p| self.releases[&p].holds.clone());
        holds.extend(changes.iter().map(|change| change.sha.clone()));
        let pins = [sha].into_iter().chain(also.values());
        let truth: BTreeSet<Sha> = pins.flat_map(|sha| self.history(sha)).collect();
        let missing: Vec<&Sha> = truth.difference(&holds).collect();
        assert!(missing.is_empty(), "I24: {id} says nothing of {missing:?}");
        let wrong: Vec<&Sha> = holds.difference(&truth).collect();
        assert!(wrong.is_empty(), "I24: {id} does not hold {wrong:?}");
        if !also.is_empty() {
            self.saw("a release of several sources");
        }
        let cut = Cut {
            sha: sha.clone(),
            also: also.clone(),
            holds,
            batch: changes.clone(),
            digest: None,
        };
        self.releases.insert(*id, cut);
    }

    /// A commit and all before it, newest first.
    pub(in crate::simulation) fn history(&self, sha: &Sha) -> Vec<Sha> {
        let next = |sha: &Sha| self.pushed.get(sha)?.0.clone();
        std::iter::successors(Some(sha.clone()), next).collect()
    }

    /// Whether a change has its effect in a release: it is in, and nothing in it that has its
    /// effect takes it back. What is said about another source changes nothing there.
    pub(super) fn carries(&self, release: ReleaseId, change: &Sha) -> bool {
        let holds = &self.releases[&release].holds;
        let source = |sha: &Sha| self.pushed.get(sha).map(|(_, change)| &change.source);
        let taken_back = |by: &&Sha| {
            let (_, by) = &self.pushed[*by];
            by.reverts.contains(change)
                && source(change) == Some(&by.source)
                && self.carries(release, &by.sha)
        };
        holds.contains(change) && !holds.iter().any(|by| taken_back(&by))
    }

    pub(super) fn in_quarantine(&self, release: ReleaseId) -> bool {
        let mut changes = self.quarantine.keys();
        let digest = |id: &ReleaseId| self.releases[id].digest.clone();
        let same = |whole: &ReleaseId| {
            let built = digest(whole);
            *whole == release || built.is_some() && built == digest(&release)
        };
        changes.any(|change| self.carries(release, change)) || self.wholes.iter().any(same)
    }

    /// I16: the artifacts that targets could go back to: the newest releases that proved good on
    /// each, of which the last may be what is taken back.
    pub(in crate::simulation) fn destinations(&self) -> BTreeSet<Digest> {
        let newest = self.targets.values();
        let newest = newest.flat_map(|place| place.good.keys().rev().take(3));
        let artifacts = newest.filter_map(|good| self.releases[good].digest.clone());
        artifacts.collect()
    }

    /// Nobody's change is built that only they have reviewed, in whichever release it came.
    pub(super) fn check_review(&self, release: ReleaseId) {
        let definition = self.definition();
        let holds = &self.releases[&release].holds;
        let built = self.built.iter().filter(|built| **built < release);
        let built = built.flat_map(|b| self.releases[b].holds.clone());
        let built: BTreeSet<Sha> = built.collect();
        for new in holds.difference(&built) {
            let (_, change) = &self.pushed[new];
            let mut also = definition.also.iter();
            let source = match &change.source {
                None => Some(&definition.source),
                Some(name) => also.find(|also| also.name == *name).map(|a| &a.source),
            };
            let Some(rule) = source.and_then(|source| source.review.as_ref()) else {
                continue;
            };
            let by = |reviewer: &&Person| !rule.not_author || reviewer.name != change.author.name;
            let reviewed = change.reviewers.iter().find(by).is_some();
            let entry = (&StageName::build(), release);
            let stood = (Time(0), self.at);
            assert!(
                reviewed || self.covered("review", entry, stood),
                "review: {release} is built with {} of {}",
                change.sha,
                change.author.name
            );
        }
    }
}
