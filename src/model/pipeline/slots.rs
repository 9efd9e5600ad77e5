//! What a target holds: the release that serves, and with two slots the one beside it. Here is what
//! a part of a deployment leaves there, whether it went well or nobody can say.

use crate::model::{
    Deployment, Effect, EffectId, Good, Part, Pipeline, ReleaseId, Span, StageName, TargetName,
    Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A target as the engine believes it to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetState {
    pub stage: Option<StageName>,
    /// What runs there; none before the first deployment and after a failed one.
    pub running: Option<ReleaseId>,
    pub since: Option<Time>,
    /// Of the newest deployment that was started.
    pub epoch: u64,
    /// What is in the other slot of a target that has two.
    #[serde(default)]
    pub beside: Option<Beside>,
    /// How long the last shift of traffic took.
    #[serde(default)]
    pub moved: Option<Span>,
    /// The deployment under way.
    pub step: Option<EffectId>,
    /// How long the last deployment that went well took; what a plan estimates by.
    #[serde(default)]
    pub took: Option<Span>,
    /// Releases that finished bake here, newest last, at most [`GOOD_KEPT`].
    pub good: Vec<Good>,
}

/// The release in the other slot of a target: the idle colour, the other side of the canary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Beside {
    pub release: ReleaseId,
    /// After this it may be gone; none while nothing takes it away.
    pub until: Option<Time>,
}

impl TargetState {
    /// A part begins: what it overwrites is not there any more.
    pub(super) fn begun(&mut self, part: Part) {
        match part {
            Part::Deploy | Part::Install => self.beside = None,
            Part::Test | Part::Switch | Part::Shift(_) => {}
        }
    }

    /// A part went well.
    pub(super) fn reached(&mut self, deployment: &Deployment, at: Time) {
        let release = deployment.release;
        match deployment.part {
            Part::Deploy => {
                self.running = Some(release);
                self.since = Some(at);
            }
            Part::Install => {
                self.beside = Some(Beside {
                    release,
                    until: None,
                });
            }
            Part::Test => {}
            Part::Switch | Part::Shift(_) => {
                self.beside = self.other(deployment, at);
                if self.running.replace(release) != Some(release) {
                    self.since = Some(at);
                }
            }
        }
    }

    /// Nobody can say how far a part came. What did not move traffic leaves what serves as it is.
    pub(super) fn lost(&mut self, deployment: &Deployment, at: Time) {
        match deployment.part {
            Part::Deploy => self.running = None,
            Part::Install | Part::Test => {}
            Part::Switch | Part::Shift(_) => {
                self.beside = self.other(deployment, at);
                self.running = None;
            }
        }
    }

    /// What is in the slot that the release of a deployment is not in.
    fn other(&self, deployment: &Deployment, at: Time) -> Option<Beside> {
        let served = self.running.map(|release| Beside {
            release,
            until: deployment.keep.map(|keep| at + keep),
        });
        let other = |slot: &Beside| slot.release != deployment.release;
        served.filter(other).or(self.beside.filter(other))
    }

    /// The release in the other slot, as long as it is sure to be there.
    pub fn kept(&self, now: Time) -> Option<ReleaseId> {
        let there = |slot: &Beside| slot.until.is_none_or(|until| now < until);
        self.beside.filter(there).map(|slot| slot.release)
    }

    /// How long a part took here when it last went well.
    pub fn usual(&self, part: Part) -> Option<Span> {
        match part {
            Part::Deploy | Part::Install => self.took,
            Part::Switch | Part::Shift(_) => self.moved,
            Part::Test => None,
        }
    }

    pub(super) fn measured(&mut self, part: Part, took: Span) {
        match part {
            Part::Deploy | Part::Install => self.took = Some(took),
            Part::Switch | Part::Shift(_) => self.moved = Some(took),
            Part::Test => {}
        }
    }
}

impl Pipeline {
    /// Whether a deployment under way changes what a target serves.
    pub fn is_changing(&self, target: &TargetName) -> bool {
        let step = self.targets.get(target).and_then(|t| t.step.as_ref());
        let owed = step.and_then(|step| self.steps.get(step));
        owed.is_some_and(|owed| match &owed.effect {
            Effect::Deploy(deployment) => deployment.part.moves_traffic(),
            Effect::Build { .. }
            | Effect::Check { .. }
            | Effect::Coverage { .. }
            | Effect::Test { .. } => false,
        })
    }
}
