//! What is done to targets, and when: I01, I02, I04, I06, I07, I18, I23, I26, I32, for every strategy
//! and part by part.

use super::blocked::first_production;
use super::{Book, Try};
use pilothouse::model::*;

impl Book {
    pub(super) fn open_step(&mut self, owed: &Owed) {
        let fresh = self.opened.insert(owed.id.clone(), owed.clone());
        assert!(fresh.is_none(), "I26: {} is opened twice", owed.id);
        // A rollback takes back what it can, whatever became of other targets (rule 10).
        let attempt = self.working(owed.attempt);
        let stopped = attempt.lost && attempt.rollback.is_none();
        assert!(!stopped, "I32: {} goes on after a loss", owed.attempt);
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
            Effect::Coverage { release, base, .. } => {
                let mut built = self.built.iter().map(|b| &self.releases[b]);
                let known = base.as_ref().is_none_or(|base| {
                    let holds = &self.releases[release].holds;
                    holds.contains(base) && built.any(|cut| cut.sha == *base)
                });
                assert!(known, "coverage of {release} is counted from {base:?}");
            }
            Effect::Check { .. } => {}
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
        if let Some(rollback) = &attempt.rollback {
            let to = rollback.destinations.get(target);
            let right = to == Some(&deployment.release);
            assert!(right, "I18: {target} goes to {}", deployment.release);
            self.check_back(attempt, deployment);
        } else {
            self.check_forward(attempt, deployment);
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
        self.saw_part(attempt, deployment);
        let entered = self.tries.get_mut(&owed.attempt).unwrap();
        entered.progress.insert(target.clone(), "running");
        if !entered.touched.contains(target) {
            entered.touched.push(target.clone());
        }
        if deployment.part.moves_traffic() && !entered.served.contains(target) {
            entered.served.push(target.clone());
        }
    }

    fn saw_part(&mut self, attempt: &Try, deployment: &Deployment) {
        let back = attempt.rollback.is_some();
        let spec = self.stage_of(attempt);
        let at_once = spec.is_some_and(|s| s.deploy.strategy == Strategy::AllAtOnce);
        let first = !attempt.parts.contains_key(&deployment.target);
        let thing = match (deployment.part, back) {
            (Part::Shift(_), false) => "more traffic for a canary",
            (Part::Shift(_), true) => "traffic back from a canary",
            (Part::Switch, false) => "a switch of colours",
            (Part::Switch, true) if first => "an instant switch back",
            (Part::Switch, true) => "a switch back after installing again",
            (Part::Test, _) => "a test of the idle colour",
            (Part::Deploy, false) if at_once => "a target of all at once",
            (Part::Deploy | Part::Install, _) => return,
        };
        self.saw(thing);
    }

    /// Taking back: by how the destination proved good there, in one part where it is still beside.
    /// No more targets are at work than the rollback may take out (rule 10).
    fn check_back(&self, attempt: &Try, to: &Deployment) {
        let spec = self.stage_of(attempt);
        let proven = self.targets[&to.target].good.get(&to.release);
        let proven = proven.and_then(|digest| self.definitions[digest].stage(&to.stage));
        let Some(strategy) = proven.or(spec).map(|spec| &spec.deploy.strategy) else {
            return;
        };
        let run = proven
            .or(spec)
            .and_then(|spec| spec.deploy.command(to.part));
        assert_eq!(
            run,
            Some(&to.run),
            "I16: {} goes back in another way",
            to.target
        );
        let nth = attempt.parts.get(&to.target).copied().unwrap_or(0);
        let last = match strategy {
            Strategy::Rolling | Strategy::AllAtOnce => Part::Deploy,
            Strategy::Canary(_) => Part::Shift(100),
            Strategy::BlueGreen(_) => Part::Switch,
        };
        let way = (to.part, nth, to.more);
        // As often as it takes: what is beside may be gone by the time that it is tried again.
        let fits = way == (last, nth, false) || way == (Part::Install, nth, true);
        assert!(fits, "I18: {} goes back by {way:?}", to.target);
        let lane = spec.and_then(|spec| spec.region(&to.region));
        let lane = lane.into_iter().flat_map(|region| &region.zones);
        let lane: Vec<&TargetName> = lane.flat_map(|zone| &zone.targets).collect();
        let out = lane.iter().filter(|t| {
            **t != &to.target && self.targets.get(**t).is_some_and(|p| p.step.is_some())
        });
        let most = spec.map_or(1, |spec| {
            spec.deploy.rollback_max_unavailable.of(lane.len())
        });
        assert!(
            out.count() < most,
            "I04: {} goes back beyond {most}",
            to.target
        );
    }

    /// I04, I07: one more target goes forward.
    fn check_forward(&self, attempt: &Try, to: &Deployment) {
        let spec = self.stage_of(attempt).expect("I05: a stage that never was");
        let at = spec.regions.iter().position(|r| r.name == to.region);
        let at = at.expect("I05: a region that never was");
        assert_eq!(
            to.release, attempt.release,
            "I05: another release than entered"
        );
        self.check_target_open(attempt, spec, &spec.regions[at]);
        if spec.phase == Phase::Production {
            let approved = self.approved.contains(&to.release);
            assert!(approved, "I07: {} was not approved", to.release);
        }
        let lane = Lane {
            attempt,
            spec,
            at,
            script: script(&spec.deploy.strategy),
        };
        let nth = lane.parts(&to.target);
        let target = &to.target;
        assert_eq!(lane.script.get(nth), Some(&to.part), "{target}: part {nth}");
        assert_eq!(to.more, nth + 1 < lane.script.len(), "{target}: {to:?}");
        lane.check_room(to);
        lane.check_order(to, nth);
        let entered = &self.definitions[&attempt.definition];
        let lead = first_production(entered) == Some(&spec.name);
        if spec.deploy.one_box || (lead && at == 0) {
            lane.check_alone(to, nth);
        }
        if lead && at > 0 {
            lane.check_led(to);
        }
    }
}

/// What is done to each target, one part after the other, where a release goes forward.
fn script(strategy: &Strategy) -> Vec<Part> {
    let mut parts = vec![Part::Install];
    match strategy {
        Strategy::Rolling | Strategy::AllAtOnce => parts = vec![Part::Deploy],
        Strategy::Canary(canary) => {
            parts.extend(canary.weights.iter().map(|weight| Part::Shift(*weight)));
        }
        Strategy::BlueGreen(colours) => {
            parts.extend(colours.test.iter().map(|_| Part::Test));
            parts.push(Part::Switch);
        }
    }
    parts
}

/// A region that a release goes forward in.
struct Lane<'a> {
    attempt: &'a Try,
    spec: &'a Stage,
    at: usize,
    script: Vec<Part>,
}

impl Lane<'_> {
    fn parts(&self, target: &TargetName) -> usize {
        self.attempt.parts.get(target).copied().unwrap_or(0)
    }

    fn targets(&self, at: usize) -> Vec<&TargetName> {
        let zones = self.spec.regions[at].zones.iter();
        zones.flat_map(|zone| &zone.targets).collect()
    }

    /// How many bakes of a region have ended, and whether all have.
    fn bakes(&self, at: usize) -> (usize, bool) {
        let own = |place: &BakePlace| matches!(place, BakePlace::Batch { lane, .. } if *lane == at);
        let bakes = self.attempt.bakes.iter().filter(|(place, _)| own(place));
        let ended = bakes.clone().filter(|(_, bake)| bake.finished).count();
        (ended, ended == bakes.count())
    }

    fn wants(&self, rule: BakeRule) -> bool {
        !rule.time.is_zero() || (rule.points > 0 && !self.spec.alarms.is_empty())
    }

    /// I04: no more targets are out than may be. What only shifts traffic takes none out.
    fn check_room(&self, to: &Deployment) {
        let at_once = self.spec.deploy.strategy == Strategy::AllAtOnce;
        if at_once || matches!(to.part, Part::Test | Part::Shift(_)) {
            return;
        }
        let lane = self.targets(self.at);
        let state = |target: &TargetName| self.attempt.progress.get(target).copied();
        let out = |t: &&&TargetName| {
            **t != &to.target && matches!(state(t), Some("running" | "failed" | "unknown"))
        };
        let (out, most) = (
            lane.iter().filter(out).count(),
            self.spec.deploy.max_unavailable,
        );
        let most = most.of(lane.len());
        assert!(out < most, "I04: {} is one too many of {most}", to.target);
    }

    /// I04: part after part over the whole region, zone after zone, each with its bake over.
    fn check_order(&self, to: &Deployment, nth: usize) {
        let target = &to.target;
        let behind = self
            .targets(self.at)
            .into_iter()
            .find(|t| self.parts(t) < nth);
        assert!(behind.is_none(), "I04: {target} is ahead of {behind:?}");
        let (ended, all) = self.bakes(self.at);
        assert!(all, "I04: {target} starts during a bake");
        if let (Strategy::Canary(canary), Part::Shift(_)) = (&self.spec.deploy.strategy, to.part) {
            let baked = ended + 1 >= nth || !self.wants(canary.bake);
            assert!(baked, "I04: {target} gets more traffic after {ended} bakes");
            return;
        }
        if self.spec.deploy.strategy == Strategy::AllAtOnce || to.part == Part::Test {
            return;
        }
        let zones = self.spec.regions[self.at].zones.iter();
        let earlier = zones.take_while(|zone| !zone.targets.contains(target));
        let mut earlier = earlier.flat_map(|zone| &zone.targets);
        let late = earlier.find(|t| self.parts(t) <= nth);
        assert!(late.is_none(), "I04: {target} starts before {late:?}");
    }

    /// I04: the one-box goes first and alone, and has baked before another target follows.
    fn check_alone(&self, to: &Deployment, nth: usize) {
        let serves = to.part.moves_traffic();
        let order = if serves {
            &self.attempt.served
        } else {
            &self.attempt.touched
        };
        let lane = self.targets(self.at);
        let mut own = order.iter().filter(|target| lane.contains(target));
        let Some(first) = own.next().filter(|first| **first != to.target) else {
            return;
        };
        if matches!(to.part, Part::Shift(_) | Part::Test) {
            return;
        }
        let baked = !serves || self.bakes(self.at).0 > 0 || !self.wants(self.spec.bake.one_box);
        assert!(
            self.parts(first) > nth && baked,
            "I04: {} starts beside the one-box {first}",
            to.target
        );
    }

    /// I04: in the first wave of production no region begins before the first targets that serve
    /// the release have baked.
    fn check_led(&self, to: &Deployment) {
        let lead = self.targets(0);
        let serving = self.script.iter().position(|part| part.moves_traffic());
        let serving = serving.unwrap_or(0);
        let (group, rule) = match &self.spec.deploy.strategy {
            Strategy::Canary(canary) => (lead, canary.bake),
            Strategy::Rolling | Strategy::AllAtOnce | Strategy::BlueGreen(_) => {
                let mut served = self.attempt.served.iter().filter(|t| lead.contains(t));
                (served.next().into_iter().collect(), self.spec.bake.one_box)
            }
        };
        let through = !group.is_empty() && group.iter().all(|t| self.parts(t) > serving);
        let baked = self.bakes(0).0 > 0 || !self.wants(rule);
        assert!(
            through && baked,
            "I04: {} starts before the first",
            to.target
        );
    }
}
