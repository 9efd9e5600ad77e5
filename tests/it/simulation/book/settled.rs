//! What must be true after every decision: nobody waits for what could be done (I07, I15, I39, rule
//! 6, rule 16).

use super::blocked::watching;
use super::{Book, Try};
use pilothouse::model::*;

impl Book {
    /// After every decision of the pipeline.
    pub(in crate::simulation) fn settled(&mut self) {
        for (id, attempt) in self.lanes.values().map(|id| (*id, &self.tries[id])) {
            if attempt.rollback.is_some() {
                self.goes_on(id, attempt);
            } else {
                self.is_watched(id, attempt);
                self.is_asked(id, attempt);
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
        self.check_tickets();
    }

    /// After every look at the organization's clock.
    pub(in crate::simulation) fn org_settled(&self, now: Time) {
        for (id, (_, over)) in &self.org_holds {
            let stands = over.is_none_or(|over| over > now);
            assert!(
                stands,
                "I39: {id} of the organization is kept after its end"
            );
        }
    }

    /// I15: a rollback takes something back, or waits for a person.
    fn goes_on(&self, id: AttemptId, attempt: &Try) {
        let at_work = self.open.values().any(|owed| owed.attempt == id);
        let mut progress = attempt.progress.values();
        let waits_for_a_person = progress.any(|at| matches!(*at, "failed" | "unknown"));
        assert!(
            at_work || waits_for_a_person,
            "I15: {id} takes nothing back"
        );
    }

    /// Rule 6: no armed attempt is left alone with an alarm that fires, unless it is known.
    fn is_watched(&self, id: AttemptId, attempt: &Try) {
        let asked = |gate: &usize| !attempt.tests_passed.contains(gate);
        if attempt.served.is_empty() || attempt.asked.keys().any(asked) {
            return;
        }
        let Some(spec) = self.stage_of(attempt) else {
            return;
        };
        for alarm in watching(&self.definitions[&attempt.definition], spec) {
            let state = self.alarms.get(&alarm.name);
            let Some((AlarmLevel::Firing, since)) = state else {
                continue;
            };
            let known = attempt.known.get(&alarm.name) == Some(since);
            let about_it = alarm.scope != AlarmScope::Organization;
            let name = &alarm.name;
            assert!(known || !about_it, "rule 6: {name} fires and {id} goes on");
        }
    }

    /// I07: what is enough has taken effect, and what is too old has gone.
    fn is_asked(&self, id: AttemptId, attempt: &Try) {
        for gate in attempt.asked.keys() {
            let Gate::Manual(manual) = &attempt.gates[*gate] else {
                continue;
            };
            if attempt.tests_passed.contains(gate) {
                continue;
            }
            self.check_fresh(id, *gate, manual);
            let counts = self.counts_from(id, *gate);
            let open = counts.is_none_or(|counts| counts > self.at);
            assert!(open, "I07: {id} waits for what counts since {counts:?}");
        }
    }
}
