//! What the journal says, kept a second time and in another way than the engine's fold: sets of
//! commits instead of lineages, rounds of readings instead of counted bakes, a clock's hands instead
//! of window searches. Every entry is checked against it before it is added (INVARIANTS.md).

mod attempts;
mod bakes;
mod blocked;
mod clock;
mod deploys;
mod gates;
mod guards;
mod settled;
mod sources;
mod starts;
mod tickets;

use pilothouse::model::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) at: Time,
    /// When the pipeline last had something to tell.
    told: Time,
    pub(super) definitions: BTreeMap<Digest, Definition>,
    pub(super) newest: Option<Digest>,
    pub(super) releases: BTreeMap<ReleaseId, Cut>,
    /// What was pushed, with the commit before it in its own source: the world's truth.
    pub(super) pushed: BTreeMap<Sha, (Option<Sha>, Change)>,
    pub(super) tries: BTreeMap<AttemptId, Try>,
    /// The attempt that has each stage's lane.
    pub(super) lanes: BTreeMap<StageName, AttemptId>,
    pub(super) targets: BTreeMap<TargetName, Place>,
    pub(super) open: BTreeMap<EffectId, Owed>,
    pub(super) opened: BTreeMap<EffectId, Owed>,
    retries: BTreeMap<EffectId, u32>,
    pub(super) passed: BTreeSet<(StageName, ReleaseId)>,
    /// What has passed its build; that stays so.
    built: BTreeSet<ReleaseId>,
    approved: BTreeSet<ReleaseId>,
    superseded: BTreeSet<(StageName, ReleaseId)>,
    rejected: BTreeSet<(StageName, ReleaseId)>,
    alarms: BTreeMap<AlarmName, (AlarmLevel, Time)>,
    holds: BTreeMap<HoldId, (HoldScope, Option<Time>)>,
    org_holds: BTreeMap<HoldId, (HoldScope, Option<Time>)>,
    /// Within how long the pipelines begin again after a stop of the line, and when that ended.
    drain: Span,
    released: Option<Time>,
    groups: BTreeMap<GroupName, Vec<Actor>>,
    overrides: BTreeMap<OverrideId, Given>,
    /// Whether the clock is held to have gone wrong.
    doubt: bool,
    /// Changes in quarantine, with the release whose rollback put them there.
    quarantine: BTreeMap<Sha, ReleaseId>,
    /// Releases that were rolled back though no change of theirs could be blamed.
    wholes: BTreeSet<ReleaseId>,
    tickets: BTreeMap<TicketId, Slip>,
    /// Causes for which this decision owes a ticket.
    owed_tickets: Vec<String>,
    pub(super) keys: BTreeSet<RequestKey>,
    /// What operators had before their eyes when they decided.
    pub(super) looks: BTreeMap<RequestKey, Look>,
    key: Option<RequestKey>,
    /// What was accepted last.
    command: Option<Command>,
    pub(super) report: Seen,
}

/// What has been seen to happen, so that a simulation in which nothing does can be told.
#[derive(Debug, Default, Clone)]
pub(super) struct Seen {
    pub(super) facts: BTreeMap<&'static str, usize>,
    /// Things that a fact's kind does not tell.
    pub(super) things: BTreeMap<&'static str, usize>,
    pub(super) entries: usize,
    pub(super) deployments: usize,
    pub(super) through: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) sha: Sha,
    /// The commits of the other sources.
    pub(super) also: BTreeMap<SourceName, Sha>,
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
    /// Alarms known to fire, each with since when: another time is news.
    known: BTreeMap<AlarmName, Time>,
    gates: Vec<Gate>,
    progress: BTreeMap<TargetName, &'static str>,
    /// How many parts have gone well on a target.
    parts: BTreeMap<TargetName, usize>,
    /// In the order of their first start, and of the first that moved their traffic.
    touched: Vec<TargetName>,
    served: Vec<TargetName>,
    tests_passed: BTreeSet<usize>,
    /// When people let it pass.
    let_pass: BTreeMap<usize, Time>,
    /// Who has said yes, when, and what they had seen.
    pub(super) asked: BTreeMap<usize, Vec<Yes>>,
    bakes: BTreeMap<BakePlace, Baking>,
    lost: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Yes {
    by: Actor,
    at: Time,
    seen: Look,
}

/// A ticket.
#[derive(Debug, Clone)]
struct Slip {
    cause: String,
    open: bool,
    seen: bool,
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
    /// An alarm has fired since it last began.
    fired: bool,
    finished: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    epoch: u64,
    step: Option<EffectId>,
    /// What has proven good, with the definition it did so under.
    pub(super) good: BTreeMap<ReleaseId, Digest>,
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
    /// Their levels; one that fires again is another than was seen.
    alarms: Vec<(AlarmName, Option<AlarmLevel>, Option<Time>)>,
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
        self.told = entry.at;
        match &entry.fact {
            Fact::Defined { definition } => self.define(definition),
            Fact::ReleaseCut { .. } => self.cut(&entry.fact),
            Fact::Superseded { stage, release, by } => self.supersede(stage, *release, *by),
            Fact::AlarmChanged { alarm, state } => {
                self.alarms
                    .insert(alarm.clone(), (state.level, state.since));
            }
            Fact::CommandAccepted {
                key, by, command, ..
            } => {
                self.answer(key);
                self.command = Some(command.clone());
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

    /// A definition; the alarms that nobody asks for under it are forgotten.
    fn define(&mut self, definition: &Definition) {
        let digest = definition.digest.clone();
        self.definitions.insert(digest.clone(), definition.clone());
        self.newest = Some(digest);
        let entered = self.lanes.values().map(|id| &self.tries[id].definition);
        let entered = entered.map(|digest| &self.definitions[digest]);
        let asked = entered.chain([definition]).flat_map(|d| &d.alarms);
        let asked: BTreeSet<AlarmName> = asked.map(|alarm| alarm.name.clone()).collect();
        self.alarms.retain(|alarm, _| asked.contains(alarm));
    }

    fn take_org(&mut self, fact: &Fact) {
        match fact {
            Fact::GroupsDefined { groups } => self.groups.clone_from(groups),
            Fact::DrainDefined { drain } => self.drain = *drain,
            Fact::HoldPlaced {
                id, scope, lasts, ..
            } => {
                let over = lasts.map(|lasts| self.at + lasts);
                self.org_holds.insert(*id, (scope.clone(), over));
            }
            Fact::HoldLifted { id, by, .. } => {
                let (scope, over) = self.org_holds.remove(id).expect("I48: it was not there");
                let ended = over.map_or(self.at, |over| over.min(self.at));
                let fair = by.is_some() || ended < self.at || over == Some(self.at);
                assert!(fair, "I48: {id} ends by itself before its time");
                if scope == HoldScope::Organization {
                    self.released = self.released.max(Some(ended));
                    self.saw("the line goes on");
                }
                if by.is_none() {
                    self.saw("a hold of the organization expires");
                }
            }
            Fact::CommandAccepted { key, command, .. } => {
                self.answer(key);
                self.command = Some(command.clone());
            }
            Fact::CommandRefused { key, .. } => self.answer(key),
            other => panic!("not a fact of the organization: {other:?}"),
        }
    }

    /// Counts what has happened.
    pub(super) fn saw(&mut self, thing: &'static str) {
        *self.report.things.entry(thing).or_default() += 1;
    }

    fn answer(&mut self, key: &RequestKey) {
        assert!(
            self.keys.insert(key.clone()),
            "I33: {key} is answered twice"
        );
        self.key = Some(key.clone());
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
        let entered = &self.definitions[&attempt.definition];
        let spec = self.stage_of(attempt);
        let alarms = spec.map(|spec| blocked::watching(entered, spec));
        Some(Look {
            attempt: id,
            digest: self.releases.get(&attempt.release)?.digest.clone(),
            passed: attempt.tests_passed.clone(),
            baked: attempt.bakes.values().filter(|bake| bake.finished).count(),
            targets: attempt.progress.keys().cloned().collect(),
            alarms: alarms
                .unwrap_or_default()
                .into_iter()
                .map(|alarm| {
                    let state = self.alarms.get(&alarm.name);
                    let fires = state.filter(|(level, _)| *level == AlarmLevel::Firing);
                    let since = fires.map(|(_, since)| *since);
                    (alarm.name.clone(), self.level(&alarm.name), since)
                })
                .collect(),
        })
    }
}
