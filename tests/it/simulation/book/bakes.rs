//! Bakes as rounds of readings: what each round gives them and takes from them, and what the journal
//! may say of them: I42, rule 7.

use super::blocked::watching;
use super::{Baking, Book};
use pilothouse::model::*;
use std::collections::BTreeMap;

impl Book {
    pub(super) fn take_bake(&mut self, fact: &Fact) {
        match fact {
            Fact::BakeStarted {
                attempt,
                place,
                rule,
            } => {
                let since = self.at;
                let baking = Baking {
                    rule: *rule,
                    since,
                    healthy: Span::ZERO,
                    points: 0,
                    visited: Span::ZERO,
                    n_visits: 0,
                    fired: false,
                    finished: false,
                };
                self.working(*attempt).bakes.insert(*place, baking);
            }
            Fact::BakeResumed { attempt, place } => {
                let fired = self.bake(*attempt, *place).fired;
                assert!(!fired, "I42: {attempt} bakes on after an alarm has fired");
            }
            Fact::BakeRestarted { attempt, place, .. } => {
                let fired = std::mem::take(&mut self.bake(*attempt, *place).fired);
                assert!(fired, "I42: {attempt} bakes anew without an alarm");
                self.saw("a bake starts over");
            }
            Fact::BakeFinished { attempt, place } => self.finish_bake(*attempt, *place),
            other => self.take_gate(other),
        }
    }

    fn bake(&mut self, id: AttemptId, place: BakePlace) -> &mut Baking {
        let bake = self.working(id).bakes.get_mut(&place);
        bake.expect("I42: a bake that never began")
    }

    /// A round of readings, taken in before the facts that follow from it: every bake gets what a
    /// healthy round gives it, and loses all of it when an alarm fires.
    pub(in crate::simulation) fn round(&mut self, observation: &Observation, now: Time) {
        let levels: BTreeMap<&AlarmName, &Reading> = observation
            .readings
            .iter()
            .map(|reading| (&reading.alarm, reading))
            .collect();
        let lanes: Vec<AttemptId> = self.lanes.values().copied().collect();
        for id in lanes {
            let attempt = &self.tries[&id];
            let entered = &self.definitions[&attempt.definition];
            let spec = self.stage_of(attempt);
            let own = spec.map(|spec| spec.alarms.clone()).unwrap_or_default();
            let alarms = spec.map(|spec| watching(entered, spec)).unwrap_or_default();
            let alarms: Vec<AlarmName> = alarms.iter().map(|alarm| alarm.name.clone()).collect();
            let level = |alarm: &AlarmName| {
                levels
                    .get(alarm)
                    .map(|reading| reading.level)
                    .or_else(|| self.level(alarm))
            };
            let fires = alarms
                .iter()
                .any(|alarm| level(alarm) == Some(AlarmLevel::Firing));
            let well = alarms
                .iter()
                .all(|alarm| level(alarm) == Some(AlarmLevel::Ok));
            let seen = |alarm: &AlarmName| levels.get(alarm).map_or(0, |reading| reading.points);
            // Requests of the stage itself; wider alarms count those of others.
            let points = own.iter().map(seen).min().unwrap_or(0);
            let attempt = self.tries.get_mut(&id).unwrap();
            for bake in attempt.bakes.values_mut().filter(|bake| !bake.finished) {
                if fires {
                    bake.fired = true;
                    (bake.healthy, bake.points) = (Span::ZERO, 0);
                    (bake.visited, bake.n_visits) = (Span::ZERO, 0);
                } else if well {
                    let healthy = observation.elapsed.min(now.since(bake.since));
                    bake.healthy = bake.healthy + healthy;
                    bake.points += points;
                    if points > 0 {
                        bake.visited = bake.visited + healthy;
                        bake.n_visits += 1;
                    }
                }
            }
        }
    }

    fn finish_bake(&mut self, id: AttemptId, place: BakePlace) {
        let bake = self.bake(id, place);
        assert!(
            bake.healthy >= bake.rule.time && bake.points >= bake.rule.points,
            "I42: {id} ends a bake with {} and {} points of {:?}",
            bake.healthy,
            bake.points,
            bake.rule
        );
        // A quarter of the time wanted, less what rounding up gives away at each visit.
        let wanted = bake.rule.points.saturating_sub(bake.n_visits);
        let spread = 4 * i128::from(bake.visited.0) * i128::from(bake.rule.points)
            >= i128::from(bake.rule.time.0) * i128::from(wanted);
        assert!(spread, "I42: {id} ends a bake on a burst: {bake:?}");
        bake.finished = true;
    }
}
