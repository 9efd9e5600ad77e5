//! Holds, overrides and quarantine as the journal tells them: I12, I15, I17, I39, I48.

use super::{Book, Given};
use pilothouse::model::*;
use std::collections::BTreeSet;

impl Book {
    pub(super) fn take_guard(&mut self, fact: &Fact) {
        match fact {
            Fact::HoldPlaced {
                id, scope, lasts, ..
            } => {
                let over = lasts.map(|lasts| self.at + lasts);
                self.holds.insert(*id, (scope.clone(), over));
            }
            Fact::HoldLifted { id, by, .. } => {
                let (_, over) = self
                    .holds
                    .remove(id)
                    .expect("I48: a hold that was not there");
                let fair = by.is_some() || over.is_some_and(|over| over <= self.at);
                assert!(fair, "I48: {id} ends by itself before its time");
                if by.is_none() {
                    self.saw("a hold expires");
                }
            }
            Fact::Quarantined {
                release, changes, ..
            } => {
                let holds = &self.releases[release].holds;
                for change in changes {
                    assert!(
                        holds.contains(change),
                        "I17: {release} does not hold {change}"
                    );
                    self.quarantine.entry(change.clone()).or_insert(*release);
                }
                // After rewritten histories a release may hold only what others have proven, each
                // for itself: then it is the release as a whole that is to blame.
                let proven = self.targets.values().flat_map(|place| &place.good);
                let proven: BTreeSet<&Sha> = proven
                    .flat_map(|(good, _)| &self.releases[good].holds)
                    .collect();
                let blamed = !changes.is_empty() || holds.iter().all(|own| proven.contains(own));
                assert!(blamed, "I17: {release} is rolled back for no change");
                if changes.is_empty() {
                    self.wholes.insert(*release);
                    self.saw("a release in quarantine as a whole");
                }
            }
            Fact::QuarantineLifted { release, .. } => {
                let asked = matches!(
                    &self.command,
                    Some(Command::Lift { what: Lift::Quarantine(of), .. }) if of == release
                );
                assert!(
                    asked,
                    "I17: the quarantine of {release} is lifted by nobody"
                );
                self.quarantine.retain(|_, by| by != release);
                self.wholes.remove(release);
                // What was rolled back may start again where it was.
                self.superseded.clear();
                for place in self.targets.values_mut() {
                    place.forward = None;
                }
            }
            other => self.take_ticket(other),
        }
    }

    /// I12, I40: who may pass, and whether the clock is believed.
    pub(super) fn take_permission(&mut self, fact: &Fact) {
        match fact {
            Fact::Overridden {
                id,
                blockers,
                stage,
                release,
                lasts,
                uses,
                ..
            } => {
                assert!(*lasts <= Span::hours(24), "I12: {id} lasts {lasts}");
                let given = Given {
                    blockers: blockers.clone(),
                    stage: stage.clone(),
                    release: *release,
                    at: self.at,
                    expires: self.at + *lasts,
                    uses: *uses,
                    used_by: BTreeSet::new(),
                };
                self.overrides.insert(*id, given);
            }
            Fact::OverrideUsed { id, attempt } => self.use_override(*id, *attempt),
            Fact::ClockStepped { .. } => self.doubt = true,
            Fact::ClockTrusted { .. } => self.doubt = false,
            Fact::OverrideEnded { id, .. } => drop(self.overrides.remove(id)),
            _ => {}
        }
    }

    /// I12: no more attempts than were meant. What it names and fires now is known from now on.
    fn use_override(&mut self, id: OverrideId, attempt: AttemptId) {
        let given = self.overrides.get_mut(&id);
        let given = given.expect("I12: an override that is over");
        let place = &self.tries[&attempt];
        let meant = (&given.stage, given.release) == (&place.stage, place.release);
        assert!(meant, "I12: {id} is not for {attempt}");
        given.used_by.insert(attempt);
        let n_used = given.used_by.len();
        assert!(n_used <= given.uses as usize, "I12: {id} is used up");
        let named = given.blockers.clone();
        let known = self.alarms.iter().filter(|(alarm, (level, _))| {
            let name = format!("alarm/{alarm}");
            *level == AlarmLevel::Firing && named.iter().any(|named| named.0 == name)
        });
        let known: Vec<_> = known
            .map(|(alarm, (_, since))| (alarm.clone(), *since))
            .collect();
        self.working(attempt).known.extend(known);
        self.saw("an override is used");
    }

    /// I12: what breaks a rule says why.
    pub(super) fn check_reason(by: &Actor, command: &Command) {
        let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        if let Command::Override { reason, .. } = command {
            assert!(visible(reason) >= 20, "I12: {by} overrides with {reason:?}");
        }
        if let Command::Rollback { reason, .. } | Command::Hold { reason, .. } = command {
            assert!(visible(reason) >= 1, "I33: {by} gives no reason");
        }
    }

    /// I15: a rollback may only be refused because there is nothing to do, or it is being done.
    pub(super) fn check_refusal(&self, command: &Command, refusal: &Refusal) {
        let Command::Rollback { scope, release, .. } = command else {
            return;
        };
        let fine = matches!(
            refusal,
            Refusal::NothingToRollBack { .. }
                | Refusal::RollbackUnderWay { .. }
                | Refusal::UnknownRelease { .. }
                | Refusal::UnknownStage { .. }
                | Refusal::UnknownRegion { .. }
                | Refusal::UnknownTarget { .. }
                | Refusal::NeedsReason { .. }
                | Refusal::PlanChanged { .. }
        );
        assert!(fine, "I15: {refusal}");
        let Some(stage) = scope.stage() else {
            return;
        };
        if matches!(refusal, Refusal::NothingToRollBack { .. }) {
            let spec = self.definition().stage(stage);
            let mut targets = spec.into_iter().flat_map(Stage::targets);
            let could = targets.find(|(region, _, target)| {
                let place = self.targets.get(*target);
                place.is_some_and(|place| {
                    let fit = |good: &&ReleaseId| **good < *release && !self.in_quarantine(**good);
                    is_meant(scope, &region.name, target)
                        && place.running == Some(*release)
                        && place.good.keys().rev().take(5).any(|g| fit(&g))
                })
            });
            assert!(
                could.is_none(),
                "I15: {release} could be taken back from {could:?}: {refusal}"
            );
        }
    }
}

/// Whether somebody who asks to take back so much means a target.
pub(super) fn is_meant(scope: &RollbackScope, in_region: &RegionName, name: &TargetName) -> bool {
    match scope {
        RollbackScope::Region { region, .. } => region == in_region,
        RollbackScope::Target { target, .. } => target == name,
        RollbackScope::Stage(_) | RollbackScope::Everywhere => true,
    }
}
