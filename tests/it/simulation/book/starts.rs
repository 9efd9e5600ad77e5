//! What may enter a stage, and what may be taken back there: I03, I05, I07, I10, I15 to I22, worked
//! out from what was journaled.

use super::blocked::watching;
use super::guards::is_meant;
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
        let definition = self.definition();
        let spec = definition.stage(stage);
        let alarms = spec.map(|spec| watching(definition, spec));
        let firing = |alarm: &Alarm| {
            let (level, since) = self.alarms.get(&alarm.name)?;
            (*level == AlarmLevel::Firing).then(|| (alarm.name.clone(), *since))
        };
        let known = alarms.into_iter().flatten().filter_map(firing).collect();
        if let Some(rollback) = &rollback {
            self.saw_rollback(&rollback.cause);
            self.owed_tickets.push(format!("rollback/{release}"));
        }
        let entered = Try {
            stage: stage.clone(),
            release: *release,
            rollback,
            renewal: *purpose == Purpose::Renewal,
            definition: self.newest.clone().unwrap(),
            started: self.at,
            ended: None,
            known,
            gates: gates.iter().map(|gate| gate.gate.clone()).collect(),
            progress: BTreeMap::new(),
            parts: BTreeMap::new(),
            touched: Vec::new(),
            served: Vec::new(),
            let_pass: BTreeMap::new(),
            tests_passed: BTreeSet::new(),
            asked: BTreeMap::new(),
            bakes: BTreeMap::new(),
            lost: false,
        };
        self.tries.insert(*attempt, entered);
        self.lanes.insert(stage.clone(), *attempt);
    }

    fn saw_rollback(&mut self, cause: &Cause) {
        self.saw(match (cause, &self.command) {
            (Cause::Alarm { .. }, _) => "a rollback by an alarm",
            (Cause::Deployment { .. }, _) => "a rollback by a failure",
            (Cause::Operator { .. }, Some(Command::Rollback { scope, .. })) => match scope {
                RollbackScope::Target { .. } => "a rollback of a target",
                RollbackScope::Region { .. } => "a rollback of a region",
                RollbackScope::Stage(_) => "a rollback of a stage",
                RollbackScope::Everywhere => "a rollback everywhere",
            },
            (Cause::Operator { .. }, _) => "a rollback of nobody",
        });
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
        let build = &definition.build;
        let checks = build.checks.iter().cloned().map(Gate::Test);
        let checks = checks.chain(build.coverage.clone().map(Gate::Coverage));
        let spec = definition.stage(stage);
        let spec: Vec<Gate> = spec.map_or_else(|| checks.collect(), |spec| spec.approval.clone());
        let given: Vec<&Gate> = gates.iter().map(|gate| &gate.gate).collect();
        assert_eq!(
            given,
            spec.iter().collect::<Vec<_>>(),
            "I05: the gates of {stage}"
        );
        if *stage == StageName::build() {
            self.check_review(release);
        }
        self.check_promotion(before, stage, release);
        self.check_entry_open(stage, release);
    }

    /// I18, I20: where a rollback goes, and for what.
    fn check_rollback(&self, stage: &StageName, release: ReleaseId, rollback: &Rollback) {
        for (target, to) in &rollback.destinations {
            let place = &self.targets[target];
            assert!(
                place.good.contains_key(to),
                "I18: {to} never finished its bake on {target}"
            );
            assert!(
                !self.in_quarantine(*to),
                "I18: {target} goes to {to}, which is in quarantine"
            );
        }
        let alarm = match &rollback.cause {
            Cause::Operator { .. } => return self.check_scope(stage, release, rollback),
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
            let holds = |runs| runs == release || self.in_quarantine(runs);
            let started = over.served.contains(target) || runs.is_some_and(holds);
            assert!(started, "I20: {release} never started on {target}");
        }
        if let Some(alarm) = alarm {
            let entered = &self.definitions[&over.definition];
            let watching = self.stage_of(over).map(|spec| watching(entered, spec));
            let causes = |watching: &&Alarm| {
                watching.name == *alarm && watching.scope != AlarmScope::Organization
            };
            let own = watching.iter().flatten().any(causes);
            assert!(own, "I20: {alarm} does not watch {stage}");
            assert_eq!(
                self.level(alarm),
                Some(AlarmLevel::Firing),
                "I20: {alarm} does not fire"
            );
        }
    }

    /// I20: a person takes back what they name, and what the stopped attempt was changing.
    fn check_scope(&self, stage: &StageName, release: ReleaseId, rollback: &Rollback) {
        let asked = match &self.command {
            Some(Command::Rollback { scope, release, .. }) => (scope, *release),
            other => panic!("I20: a rollback that {other:?} asks for"),
        };
        let (scope, named) = asked;
        assert_eq!(named, release, "I20: another release is rolled back");
        let whole = scope.stage().is_none_or(|only| only == stage);
        assert!(whole, "I20: {stage} is rolled back, not {scope}");
        let over = self.tries.values().rev().find(|a| a.stage == *stage);
        let definitions = [over.map(|a| &a.definition), self.newest.as_ref()];
        let specs = definitions.into_iter().flatten();
        let specs = specs.filter_map(|digest| self.definitions[digest].stage(stage));
        let specs: Vec<&Stage> = specs.collect();
        for target in rollback.destinations.keys().chain(rollback.skipped.keys()) {
            let mut places = specs.iter().flat_map(|spec| spec.targets());
            let meant = places
                .any(|(region, _, name)| name == target && is_meant(scope, &region.name, target));
            let changing = |a: &Try| a.progress.get(target) == Some(&"running");
            let in_flight = over.is_some_and(|a| a.ended == Some("preempted") && changing(a));
            assert!(
                meant || in_flight,
                "I20: {target} is taken back with {scope}"
            );
        }
    }
}
