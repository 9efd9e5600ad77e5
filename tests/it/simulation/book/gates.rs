//! What people say about a release, and the gates they open: I07 to I09.

use super::{Book, Try, Yes};
use pilothouse::model::*;
use std::collections::BTreeSet;

impl Book {
    pub(super) fn take_gate(&mut self, fact: &Fact) {
        match fact {
            Fact::ApprovalRequested { attempt, gate } => self.ask(*attempt, *gate),
            Fact::Approved {
                attempt, gate, by, ..
            } => self.approve(*attempt, *gate, by),
            Fact::ApprovalUndone { attempt, gate, by } => {
                let counts = self.counts_from(*attempt, *gate);
                let in_time = counts.is_none_or(|counts| self.at < counts);
                assert!(in_time, "I07: {by} undoes what counts since {counts:?}");
                self.take_away(*attempt, *gate, by);
                self.saw("an approval is undone");
            }
            Fact::ApprovalExpired { attempt, gate, by } => {
                let given = self.take_away(*attempt, *gate, by);
                let expires = self.manual(*attempt, *gate).expires;
                let due = expires.is_some_and(|expires| given.at + expires <= self.at);
                assert!(due, "I07: the yes of {by} expires before its time");
                self.saw("an approval expires");
            }
            Fact::Rejected {
                attempt, gate, by, ..
            } => {
                self.check_group(*attempt, *gate, by);
                let seen = self.key.as_ref().and_then(|key| self.looks.get(key));
                let now = self.look(&self.tries[attempt].stage);
                assert!(
                    seen.is_some() && seen == now.as_ref(),
                    "I07: {by} said no to {seen:?}, not {now:?}"
                );
                self.reject(*attempt);
            }
            Fact::PromotionLapsed {
                release, attempt, ..
            } => {
                let stage = self.tries[attempt].stage.clone();
                self.passed.remove(&(stage, *release));
                self.approved.remove(release);
                self.saw("a promotion lapses");
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
        let manual = self.check_group(id, gate, by);
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
        let at = self.at;
        let approvals = self
            .working(id)
            .asked
            .get_mut(&gate)
            .expect("I09: nobody was asked");
        // Whoever said yes to something else that was to be seen then may say it again.
        let seen = now.expect("I09: there is nothing to be seen");
        let by = by.clone();
        let mut given = approvals.iter();
        let same = given.any(|given| given.by == by && given.seen == seen);
        assert!(!same, "I08: {by} counts twice");
        approvals.retain(|given| given.by != by);
        approvals.push(Yes { by, at, seen });
    }

    /// I08: who is asked.
    fn check_group(&self, id: AttemptId, gate: usize, by: &Actor) -> Manual {
        let manual = self.manual(id, gate).clone();
        if let Some(group) = &manual.from {
            let mut members = self.groups.get(group).into_iter().flatten();
            let member = members.any(|member| member == by);
            assert!(member, "I08: {by} is not in {group}");
        }
        manual
    }

    fn manual(&self, id: AttemptId, gate: usize) -> &Manual {
        match self.tries[&id].gates.get(gate) {
            Some(Gate::Manual(manual)) => manual,
            other => panic!("I09: {id} asks nobody at {gate}, which is {other:?}"),
        }
    }

    fn take_away(&mut self, id: AttemptId, gate: usize, by: &Actor) -> Yes {
        let given = self.working(id).asked.get_mut(&gate);
        let given = given.expect("I09: nobody was asked");
        let own = given.iter().position(|yes| yes.by == *by);
        given.remove(own.expect("I07: nobody has said yes"))
    }

    /// When the yeses to what is to be seen now are enough and past being undone; none while they
    /// are too few.
    pub(super) fn counts_from(&self, id: AttemptId, gate: usize) -> Option<Time> {
        let attempt = &self.tries[&id];
        let now = self.look(&attempt.stage);
        let manual = self.manual(id, gate);
        let given = attempt.asked.get(&gate).into_iter().flatten();
        let mut counted = given.filter(|yes| Some(&yes.seen) == now.as_ref());
        let last = counted.nth(manual.count as usize - 1)?;
        Some(last.at + manual.undo)
    }

    fn pass_gate(&mut self, id: AttemptId, gate: usize) {
        match self.tries[&id].gates[gate].clone() {
            Gate::Manual(manual) => {
                let counts = self.counts_from(id, gate);
                let past = counts.is_some_and(|counts| counts <= self.at);
                assert!(
                    past,
                    "I07: {id} passes, its approvals count from {counts:?}"
                );
                self.check_fresh(id, gate, &manual);
                let at = self.at;
                self.working(id).let_pass.insert(gate, at);
            }
            Gate::Bake(_) => {
                let bakes = &self.tries[&id].bakes;
                let baked = bakes
                    .get(&BakePlace::Gate(gate))
                    .is_some_and(|b| b.finished);
                assert!(baked, "I42: {id} passes gate {gate} without its bake");
            }
            Gate::Test(_) | Gate::Coverage(_) => panic!("I05: {id} passes {gate} by itself"),
        }
        self.working(id).tests_passed.insert(gate);
    }

    /// I07: no yes that is too old counts.
    pub(super) fn check_fresh(&self, id: AttemptId, gate: usize, manual: &Manual) {
        let given = self.tries[&id].asked.get(&gate).into_iter().flatten();
        let (at, expires) = (self.at, manual.expires);
        let old = |yes: &&Yes| expires.is_some_and(|expires| yes.at + expires <= at);
        let old: Vec<&Yes> = given.filter(old).collect();
        assert!(old.is_empty(), "I07: {id} still counts {old:?} at {at}");
    }

    /// I07: what let a release leave the stage before has not expired in the queue.
    pub(super) fn check_promotion(&self, before: &StageName, stage: &StageName, r: ReleaseId) {
        let in_stage = |a: &&Try, name: &StageName| a.stage == *name && a.release == r;
        let mut earlier = self.tries.values();
        if earlier.any(|a| in_stage(&a, stage) && a.rollback.is_none()) {
            return;
        }
        let mut newest = self.tries.values().rev();
        let passed = newest.find(|a| in_stage(a, before) && a.ended == Some("passed"));
        let gates = passed.into_iter().flat_map(|passed| &passed.let_pass);
        for (gate, at) in gates {
            let Some(Gate::Manual(manual)) = passed.map(|passed| &passed.gates[*gate]) else {
                continue;
            };
            let fresh = manual.expires.is_none_or(|expires| self.at < *at + expires);
            assert!(fresh, "I07: {r} enters {stage} on an approval of {at}");
        }
    }
}
