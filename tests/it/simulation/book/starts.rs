//! What may start, and where: I02 to I07, I11, I17 to I23, I32, worked out from what was journaled.

use super::{Book, Try};
use pilothouse::model::*;
use std::collections::{BTreeMap, BTreeSet};

impl Book {
    pub(super) fn enter(&mut self, fact: &Fact) {
        let Fact::AttemptStarted {
            attempt,
            stage,
            release,
            purpose,
            gates,
            ..
        } = fact
        else {
            return;
        };
        if let Some(active) = self.lanes.get(stage) {
            panic!("rule 2: {attempt} enters {stage} beside {active}");
        }
        let newest = self.tries.keys().next_back().map_or(0, |newest| newest.0);
        assert_eq!(attempt.0, newest + 1, "I26: numbers of attempts rise");
        let rollback = match purpose {
            Purpose::Forward => {
                self.check_entrance(stage, *release, gates);
                None
            }
            // It asks again about what runs there, and deploys nothing.
            Purpose::Renewal => None,
            Purpose::Rollback(rollback) => {
                self.check_rollback(stage, *release, rollback);
                Some((**rollback).clone())
            }
        };
        let spec = self.definition().stage(stage);
        let alarms = spec.map(|spec| spec.alarms.clone()).unwrap_or_default();
        let firing = |alarm: &AlarmName| self.level(alarm) == Some(AlarmLevel::Firing);
        let entered = Try {
            stage: stage.clone(),
            release: *release,
            rollback,
            renewal: *purpose == Purpose::Renewal,
            definition: self.newest.clone().unwrap(),
            started: self.at,
            ended: None,
            baselined: alarms.into_iter().filter(firing).collect(),
            gates: gates.iter().map(|gate| gate.gate.clone()).collect(),
            progress: BTreeMap::new(),
            touched: Vec::new(),
            tests_passed: BTreeSet::new(),
            asked: BTreeMap::new(),
            bakes: BTreeMap::new(),
            lost: false,
        };
        self.tries.insert(*attempt, entered);
        self.lanes.insert(stage.clone(), *attempt);
    }

    /// I03, I05, I10, I17, I22: who may enter a stage at all.
    fn check_entrance(&self, stage: &StageName, release: ReleaseId, gates: &[GateProgress]) {
        let definition = self.definition();
        let columns: Vec<StageName> = definition.columns().collect();
        let place = columns.iter().position(|column| column == stage);
        let before = &columns[place.expect("I05: an unknown stage") - 1];
        let through =
            *before == StageName::source() || self.passed.contains(&(before.clone(), release));
        assert!(
            through,
            "I05: {release} enters {stage} and has not passed {before}"
        );
        let entry = (stage.clone(), release);
        assert!(
            !self.superseded.contains(&entry),
            "I22: {release} in {stage}"
        );
        assert!(!self.rejected.contains(&entry), "I10: {release} in {stage}");
        let spec: Vec<Gate> = definition.stage(stage).map_or_else(
            || {
                definition
                    .build
                    .checks
                    .iter()
                    .cloned()
                    .map(Gate::Test)
                    .collect()
            },
            |spec| spec.approval.clone(),
        );
        let given: Vec<&Gate> = gates.iter().map(|gate| &gate.gate).collect();
        assert_eq!(
            given,
            spec.iter().collect::<Vec<_>>(),
            "I05: the gates of {stage}"
        );
        if *stage == StageName::build() {
            self.check_review(release);
        }
        // One that starts over under a mended definition was in already; its targets wait.
        let over = self.tries.values().rev().find(|a| a.stage == *stage);
        if over.is_none_or(|a| (a.release, a.ended) != (release, Some("withdrawn"))) {
            self.check_open(stage, release);
        }
    }

    /// Nobody's change is built that only they have reviewed.
    fn check_review(&self, release: ReleaseId) {
        let Some(rule) = &self.definition().source.review else {
            return;
        };
        let entry = (&StageName::build(), release);
        for change in &self.releases[&release].batch {
            let by = |reviewer: &&Person| !rule.not_author || reviewer.name != change.author.name;
            let reviewed = change.reviewers.iter().find(by).is_some();
            assert!(
                reviewed || self.covered("review", entry, |_| true),
                "review: {release} is built with {} of {}",
                change.sha,
                change.author.name
            );
        }
    }

    /// I11, I17, I48: nothing stands against any forward work of a release in a stage.
    fn check_open(&self, stage: &StageName, release: ReleaseId) {
        let bad = self.in_quarantine(release);
        assert!(bad.is_none(), "I17: {release} carries {bad:?} into {stage}");
        let doubt = self.doubt;
        assert!(
            doubt.is_none(),
            "I40: {release} starts in {stage} on a clock at {doubt:?}"
        );
        let held = self.held(stage);
        assert!(
            held.is_none(),
            "I11: {release} starts in {stage} under {held:?}"
        );
    }

    /// I18, I20: where a rollback goes, and for what.
    fn check_rollback(&self, stage: &StageName, release: ReleaseId, rollback: &Rollback) {
        for (target, to) in &rollback.destinations {
            let place = &self.targets[target];
            assert!(
                place.good.contains(to),
                "I18: {to} never finished its bake on {target}"
            );
            let bad = self.in_quarantine(*to);
            assert!(
                bad.is_none(),
                "I18: {target} goes to {to}, which carries {bad:?}"
            );
        }
        let alarm = match &rollback.cause {
            Cause::Operator { .. } => return,
            Cause::Alarm { alarm, .. } => Some(alarm),
            Cause::Deployment { .. } => None,
        };
        let over = self.tries.values().rev().find(|a| a.stage == *stage);
        let over = over.expect("I20: a rollback of nothing");
        assert!(
            over.rollback.is_none(),
            "I19: a rollback of {release} is rolled back"
        );
        assert_eq!(
            over.ended,
            Some("preempted"),
            "I19: {release} is rolled back once more"
        );
        assert_eq!(over.release, release, "I20: another release is rolled back");
        let reached = rollback.destinations.keys().chain(rollback.skipped.keys());
        for target in reached {
            let runs = self.targets.get(target).and_then(|place| place.running);
            // What is taken back by its changes may have come with another release.
            let holds = |runs| runs == release || self.in_quarantine(runs).is_some();
            let started = over.touched.contains(target) || runs.is_some_and(holds);
            assert!(started, "I20: {release} never started on {target}");
        }
        if let Some(alarm) = alarm {
            let own = self
                .stage_of(over)
                .is_some_and(|spec| spec.alarms.contains(alarm));
            assert!(own, "I20: {alarm} does not watch {stage}");
            assert_eq!(
                self.level(alarm),
                Some(AlarmLevel::Firing),
                "I20: {alarm} does not fire"
            );
        }
    }

    pub(super) fn open_step(&mut self, owed: &Owed) {
        let fresh = self.opened.insert(owed.id.clone(), owed.clone());
        assert!(fresh.is_none(), "I26: {} is opened twice", owed.id);
        assert!(
            !self.working(owed.attempt).lost,
            "I32: {} goes on after a loss",
            owed.attempt
        );
        let attempt = self.tries[&owed.attempt].clone();
        match &owed.effect {
            Effect::Deploy(deployment) => self.start_target(&attempt, owed, deployment),
            Effect::Build { release, sha, .. } => {
                let cut = &self.releases[release];
                assert_eq!(cut.sha, *sha, "I24: {release} is another commit");
                assert!(cut.digest.is_none(), "I06: {release} is built again");
                let twice = self.open.values().any(|other| {
                    matches!(&other.effect, Effect::Build { release: r, .. } if r == release)
                });
                assert!(!twice, "I06: {release} is built twice at once");
            }
            Effect::Test {
                artifact, release, ..
            } => {
                let digest = self.releases[release].digest.as_ref();
                assert_eq!(digest, Some(artifact), "I06: a test of something else");
                let deployed = attempt.progress.values().all(|state| *state == "done");
                assert!(deployed, "a test begins before the deployment succeeded");
            }
            Effect::Check { .. } | Effect::Coverage { .. } => {}
        }
        self.open.insert(owed.id.clone(), owed.clone());
    }

    fn start_target(&mut self, attempt: &Try, owed: &Owed, deployment: &Deployment) {
        let target = &deployment.target;
        assert_eq!(
            deployment.rollback,
            attempt.rollback.is_some(),
            "{target} goes the wrong way"
        );
        let digest = self.releases[&deployment.release].digest.as_ref();
        assert_eq!(
            digest,
            Some(&deployment.artifact),
            "I06: {target} gets something else"
        );
        let place = self.targets.entry(target.clone()).or_default();
        assert!(
            place.step.is_none(),
            "I01: {} beside {:?}",
            owed.id,
            place.step
        );
        assert_eq!(
            deployment.epoch,
            place.epoch + 1,
            "I02: the epoch of {target}"
        );
        (place.epoch, place.step) = (deployment.epoch, Some(owed.id.clone()));
        let spec = self.stage_of(attempt);
        let region = spec
            .and_then(|spec| spec.region(&deployment.region))
            .cloned();
        if let Some(rollback) = &attempt.rollback {
            let to = rollback.destinations.get(target);
            assert_eq!(
                to,
                Some(&deployment.release),
                "I18: {target} goes elsewhere"
            );
        } else {
            let spec = spec.cloned().expect("I05: a stage that never was");
            self.check_forward(attempt, deployment, &spec, &region.unwrap());
            let before = self.targets[target].forward;
            let rises = before.is_none_or(|before| before <= deployment.release);
            assert!(
                rises,
                "I23: {} on {target} after {before:?}",
                deployment.release
            );
            self.targets.get_mut(target).unwrap().forward = Some(deployment.release);
        }
        self.report.deployments += 1;
        let entered = self.tries.get_mut(&owed.attempt).unwrap();
        entered.progress.insert(target.clone(), "running");
        if !entered.touched.contains(target) {
            entered.touched.push(target.clone());
        }
    }

    fn check_forward(&self, attempt: &Try, to: &Deployment, spec: &Stage, region: &Region) {
        assert_eq!(
            to.release, attempt.release,
            "I05: another release than entered"
        );
        self.check_open(&spec.name, to.release);
        self.check_alarms(spec, to.release);
        let entered = &self.definitions[&attempt.definition];
        self.check_windows(spec, region, entered, to.release);
        let lane: Vec<&TargetName> = region.zones.iter().flat_map(|zone| &zone.targets).collect();
        let state = |target: &TargetName| attempt.progress.get(target).copied();
        let out = lane
            .iter()
            .filter(|t| **t != &to.target && state(t).is_some_and(|s| s != "done"));
        let most = spec.deploy.max_unavailable.of(lane.len());
        assert!(
            out.count() < most,
            "I04: {} is one too many of {most}",
            to.target
        );
        if spec.phase == Phase::Production {
            let approved = self.approved.contains(&to.release);
            assert!(approved, "I07: {} was not approved", to.release);
        }
        if spec.deploy.one_box {
            let own: Vec<&TargetName> = attempt
                .touched
                .iter()
                .filter(|target| lane.contains(target))
                .collect();
            Self::check_alone(attempt, to, spec, &own);
        }
        let first = entered
            .stages
            .iter()
            .find(|stage| stage.phase == Phase::Production);
        if first.is_some_and(|first| first.name == spec.name) {
            let all: Vec<&TargetName> = attempt.touched.iter().collect();
            Self::check_alone(attempt, to, spec, &all);
        }
    }

    /// I04: the one-box goes first and alone, and has baked before another target follows.
    fn check_alone(attempt: &Try, to: &Deployment, spec: &Stage, touched: &[&TargetName]) {
        let Some(first) = touched.first().filter(|first| ***first != to.target) else {
            return;
        };
        let done = attempt.progress.get(*first) == Some(&"done");
        let rule = spec.bake.one_box;
        let wants = !rule.time.is_zero() || (rule.points > 0 && !spec.alarms.is_empty());
        let baked = attempt.bakes.values().any(|bake| bake.finished);
        assert!(
            done && (baked || !wants),
            "I04: {} starts beside the one-box {first}",
            to.target
        );
    }

    /// After every decision: no armed attempt is left alone with an alarm that fires (rule 6), and
    /// nothing that has run out is kept (I39).
    pub(in crate::simulation) fn settled(&self) {
        for id in self.lanes.values() {
            let attempt = &self.tries[id];
            let asked = attempt
                .asked
                .keys()
                .any(|gate| !attempt.tests_passed.contains(gate));
            if attempt.rollback.is_some() {
                let at_work = self.open.values().any(|owed| owed.attempt == *id);
                let mut progress = attempt.progress.values();
                let waits_for_a_person = progress.any(|at| matches!(*at, "failed" | "unknown"));
                assert!(
                    at_work || waits_for_a_person || attempt.ended.is_some(),
                    "I15: {id} takes nothing back"
                );
                continue;
            }
            if attempt.touched.is_empty() || asked {
                continue;
            }
            let Some(spec) = self.stage_of(attempt) else {
                continue;
            };
            for alarm in &spec.alarms {
                let Some((AlarmLevel::Firing, since)) = self.alarms.get(alarm) else {
                    continue;
                };
                let known = attempt.baselined.contains(alarm) && *since <= attempt.started;
                let name = format!("alarm/{alarm}");
                let entry = (&attempt.stage, attempt.release);
                let covered = self.covered(&name, entry, |at| *since <= at);
                assert!(known || covered, "rule 6: {alarm} fires and {id} goes on");
            }
        }
        for (id, given) in &self.overrides {
            assert!(given.expires > self.at, "I39: {id} is kept after its end");
        }
        for (id, (_, over)) in &self.holds {
            assert!(
                over.is_none_or(|over| over > self.at),
                "I39: {id} is kept after its end"
            );
        }
    }
}
