//! The invariants of INVARIANTS.md that concern the engine, checked fact by fact against what the
//! journal said before. Where a rule is computed by the engine, the check here is made another way.

use crate::world::World;
use chrono::{Datelike, Timelike};
use pilothouse::model::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Watcher {
    /// Releases that passed a stage, while that stands.
    passed: BTreeSet<(StageName, ReleaseId)>,
    approved: BTreeSet<ReleaseId>,
    built: BTreeMap<ReleaseId, Digest>,
    /// Targets on which a release finished its bake.
    good: BTreeSet<(TargetName, ReleaseId)>,
    superseded: BTreeSet<(StageName, ReleaseId)>,
    started: BTreeSet<EffectId>,
    /// Production targets a release has been started on.
    in_production: BTreeMap<ReleaseId, usize>,
    ended: BTreeMap<AttemptId, &'static str>,
    keys: BTreeSet<RequestKey>,
}

impl Watcher {
    /// Checks a fact against the state before it.
    pub(super) fn before(&mut self, world: &World, fact: &Fact) {
        if let Fact::StepStarted { owed } = fact {
            assert!(
                self.started.insert(owed.id.clone()),
                "I26: {} opened twice",
                owed.id
            );
            if let Effect::Deploy(deployment) = &owed.effect {
                let attempt = world.pipeline.attempt(owed.attempt).unwrap();
                assert_eq!(deployment.rollback, attempt.is_rollback());
                assert_eq!(
                    self.built.get(&deployment.release),
                    Some(&deployment.artifact),
                    "I06"
                );
                if deployment.rollback {
                    let place = (deployment.target.clone(), deployment.release);
                    assert!(
                        self.good.contains(&place),
                        "I18: {place:?} never finished bake"
                    );
                } else {
                    self.check_forward(world, deployment, attempt);
                }
            }
        }
        if let Fact::AttemptStarted {
            stage,
            release,
            purpose: Purpose::Forward,
            ..
        } = fact
        {
            let definition = world.pipeline.definition.as_ref().unwrap();
            let before = definition
                .columns()
                .take_while(|column| column != stage)
                .last()
                .unwrap();
            if before != StageName::source() {
                assert!(
                    self.passed.contains(&(before.clone(), *release)),
                    "I05: {release} in {stage}"
                );
            }
            assert!(
                !self.superseded.contains(&(stage.clone(), *release)),
                "I22: {release} in {stage}"
            );
        }
        if let Fact::Approved { attempt, by, .. } = fact {
            let attempt = world.pipeline.attempt(*attempt).unwrap();
            let (_, gate) = attempt.asked().expect("I09: nobody was asked");
            let GateState::Asked { approvals, .. } = &gate.state else {
                panic!("I09")
            };
            assert!(
                approvals.iter().all(|given| given.by != *by),
                "I08: twice by {by}"
            );
            assert!(
                ["ana", "li"].contains(&by.as_str()),
                "I08: {by} is an author or a stranger"
            );
        }
    }

    fn check_forward(&mut self, world: &World, deployment: &Deployment, attempt: &Attempt) {
        let (release, stage) = (deployment.release, &deployment.stage);
        let definition = world.pipeline.definition.as_ref().unwrap();
        let spec = definition.stage(stage).unwrap();
        assert!(
            attempt.is_working(),
            "I21: {release} starts in an attempt that ended"
        );
        Self::check_quarantine(world, release);
        Self::check_guards(world, deployment, spec);
        let region = spec.region(&deployment.region).unwrap();
        let lane: Vec<&TargetName> = region.zones.iter().flat_map(|zone| &zone.targets).collect();
        let running = lane
            .iter()
            .filter(|t| matches!(attempt.progress.get(**t), Some(Progress::Running { .. })))
            .count();
        // Traffic is shifted and idle slots are tested in a whole region at once.
        let bounded = match deployment.part {
            Part::Deploy => spec.deploy.strategy != Strategy::AllAtOnce,
            Part::Install | Part::Switch => true,
            Part::Test | Part::Shift(_) => false,
        };
        assert!(
            !bounded || running < spec.deploy.max_unavailable.of(lane.len()),
            "I04: too many at once"
        );
        if spec.phase == Phase::Production {
            assert!(
                self.approved.contains(&release),
                "I07: {release} was not approved"
            );
            let count = self.in_production.entry(release).or_insert(0);
            *count += 1;
            if *count == 2 && stage.as_str() == "wave-1" {
                let first = attempt.rollout.lanes[0].batches[0].clone();
                let alone = first.targets.len() == 1 && attempt.has_deployed(&first);
                let retried = attempt.progress.get(&first.targets[0]) == Some(&Progress::Waiting);
                assert!(
                    alone || retried,
                    "I04: the first start of {release} was not alone"
                );
            }
        }
    }

    /// By the commits alone: pushes are linear, so a release holds every commit up to its own.
    fn check_quarantine(world: &World, release: ReleaseId) {
        let own = &world.pipeline.releases.get(release).unwrap().sha;
        let last = world.commits.iter().position(|sha| sha == own).unwrap();
        let held = &world.commits[..=last];
        for entry in world.pipeline.guards.quarantine.values() {
            let reverted = world
                .pipeline
                .releases
                .0
                .values()
                .flat_map(|r| &r.changes)
                .any(|change| held.contains(&change.sha) && change.reverts.contains(&entry.change));
            assert!(
                !held.contains(&entry.change) || reverted,
                "I17: {release} carries {}",
                entry.change
            );
        }
    }

    /// Holds, windows and alarms at the target's own start, worked out from the clock and the
    /// state, not by the engine's query.
    fn check_guards(world: &World, deployment: &Deployment, stage: &Stage) {
        let guards = &world.pipeline.guards;
        for hold in guards.holds.values() {
            let reaches = match &hold.scope {
                HoldScope::Stage(held) => *held == stage.name,
                _ => true,
            };
            let over = hold.expires.is_some_and(|at| at <= world.now);
            assert!(!reaches || over, "I11: started under {}", hold.id);
        }
        let covered = |id: &str, since: Option<Time>| {
            guards.overrides.values().any(|given| {
                given.blockers.iter().any(|blocker| blocker.0 == id)
                    && given.release == deployment.release
                    && given.stage == stage.name
                    && given.expires > world.now
                    && since.is_none_or(|since| since <= given.at)
            })
        };
        if !stage.windows.is_empty() {
            let zone = stage.region(&deployment.region).unwrap().time_zone;
            let local = world.now.utc().with_timezone(&zone);
            let open = local.weekday().number_from_monday() <= 5 && (9..17).contains(&local.hour());
            assert!(
                open || covered("window/business-hours", None),
                "I14: {local} is closed"
            );
        }
        for alarm in &stage.alarms {
            let state = world.pipeline.alarms.get(alarm);
            let fine = state.is_some_and(|state| state.level == AlarmLevel::Ok);
            let since = state.map(|state| state.since);
            assert!(
                fine || covered(&format!("alarm/{alarm}"), since),
                "I13: {alarm} is {state:?}"
            );
        }
    }

    /// Takes a journaled fact in, with the state after it.
    pub(super) fn after(&mut self, world: &World, entry: &Entry) {
        let attempt = |id: &AttemptId| world.pipeline.attempt(*id).unwrap();
        match &entry.fact {
            Fact::AttemptPassed { attempt: id } => {
                let attempt = attempt(id);
                self.passed.insert((attempt.stage.clone(), attempt.release));
                let targets = attempt.progress.keys();
                self.good
                    .extend(targets.map(|target| (target.clone(), attempt.release)));
                assert!(attempt.bakes.iter().all(Bake::is_finished), "I42");
                assert!(attempt.bakes.iter().all(Bake::is_satisfied), "I42");
            }
            Fact::Approved { attempt: id, .. } => {
                self.approved.insert(attempt(id).release);
            }
            Fact::StepFinished {
                result:
                    StepResult::Succeeded {
                        artifact: Some(artifact),
                        ..
                    },
                ..
            } => {
                let built = world.pipeline.releases.0.values().find(|release| {
                    release.artifact.as_ref() == Some(artifact)
                        && !self.built.contains_key(&release.id)
                });
                let release = built.expect("I06: built twice").id;
                self.built.insert(release, artifact.digest.clone());
            }
            Fact::Superseded { stage, release, .. } => {
                self.superseded.insert((stage.clone(), *release));
            }
            Fact::QuarantineLifted { .. } => {
                // What was rolled back starts again where it was.
                let again = |(stage, release): &(StageName, ReleaseId)| {
                    let waiting = world.pipeline.stage(stage).map(|state| &state.waiting);
                    waiting.is_some_and(|waiting| waiting.iter().any(|(w, _)| w == release))
                };
                self.superseded.retain(|entry| !again(entry));
            }
            Fact::CommandAccepted { key, .. } | Fact::CommandRefused { key, .. } => {
                assert!(self.keys.insert(key.clone()), "I33: {key} twice");
            }
            Fact::RolledBack { attempt: id } => self.end(*id, "rolled back"),
            Fact::AttemptFailed { attempt: id, .. } => self.end(*id, "failed"),
            Fact::AttemptPreempted { attempt: id, .. } => {
                assert!(!attempt(id).is_rollback(), "I19: a rollback was preempted");
                self.end(*id, "preempted");
            }
            _ => {}
        }
    }

    fn end(&mut self, attempt: AttemptId, word: &'static str) {
        let before = self.ended.insert(attempt, word);
        assert!(before.is_none(), "I29: {attempt} {word} after {before:?}");
    }

    /// A rollback may only be refused because there is nothing to do, or it is being done.
    pub(super) fn refused(command: &Command, refusal: &Refusal) {
        if let Command::Rollback { .. } = command {
            let fine = matches!(
                refusal,
                Refusal::NothingToRollBack { .. }
                    | Refusal::RollbackUnderWay { .. }
                    | Refusal::UnknownRelease { .. }
                    | Refusal::PlanChanged { .. }
            );
            assert!(fine, "I15: {refusal}");
        }
    }

    /// When nothing moves by itself any more, every stage says why and what a person can do.
    pub(super) fn at_rest(world: &World) {
        let pipeline = &world.pipeline;
        assert!(
            pipeline.steps.is_empty(),
            "L1: owed {:?}",
            pipeline.steps.keys()
        );
        for attempt in pipeline.active() {
            let candidate = Candidate {
                stage: &attempt.stage,
                release: attempt.release,
            };
            let standing = blockers(pipeline, &world.org, world.now, candidate);
            let named = attempt.asked().is_some()
                || matches!(attempt.state, AttemptState::Paused { .. })
                || standing.iter().any(Blocker::blocks);
            assert!(
                named,
                "L2: {} of {} waits for nothing",
                attempt.id, attempt.stage
            );
        }
        for (stage, state) in &pipeline.stages {
            if let Some((release, _)) = state.waiting.last() {
                let candidate = Candidate {
                    stage,
                    release: *release,
                };
                let standing = blockers(pipeline, &world.org, world.now, candidate);
                assert!(
                    standing.iter().any(Blocker::blocks),
                    "L2: {release} waits at {stage} for nothing"
                );
            }
        }
    }
}
