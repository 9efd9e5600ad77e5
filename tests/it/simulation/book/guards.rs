//! Holds, overrides, quarantine and tickets as the journal tells them: I11 to I15, I17, I48, and one
//! ticket per cause.

use super::{Book, Given};
use chrono::{Datelike, Timelike, Weekday};
use chrono_tz::Tz;
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
                assert!(
                    !changes.is_empty(),
                    "I17: {release} is rolled back for no change"
                );
            }
            Fact::QuarantineLifted { release, .. } => {
                self.quarantine.retain(|_, by| by != release);
                // What was rolled back may start again where it was.
                self.superseded.clear();
                for place in self.targets.values_mut() {
                    place.forward = None;
                }
            }
            Fact::TicketOpened { id, cause, .. } => {
                let again = self.tickets.values().any(|open| open == cause);
                assert!(!again, "ticket {id} is a second one for {cause}");
                self.tickets.insert(*id, cause.clone());
            }
            Fact::TicketResolved { id, .. } => drop(self.tickets.remove(id)),
            other => self.take_permission(other),
        }
    }

    /// I12, I40: who may pass, and whether the clock is believed.
    fn take_permission(&mut self, fact: &Fact) {
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
            Fact::OverrideUsed { id, attempt } => {
                let given = self
                    .overrides
                    .get_mut(id)
                    .expect("I12: an override that is over");
                given.used_by.insert(*attempt);
                assert!(
                    given.used_by.len() <= given.uses as usize,
                    "I12: {id} is used up"
                );
            }
            Fact::ClockStepped { to, .. } => self.doubt = Some(*to),
            Fact::ClockTrusted { .. } => self.doubt = None,
            Fact::OverrideEnded { id, .. } => drop(self.overrides.remove(id)),
            _ => {}
        }
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
                | Refusal::NeedsReason { .. }
                | Refusal::PlanChanged { .. }
        );
        assert!(fine, "I15: {refusal}");
        let RollbackScope::Stage(stage) = scope else {
            return;
        };
        if matches!(refusal, Refusal::NothingToRollBack { .. }) {
            let spec = self.definition().stage(stage);
            let mut targets = spec.into_iter().flat_map(Stage::targets);
            let could = targets.find(|(_, _, target)| {
                let place = self.targets.get(*target);
                place.is_some_and(|place| {
                    let fit = |good: &&ReleaseId| {
                        **good < *release && self.in_quarantine(**good).is_none()
                    };
                    place.running == Some(*release)
                        && place.good.iter().rev().take(5).any(|g| fit(&g))
                })
            });
            assert!(
                could.is_none(),
                "I15: {release} could be taken back from {could:?}: {refusal}"
            );
        }
    }

    /// Whether a hold of the pipeline or of the organization stops forward work in a stage.
    pub(super) fn held(&self, stage: &StageName) -> Option<HoldId> {
        let holds = self.holds.iter().chain(&self.org_holds);
        let mut standing = holds.filter(|(_, (scope, over))| {
            let reaches = match scope {
                HoldScope::Stage(held) => held == stage,
                HoldScope::Pipeline | HoldScope::Organization => true,
                HoldScope::Service(service) => *service == self.definition().service,
            };
            reaches && over.is_none_or(|over| over > self.at)
        });
        standing.next().map(|(id, _)| *id)
    }

    /// Whether an override in force names a blocker that has stood since before it was given.
    pub(super) fn covered(
        &self,
        blocker: &str,
        (stage, release): (&StageName, ReleaseId),
        stood_at: impl Fn(Time) -> bool,
    ) -> bool {
        self.overrides.values().any(|given| {
            given.blockers.iter().any(|named| named.0 == blocker)
                && given.stage == *stage
                && given.release == release
                && self.at < given.expires
                && stood_at(given.at)
        })
    }

    /// I13: no alarm of the stage fires or is silent, unless that very trouble is overridden.
    pub(super) fn check_alarms(&self, stage: &Stage, release: ReleaseId) {
        for alarm in &stage.alarms {
            let state = self.alarms.get(alarm);
            let fine = state.is_some_and(|(level, _)| *level == AlarmLevel::Ok);
            let stood = |at: Time| state.is_none_or(|(_, since)| *since <= at);
            let covered = self.covered(&format!("alarm/{alarm}"), (&stage.name, release), stood);
            assert!(
                fine || covered,
                "I13: {release} starts while {alarm} is {state:?}"
            );
        }
    }

    /// I14: the windows of the stage are open on the region's clock, or the closing that stands now
    /// is overridden.
    pub(super) fn check_windows(
        &self,
        stage: &Stage,
        region: &Region,
        at: &Definition,
        r: ReleaseId,
    ) {
        for name in &stage.windows {
            let window = at.window(name).unwrap();
            let open = |at: Time| {
                let allowed = window
                    .allow
                    .as_ref()
                    .is_none_or(|w| reads(&w.to_string(), at, region.time_zone));
                let denied = window
                    .deny
                    .as_ref()
                    .is_some_and(|w| reads(&w.to_string(), at, region.time_zone));
                allowed && !denied
            };
            let closed_since = |given: Time| {
                let quarters = 0..=self.at.since(given).0 / 900_000;
                quarters
                    .into_iter()
                    .all(|n| !open(given + Span::minutes(15 * n)))
            };
            let covered = self.covered(&format!("window/{name}"), (&stage.name, r), closed_since);
            assert!(
                open(self.at) || covered,
                "I14: {r} starts in {} at {}, and {name} is closed",
                region.name,
                self.at
            );
        }
    }
}

/// Whether a clock in a zone reads a time within a rule, as a person would check it: by the hands.
fn reads(rule: &str, at: Time, zone: Tz) -> bool {
    let local = at.utc().with_timezone(&zone);
    let minute = local.hour() * 60 + local.minute();
    let clock = |text: &str| -> u32 {
        let (hours, minutes) = text.split_once(':').unwrap();
        hours.parse::<u32>().unwrap() * 60 + minutes.parse::<u32>().unwrap()
    };
    rule.split("; ").any(|slot| {
        let (days, hours) = slot.split_once(' ').unwrap();
        let (from, to) = hours.split_once('-').unwrap();
        let day = match days {
            "daily" => true,
            "Mon..Fri" => !matches!(local.weekday(), Weekday::Sat | Weekday::Sun),
            days => days
                .split(',')
                .any(|day| day == local.weekday().to_string()),
        };
        day && (clock(from)..clock(to)).contains(&minute)
    })
}
