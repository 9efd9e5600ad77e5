//! What the journal says, kept a second time and in another way than the engine's fold: sets of
//! commits instead of lineages, rounds of readings instead of counted bakes, a clock's hands instead
//! of window searches. Every entry is checked against it before it is added (INVARIANTS.md).

mod attempts;
mod gates;
mod guards;
mod starts;

use pilothouse::model::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) at: Time,
    pub(super) definitions: BTreeMap<Digest, Definition>,
    pub(super) newest: Option<Digest>,
    pub(super) releases: BTreeMap<ReleaseId, Cut>,
    pub(super) tries: BTreeMap<AttemptId, Try>,
    /// The attempt that has each stage's lane.
    pub(super) lanes: BTreeMap<StageName, AttemptId>,
    pub(super) targets: BTreeMap<TargetName, Place>,
    pub(super) open: BTreeMap<EffectId, Owed>,
    pub(super) opened: BTreeMap<EffectId, Owed>,
    retries: BTreeMap<EffectId, u32>,
    pub(super) passed: BTreeSet<(StageName, ReleaseId)>,
    approved: BTreeSet<ReleaseId>,
    superseded: BTreeSet<(StageName, ReleaseId)>,
    rejected: BTreeSet<(StageName, ReleaseId)>,
    alarms: BTreeMap<AlarmName, (AlarmLevel, Time)>,
    holds: BTreeMap<HoldId, (HoldScope, Option<Time>)>,
    org_holds: BTreeMap<HoldId, (HoldScope, Option<Time>)>,
    groups: BTreeMap<GroupName, Vec<Actor>>,
    overrides: BTreeMap<OverrideId, Given>,
    /// Where the clock is held to have gone wrong.
    doubt: Option<Time>,
    /// Changes in quarantine, with the release whose rollback put them there.
    quarantine: BTreeMap<Sha, ReleaseId>,
    tickets: BTreeMap<TicketId, String>,
    pub(super) keys: BTreeSet<RequestKey>,
    /// What operators had before their eyes when they decided.
    pub(super) looks: BTreeMap<RequestKey, Look>,
    key: Option<RequestKey>,
    pub(super) report: Seen,
}

/// What has been seen to happen, so that a simulation in which nothing does can be told.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    pub(super) facts: BTreeMap<&'static str, usize>,
    pub(super) entries: usize,
    pub(super) deployments: usize,
    pub(super) through: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) sha: Sha,
    /// Every commit in it, its parent's too.
    pub(super) holds: BTreeSet<Sha>,
    pub(super) batch: Vec<Change>,
    pub(super) digest: Option<Digest>,
}

#[derive(Debug, Clone)]
pub(super) struct Try {
    pub(super) stage: StageName,
    pub(super) release: ReleaseId,
    pub(super) rollback: Option<Rollback>,
    renewal: bool,
    pub(super) definition: Digest,
    started: Time,
    pub(super) ended: Option<&'static str>,
    baselined: BTreeSet<AlarmName>,
    gates: Vec<Gate>,
    progress: BTreeMap<TargetName, &'static str>,
    /// In the order of their first start.
    touched: Vec<TargetName>,
    tests_passed: BTreeSet<usize>,
    /// Who has said yes, and what they had seen.
    pub(super) asked: BTreeMap<usize, Vec<(Actor, Look)>>,
    bakes: BTreeMap<BakePlace, Baking>,
    lost: bool,
}

#[derive(Debug, Clone)]
struct Baking {
    rule: BakeRule,
    since: Time,
    healthy: Span,
    points: u64,
    /// Of the healthy time, the rounds in which there were data points, and how many those were.
    visited: Span,
    n_visits: u64,
    finished: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    epoch: u64,
    step: Option<EffectId>,
    pub(super) good: BTreeSet<ReleaseId>,
    pub(super) running: Option<ReleaseId>,
    forward: Option<ReleaseId>,
}

#[derive(Debug, Clone)]
struct Given {
    blockers: Vec<BlockerId>,
    stage: StageName,
    release: ReleaseId,
    at: Time,
    expires: Time,
    uses: u32,
    used_by: BTreeSet<AttemptId>,
}

/// What somebody who approves has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    attempt: AttemptId,
    digest: Option<Digest>,
    passed: BTreeSet<usize>,
    baked: usize,
    targets: BTreeSet<TargetName>,
    alarms: Vec<(AlarmName, Option<AlarmLevel>)>,
}

impl Book {
    /// Checks the next durable entry against all before it, and adds it.
    pub(super) fn take(&mut self, entry: &Entry) {
        assert!(entry.at >= self.at, "I39: {} after {}", entry.at, self.at);
        self.at = entry.at;
        self.report.entries += 1;
        *self.report.facts.entry(entry.fact.told().kind).or_default() += 1;
        if entry.stream == Stream::Organization {
            return self.take_org(&entry.fact);
        }
        match &entry.fact {
            Fact::Defined { definition } => {
                let digest = definition.digest.clone();
                self.definitions
                    .insert(digest.clone(), (**definition).clone());
                self.newest = Some(digest);
            }
            Fact::ReleaseCut {
                release,
                sha,
                parent,
                changes,
                ..
            } => {
                self.cut(*release, sha, *parent, changes);
            }
            Fact::Superseded { stage, release, by } => self.supersede(stage, *release, *by),
            Fact::AlarmChanged { alarm, state } => {
                self.alarms
                    .insert(alarm.clone(), (state.level, state.since));
            }
            Fact::CommandAccepted {
                key, by, command, ..
            } => {
                self.answer(key);
                Self::check_reason(by, command);
            }
            Fact::CommandRefused {
                key,
                command,
                refusal,
                ..
            } => {
                self.answer(key);
                self.check_refusal(command, refusal);
            }
            fact => self.take_attempt(fact),
        }
    }

    fn take_org(&mut self, fact: &Fact) {
        match fact {
            Fact::GroupsDefined { groups } => self.groups.clone_from(groups),
            Fact::HoldPlaced {
                id, scope, lasts, ..
            } => {
                let over = lasts.map(|lasts| self.at + lasts);
                self.org_holds.insert(*id, (scope.clone(), over));
            }
            Fact::HoldLifted { id, .. } => drop(self.org_holds.remove(id)),
            Fact::CommandAccepted { key, .. } | Fact::CommandRefused { key, .. } => {
                self.answer(key);
            }
            other => panic!("not a fact of the organization: {other:?}"),
        }
    }

    fn answer(&mut self, key: &RequestKey) {
        assert!(
            self.keys.insert(key.clone()),
            "I33: {key} is answered twice"
        );
        self.key = Some(key.clone());
    }

    /// I24: a release is a full commit and its number; neither comes twice.
    fn cut(&mut self, id: ReleaseId, sha: &Sha, parent: Option<ReleaseId>, changes: &[Change]) {
        let again = self.releases.values().any(|cut| cut.sha == *sha);
        assert!(!again, "I24: {sha} is released twice");
        let newest = self
            .releases
            .keys()
            .next_back()
            .map_or(0, |newest| newest.0);
        assert_eq!(id.0, newest + 1, "I24: numbers of releases rise");
        let mut holds = parent.map_or_else(BTreeSet::new, |p| self.releases[&p].holds.clone());
        holds.extend(changes.iter().map(|change| change.sha.clone()));
        let batch = changes.to_vec();
        self.releases.insert(
            id,
            Cut {
                sha: sha.clone(),
                holds,
                batch,
                digest: None,
            },
        );
    }

    /// I22 begins; running work is never superseded (rule 2).
    fn supersede(&mut self, stage: &StageName, release: ReleaseId, by: ReleaseId) {
        assert!(release < by, "I22: {release} superseded by {by}");
        let active = self.lanes.get(stage).map(|id| &self.tries[id]);
        let running = active.is_some_and(|a| a.release == release && a.rollback.is_none());
        assert!(
            !running,
            "I22: {release} is at work in {stage} and superseded"
        );
        self.superseded.insert((stage.clone(), release));
    }

    /// Whether a change has its effect in a release: it is in, and nothing in it that has its
    /// effect takes it back.
    pub(super) fn carries(&self, release: ReleaseId, change: &Sha) -> bool {
        let holds = &self.releases[&release].holds;
        let everything = self.releases.values().flat_map(|cut| &cut.batch);
        let taken_back = |by: &Change| {
            holds.contains(&by.sha) && by.reverts.contains(change) && self.carries(release, &by.sha)
        };
        holds.contains(change) && !everything.into_iter().any(taken_back)
    }

    pub(super) fn in_quarantine(&self, release: ReleaseId) -> Option<&Sha> {
        self.quarantine
            .keys()
            .find(|change| self.carries(release, change))
    }

    pub(super) fn definition(&self) -> &Definition {
        &self.definitions[self.newest.as_ref().unwrap()]
    }

    /// The stage of an attempt as it entered it.
    pub(super) fn stage_of(&self, attempt: &Try) -> Option<&Stage> {
        self.definitions[&attempt.definition].stage(&attempt.stage)
    }

    pub(super) fn level(&self, alarm: &AlarmName) -> Option<AlarmLevel> {
        self.alarms.get(alarm).map(|(level, _)| *level)
    }

    /// What an approver sees of the newest attempt in a stage.
    pub(super) fn look(&self, stage: &StageName) -> Option<Look> {
        let id = *self.lanes.get(stage)?;
        let attempt = &self.tries[&id];
        let alarms = self.stage_of(attempt).map(|stage| stage.alarms.clone());
        Some(Look {
            attempt: id,
            digest: self.releases.get(&attempt.release)?.digest.clone(),
            passed: attempt.tests_passed.clone(),
            baked: attempt.bakes.values().filter(|bake| bake.finished).count(),
            targets: attempt.progress.keys().cloned().collect(),
            alarms: alarms
                .unwrap_or_default()
                .into_iter()
                .map(|alarm| (alarm.clone(), self.level(&alarm)))
                .collect(),
        })
    }
}
