//! Attempts, steps and gates as the journal tells them: I02, I06 to I10, I21, I26, I29, I32.

use super::{Book, Try};
use pilothouse::model::*;

impl Book {
    pub(super) fn take_attempt(&mut self, fact: &Fact) {
        match fact {
            Fact::AttemptStarted { .. } => self.enter(fact),
            Fact::StepStarted { owed } => self.open_step(owed),
            Fact::StepRetried { id, .. } => {
                assert!(self.open.contains_key(id), "I26: {id} is not owed");
                let retries = self.retries.entry(id.clone()).or_default();
                *retries += 1;
                assert!(*retries < 3, "I26: {id} is tried again for ever");
            }
            Fact::StepFinished { id, result } => self.finish_step(id, result),
            Fact::StepAbandoned { id, .. } => {
                let owed = self
                    .open
                    .remove(id)
                    .unwrap_or_else(|| panic!("I26: {id} was not owed"));
                if let Effect::Deploy(deployment) = &owed.effect {
                    let place = self.targets.entry(deployment.target.clone()).or_default();
                    place.step = None;
                    if deployment.part.moves_traffic() {
                        place.running = None;
                    }
                }
            }
            Fact::StaleResult { id, .. } => {
                assert!(
                    !self.open.contains_key(id),
                    "I02: {id} is owed, its result is not stale"
                );
            }
            Fact::AttemptResumed { attempt } => {
                let resumed = self.working(*attempt);
                resumed.lost = false;
                resumed
                    .progress
                    .retain(|_, state| !matches!(*state, "failed" | "unknown"));
            }
            Fact::AttemptPassed { attempt } => self.pass(*attempt),
            Fact::AttemptPaused { attempt, .. } => self.owe_ticket("paused", *attempt),
            Fact::AttemptFailed { attempt, .. } => {
                self.owe_ticket("failed", *attempt);
                self.end(*attempt, "failed");
            }
            Fact::RolledBack { attempt } => self.roll_back(*attempt),
            Fact::AttemptPreempted { attempt, .. } => {
                let rollback = self.tries[attempt].rollback.is_some();
                assert!(!rollback, "I19: a rollback is taken over");
                self.end(*attempt, "preempted");
            }
            Fact::AttemptWithdrawn { attempt, .. } => self.withdraw(*attempt),
            other => self.take_bake(other),
        }
    }

    fn owe_ticket(&mut self, what: &str, attempt: AttemptId) {
        let (stage, release) = self.place_of(attempt);
        self.owed_tickets.push(format!("{what}/{stage}/{release}"));
    }

    /// I10 begins.
    pub(super) fn reject(&mut self, attempt: AttemptId) {
        let (stage, release) = self.place_of(attempt);
        self.rejected.insert((stage, release));
        self.end(attempt, "rejected");
    }

    fn place_of(&self, attempt: AttemptId) -> (StageName, ReleaseId) {
        let attempt = &self.tries[&attempt];
        (attempt.stage.clone(), attempt.release)
    }

    /// I21, I29: nothing is added to an attempt that has come to its end, by a rollback or otherwise.
    pub(super) fn working(&mut self, id: AttemptId) -> &mut Try {
        let attempt = self
            .tries
            .get_mut(&id)
            .unwrap_or_else(|| panic!("I27: there is no {id}"));
        assert!(
            attempt.ended.is_none(),
            "I21, I29: {id} was {:?} already",
            attempt.ended
        );
        attempt
    }

    pub(super) fn end(&mut self, id: AttemptId, word: &'static str) {
        self.working(id).ended = Some(word);
        self.lanes.retain(|_, active| *active != id);
    }

    /// A withdrawn attempt had been rejected, is in quarantine, or made way for a newer release.
    fn withdraw(&mut self, id: AttemptId) {
        let (stage, release) = self.place_of(id);
        let attempt = &self.tries[&id];
        let excused = self.in_quarantine(release)
            || self.rejected.contains(&(stage, release))
            || !attempt.asked.is_empty()
            // Tried again under a mended definition.
            || Some(&attempt.definition) != self.newest.as_ref();
        assert!(excused, "I22: {id} is withdrawn for nothing");
        assert!(
            attempt.rollback.is_none(),
            "I15: rollback {id} is withdrawn"
        );
        self.end(id, "withdrawn");
    }

    fn roll_back(&mut self, id: AttemptId) {
        let attempt = &self.tries[&id];
        assert!(attempt.rollback.is_some(), "{id} is no rollback");
        let through = attempt.progress.values().all(|state| *state == "done");
        assert!(
            through,
            "I32: {id} counts what failed or is unknown as rolled back"
        );
        self.end(id, "rolled back");
    }

    fn finish_step(&mut self, id: &EffectId, result: &StepResult) {
        let owed = self
            .open
            .remove(id)
            .unwrap_or_else(|| panic!("I02: {id} is not owed"));
        let ok = matches!(result, StepResult::Succeeded { .. });
        let at = owed.attempt;
        match &owed.effect {
            Effect::Build { release, .. } => {
                if let StepResult::Succeeded {
                    artifact: Some(artifact),
                    ..
                } = result
                {
                    let cut = self.releases.get_mut(release).unwrap();
                    assert!(cut.digest.is_none(), "I06: {release} is built twice");
                    cut.digest = Some(artifact.digest.clone());
                }
            }
            Effect::Check { gate, .. }
            | Effect::Coverage { gate, .. }
            | Effect::Test { gate, .. } => {
                if ok {
                    self.working(at).tests_passed.insert(*gate);
                }
                if matches!(owed.effect, Effect::Coverage { .. }) {
                    self.saw(if ok {
                        "enough coverage"
                    } else {
                        "too little coverage"
                    });
                }
            }
            Effect::Deploy(deployment) => self.finish_part(at, deployment, result),
        }
        if matches!(result, StepResult::Unknown { .. }) {
            self.tries.get_mut(&at).unwrap().lost = true;
        }
    }

    fn finish_part(&mut self, at: AttemptId, deployment: &Deployment, result: &StepResult) {
        let state = match result {
            StepResult::Succeeded { .. } if deployment.more => "between",
            StepResult::Succeeded { .. } => "done",
            StepResult::Failed { .. } | StepResult::Infrastructure { .. } => "failed",
            StepResult::Unknown { .. } => "unknown",
        };
        let target = &deployment.target;
        let ok = matches!(result, StepResult::Succeeded { .. });
        let attempt = self.working(at);
        attempt.lost |= state == "unknown";
        attempt.progress.insert(target.clone(), state);
        *attempt.parts.entry(target.clone()).or_default() += usize::from(ok);
        let place = self.targets.get_mut(target).unwrap();
        place.step = None;
        if deployment.part.moves_traffic() {
            place.running = ok.then_some(deployment.release);
        }
    }

    fn pass(&mut self, id: AttemptId) {
        let attempt = self.working(id).clone();
        for gate in 0..attempt.gates.len() {
            assert!(
                attempt.has_passed(gate),
                "I05: {id} passes without gate {gate}"
            );
        }
        let ended = attempt.progress.values().all(|state| *state == "done");
        assert!(ended, "I32: {id} passes with {:?}", attempt.progress);
        assert!(
            attempt.bakes.values().all(|bake| bake.finished),
            "I42: {id} passes half baked"
        );
        let (stage, release) = (attempt.stage.clone(), attempt.release);
        if stage == StageName::build() {
            assert!(
                self.releases[&release].digest.is_some(),
                "I06: {release} is not built"
            );
        } else if !attempt.renewal {
            let planned = self
                .stage_of(&attempt)
                .map_or(0, |stage| stage.targets().count());
            assert_eq!(
                attempt.progress.len(),
                planned,
                "I05: {id} leaves targets out"
            );
        }
        if attempt
            .gates
            .iter()
            .any(|gate| matches!(gate, Gate::Manual(_)))
        {
            self.approved.insert(release);
        }
        if stage == StageName::build() {
            self.built.insert(release);
        }
        for target in attempt.progress.keys() {
            let place = self.targets.entry(target.clone()).or_default();
            place.good.insert(release, attempt.definition.clone());
        }
        let last = self
            .definition()
            .stages
            .last()
            .map(|last| last.name.clone());
        self.report.through += usize::from(last.as_ref() == Some(&stage));
        self.passed.insert((stage, release));
        self.end(id, "passed");
    }
}

impl Try {
    pub(super) fn has_passed(&self, gate: usize) -> bool {
        let baked = self
            .bakes
            .get(&BakePlace::Gate(gate))
            .is_some_and(|bake| bake.finished);
        let given = self.asked.get(&gate).map_or(0, Vec::len);
        match &self.gates[gate] {
            Gate::Test(_) | Gate::Coverage(_) => self.tests_passed.contains(&gate),
            Gate::Bake(_) => baked,
            Gate::Manual(manual) => given >= manual.count as usize,
        }
    }
}
