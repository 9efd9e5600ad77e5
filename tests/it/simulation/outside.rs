//! Everything that runs for the engine outside it: builds, tests, deployments. Requests and answers
//! are lost, doubled, late and in any order; whatever is sent runs under the id it was sent with.

use super::faults::{Fault, Faults};
use super::fleet::Fleet;
use super::rng::Rng;
use pilothouse::model::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Debug, Default)]
pub(super) struct Outside {
    pub(super) fleet: Fleet,
    /// Sent and not answered, with whether the request has arrived.
    jobs: BTreeMap<EffectId, (Owed, bool)>,
    /// On their way back; the order is nobody's.
    answers: Vec<(EffectId, StepResult)>,
    /// Answers that may come once more, or long after nobody waits for them.
    stray: Vec<(EffectId, StepResult)>,
    /// Releases that no target and no test can bear.
    bad: BTreeSet<ReleaseId>,
    unreachable: BTreeSet<TargetName>,
    n_builds: u64,
    /// The artifacts that are there.
    stored: BTreeSet<Digest>,
}

impl Outside {
    /// Brings the jobs in line with what is owed: what is new is sent, what is not wanted any more
    /// is stopped, as the executor does.
    pub(super) fn match_up(&mut self, steps: &BTreeMap<EffectId, Arc<Owed>>, now: Time) {
        let unwanted = |id: &EffectId| !steps.contains_key(id);
        let stopped: Vec<EffectId> = self
            .jobs
            .keys()
            .filter(|id| unwanted(id))
            .cloned()
            .collect();
        for id in stopped {
            if let Some((
                Owed {
                    effect: Effect::Deploy(deployment),
                    ..
                },
                _,
            )) = self.jobs.remove(&id)
            {
                self.fleet.end(&id, &deployment, false, now);
            }
            let late = StepResult::Succeeded {
                took: Span::seconds(9),
                artifact: None,
            };
            self.stray.push((id, late));
        }
        for owed in steps.values() {
            let due = owed.not_before.is_none_or(|at| at <= now);
            let answered = self.answers.iter().any(|(id, _)| *id == owed.id);
            if due && !answered && !self.jobs.contains_key(&owed.id) {
                self.jobs
                    .insert(owed.id.clone(), (Owed::clone(owed), false));
            }
        }
    }

    /// Something moves on: a request arrives, or a job comes to its end.
    pub(super) fn work(&mut self, now: Time, faults: &mut Faults, rng: &mut Rng) {
        let ids: Vec<EffectId> = self.jobs.keys().cloned().collect();
        let Some(id) = rng.pick(&ids).cloned() else {
            return;
        };
        let (owed, arrived) = self.jobs[&id].clone();
        if !arrived {
            return self.arrive(&id, &owed, now, (faults, rng));
        }
        self.jobs.remove(&id);
        let result = self.result(&owed, faults, rng);
        if let Effect::Deploy(deployment) = &owed.effect {
            let ok = matches!(result, StepResult::Succeeded { .. });
            self.fleet.end(&id, deployment, ok, now);
        }
        if faults.strikes(Fault::DuplicateAnswer, 6, rng) {
            self.stray.push((id.clone(), result.clone()));
        }
        if faults.strikes(Fault::LostAnswer, 10, rng) {
            let why = "the connection broke".to_owned();
            self.answers.push((
                id,
                StepResult::Infrastructure {
                    took: Span::seconds(1),
                    why,
                },
            ));
        } else if faults.strikes(Fault::DelayedAnswer, 12, rng) {
            // Beyond the time limit: a failure as far as anybody can know, and late news.
            self.stray.push((id.clone(), result));
            let why = "did not end within its time limit".to_owned();
            self.answers.push((
                id,
                StepResult::Failed {
                    took: Span::minutes(10),
                    why,
                },
            ));
        } else {
            self.answers.push((id, result));
        }
    }

    /// The request gets there; if not, it is answered without any work.
    fn arrive(
        &mut self,
        id: &EffectId,
        owed: &Owed,
        now: Time,
        (faults, rng): (&mut Faults, &mut Rng),
    ) {
        let Effect::Deploy(deployment) = &owed.effect else {
            self.jobs.insert(id.clone(), (owed.clone(), true));
            return;
        };
        if faults.strikes(Fault::Unreachable, 40, rng) {
            self.unreachable.insert(deployment.target.clone());
        } else if rng.one_in(8) {
            self.unreachable.remove(&deployment.target);
        }
        let away = faults.has(Fault::Unreachable) && self.unreachable.contains(&deployment.target);
        if away || faults.strikes(Fault::LostRequest, 12, rng) {
            self.jobs.remove(id);
            let why = "exit 75: nobody answers".to_owned();
            let result = StepResult::Infrastructure {
                took: Span::seconds(1),
                why,
            };
            self.answers.push((id.clone(), result));
        } else if self.begin(id, deployment, now) {
            self.jobs.insert(id.clone(), (owed.clone(), true));
        } else {
            self.jobs.remove(id);
            self.fleet.end(id, deployment, false, now);
            let why = "exit 1: it is not kept any more".to_owned();
            let took = Span::seconds(1);
            self.answers
                .push((id.clone(), StepResult::Failed { took, why }));
        }
    }

    fn begin(&mut self, id: &EffectId, deployment: &Deployment, now: Time) -> bool {
        let stored = self.stored.contains(&deployment.artifact);
        assert!(stored, "I16: the artifact for {id} is gone");
        self.fleet.begin(id, deployment, now)
    }

    /// Retention removes what the pipeline has built and needs no more.
    pub(super) fn tidy(&mut self, pipeline: &Pipeline) {
        let kept = pipeline.retained();
        let releases = pipeline.releases.0.values();
        let built = releases.filter_map(|release| release.artifact.as_ref());
        let built: BTreeSet<&Digest> = built.map(|artifact| &artifact.digest).collect();
        self.stored
            .retain(|digest| kept.contains(digest) || !built.contains(digest));
    }

    fn result(&mut self, owed: &Owed, faults: &mut Faults, rng: &mut Rng) -> StepResult {
        if faults.strikes(Fault::LostProcess, 20, rng) {
            return StepResult::Unknown {
                why: "the process was lost".to_owned(),
            };
        }
        let release = match &owed.effect {
            Effect::Deploy(deployment) if deployment.rollback => None,
            Effect::Deploy(deployment) => Some(deployment.release),
            Effect::Test { release, .. }
            | Effect::Check { release, .. }
            | Effect::Coverage { release, .. } => Some(*release),
            Effect::Build { .. } => None,
        };
        // What only production shows is what rollbacks are for.
        let chances = if shows_in_production(&owed.effect) {
            3
        } else {
            12
        };
        if faults.strikes(Fault::BadChange, chances, rng) {
            self.bad.extend(release);
        }
        let bad = faults.has(Fault::BadChange)
            && release.is_some_and(|release| self.bad.contains(&release));
        if bad && rng.one_in(2) {
            return StepResult::Failed {
                took: Span::seconds(2),
                why: "exit 1".to_owned(),
            };
        }
        let mut result = crate::world::success(&owed.effect);
        self.n_builds += 1;
        if let StepResult::Succeeded {
            artifact: Some(artifact),
            ..
        } = &mut result
            && faults.strikes(Fault::OtherDigest, 2, rng)
        {
            artifact.digest = Digest::of(format!("build {}", self.n_builds).as_bytes());
        }
        if let StepResult::Succeeded {
            artifact: Some(artifact),
            ..
        } = &result
        {
            self.stored.insert(artifact.digest.clone());
        }
        result
    }

    /// An answer that has come back.
    pub(super) fn answer(&mut self, rng: &mut Rng) -> Option<(EffectId, StepResult)> {
        let n = self.answers.len() as u64;
        (n > 0).then(|| self.answers.swap_remove(rng.below(n) as usize))
    }

    /// An answer that nobody may be waiting for any more.
    pub(super) fn stray(&mut self, rng: &mut Rng) -> Option<(EffectId, StepResult)> {
        rng.pick(&self.stray).cloned()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.jobs.is_empty() && self.answers.is_empty()
    }

    /// The server's processes die with it; what it was told and had not taken in is lost.
    pub(super) fn lose_everything(&mut self) {
        self.jobs.clear();
        self.stray.append(&mut self.answers);
    }
}

fn shows_in_production(effect: &Effect) -> bool {
    match effect {
        Effect::Deploy(deployment) => deployment.stage.as_str().starts_with("wave"),
        Effect::Build { .. }
        | Effect::Check { .. }
        | Effect::Coverage { .. }
        | Effect::Test { .. } => false,
    }
}
