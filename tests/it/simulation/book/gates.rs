//! What people say about a release, and the gates they open: I07 to I09.

use super::Book;
use pilothouse::model::*;
use std::collections::BTreeSet;

impl Book {
    pub(super) fn take_gate(&mut self, fact: &Fact) {
        match fact {
            Fact::ApprovalRequested { attempt, gate } => self.ask(*attempt, *gate),
            Fact::Approved {
                attempt, gate, by, ..
            } => self.approve(*attempt, *gate, by),
            Fact::ApprovalUndone { attempt, gate, by }
            | Fact::ApprovalExpired { attempt, gate, by } => {
                let given = self.working(*attempt).asked.get_mut(gate);
                given
                    .expect("I09: nobody was asked")
                    .retain(|(giver, _)| giver != by);
            }
            Fact::PromotionLapsed {
                release, attempt, ..
            } => {
                let stage = self.tries[attempt].stage.clone();
                self.passed.remove(&(stage, *release));
                self.approved.remove(release);
            }
            Fact::GatePassed { attempt, gate } => self.pass_gate(*attempt, *gate),
            other => self.take_guard(other),
        }
    }

    /// I09: people are asked when all before them has passed and everything is deployed.
    fn ask(&mut self, id: AttemptId, gate: usize) {
        let attempt = self.working(id);
        assert!(
            matches!(attempt.gates.get(gate), Some(Gate::Manual(_))),
            "I09: {id} {gate}"
        );
        for before in 0..gate {
            assert!(
                attempt.has_passed(before),
                "I09: {id} asks before gate {before} has passed"
            );
        }
        let deployed = attempt.progress.values().all(|state| *state == "done");
        assert!(deployed, "I09: {id} asks before it is deployed");
        attempt.asked.insert(gate, Vec::new());
    }

    fn approve(&mut self, id: AttemptId, gate: usize, by: &Actor) {
        let stage = self.tries[&id].stage.clone();
        let now = self.look(&stage);
        let seen = self.key.as_ref().and_then(|key| self.looks.get(key));
        assert!(
            seen.is_some() && seen == now.as_ref(),
            "I07: {by} saw {seen:?}, not {now:?}"
        );
        let release = self.tries[&id].release;
        let Some(Gate::Manual(manual)) = self.tries[&id].gates.get(gate).cloned() else {
            panic!("I09: {id} has no manual gate {gate}")
        };
        if let Some(group) = &manual.from {
            let members = self.groups.get(group).into_iter().flatten();
            assert!(
                members.into_iter().any(|m| m == by),
                "I08: {by} is not in {group}"
            );
        }
        if manual.not_author {
            let through = self
                .passed
                .iter()
                .filter(|(at, _)| *at == stage)
                .map(|(_, r)| *r);
            let known: BTreeSet<Sha> = through
                .flat_map(|passed| self.releases[&passed].holds.clone())
                .collect();
            let holds = &self.releases[&release].holds;
            let batches = self.releases.values().flat_map(|cut| &cut.batch);
            let mut new = batches.filter(|c| holds.contains(&c.sha) && !known.contains(&c.sha));
            let own = new.any(|change| change.author.is(by));
            assert!(
                !own,
                "I08: {by} approves a change of their own in {release}"
            );
        }
        let approvals = self
            .working(id)
            .asked
            .get_mut(&gate)
            .expect("I09: nobody was asked");
        // Whoever said yes to something else that was to be seen then may say it again.
        let look = now.expect("I09: there is nothing to be seen");
        let same = approvals
            .iter()
            .any(|given| *given == (by.clone(), look.clone()));
        assert!(!same, "I08: {by} counts twice");
        approvals.retain(|(giver, _)| giver != by);
        approvals.push((by.clone(), look));
    }

    fn pass_gate(&mut self, id: AttemptId, gate: usize) {
        let stage = self.tries[&id].stage.clone();
        let now = self.look(&stage);
        let attempt = self.working(id);
        match &attempt.gates[gate] {
            Gate::Manual(manual) => {
                let given = attempt.asked.get(&gate).into_iter().flatten();
                let given = given.filter(|(_, seen)| Some(seen) == now.as_ref()).count();
                assert!(
                    given >= manual.count as usize,
                    "I07: {id} passes with {given} approvals"
                );
            }
            Gate::Bake(_) => {
                let baked = attempt
                    .bakes
                    .get(&BakePlace::Gate(gate))
                    .is_some_and(|b| b.finished);
                assert!(baked, "I42: {id} passes gate {gate} without its bake");
            }
            Gate::Test(_) | Gate::Coverage(_) => {}
        }
        attempt.tests_passed.insert(gate);
    }
}
