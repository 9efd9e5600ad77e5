//! The order in which targets go back: what serves nothing certain first, and in one instant part
//! where the destination is still in a target's other slot. It ignores windows, tests and bakes
//! (DESIGN.md 5, rule 10).

use crate::engine::rollout::order;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, Batch, Lane, Part, Pipeline, Region, ReleaseId, Rollback, Rollout, Stage, Strategy,
    TargetName, Time, Turn, Zone,
};
use std::collections::BTreeMap;

/// The rollout of a rollback: the same lanes, only the targets that have somewhere to go, in
/// batches of their own size and without bakes.
pub(in crate::engine) fn backward(
    pipeline: &Pipeline,
    now: Time,
    stage: &Stage,
    rollback: &Rollback,
) -> Rollout {
    let way = Way {
        pipeline,
        now,
        stage,
        rollback,
    };
    let lanes = stage.regions.iter().map(|region| way.lane(region));
    Rollout {
        lanes: lanes.filter(|lane| !lane.batches.is_empty()).collect(),
        lead: false,
    }
}

struct Way<'a> {
    pipeline: &'a Pipeline,
    now: Time,
    stage: &'a Stage,
    rollback: &'a Rollback,
}

impl Way<'_> {
    /// Taking back what serves nothing certain costs no capacity, so it comes first.
    fn lane(&self, region: &Region) -> Lane {
        let n_targets = region.zones.iter().map(|zone| zone.targets.len()).sum();
        let at_once = self.stage.deploy.rollback_max_unavailable.of(n_targets);
        let zones = || region.zones.iter();
        let lost = zones().flat_map(|zone| self.batches(zone, at_once, false));
        let serving = zones().flat_map(|zone| self.batches(zone, at_once, true));
        Lane {
            region: region.name.clone(),
            batches: lost.chain(serving).collect(),
        }
    }

    fn batches(&self, zone: &Zone, at_once: usize, serving: bool) -> Vec<Batch> {
        let mut alike: BTreeMap<Vec<Part>, Vec<TargetName>> = BTreeMap::new();
        for target in &zone.targets {
            if serves(self.pipeline, target) == serving
                && let Some(parts) = self.parts(target)
            {
                alike.entry(parts).or_default().push(target.clone());
            }
        }
        let mut batches = Vec::new();
        for (parts, targets) in alike {
            let of = u32::try_from(parts.len()).unwrap_or(u32::MAX);
            for chunk in targets.chunks(at_once) {
                batches.extend((0..of).zip(&parts).map(|(nth, part)| Batch {
                    turn: Turn { nth, of },
                    ..order::batch(zone, *part, chunk)
                }));
            }
        }
        batches
    }

    /// What is done to a target: the destination gets the traffic back, after it was installed again
    /// where it is not in the other slot any more. None for a target that does not go back.
    fn parts(&self, target: &TargetName) -> Option<Vec<Part>> {
        let to = *self.rollback.destinations.get(target)?;
        let proven = self.pipeline.proven_by(target, to);
        let proven = proven.and_then(|definition| definition.stage(&self.stage.name));
        let strategy = &proven.unwrap_or(self.stage).deploy.strategy;
        let last = match strategy {
            Strategy::Rolling | Strategy::AllAtOnce => return Some(vec![Part::Deploy]),
            Strategy::Canary(_) => Part::Shift(100),
            Strategy::BlueGreen(_) => Part::Switch,
        };
        Some(if keeps(self.pipeline, self.now, target, to) {
            vec![last]
        } else {
            vec![Part::Install, last]
        })
    }
}

/// Whether a target is sure to have a release in its other slot.
fn keeps(pipeline: &Pipeline, now: Time, target: &TargetName, release: ReleaseId) -> bool {
    let state = pipeline.targets.get(target);
    let kept = state.and_then(|state| state.kept(now));
    kept == Some(release) || planted(Bug::OldColourTakenForGranted)
}

/// What is done first with a target whose destination was planned to get the traffic at once, and
/// is not sure to be there any more: it is installed again, as it would have been planned now.
pub(super) fn again(
    pipeline: &Pipeline,
    now: Time,
    attempt: &Attempt,
    (planned, target): (&Batch, &TargetName),
) -> Option<Batch> {
    let to = attempt.destination(target)?;
    let at_once = planned.turn.nth == 0 && is_in_two_slots(planned.part);
    let gone = at_once && !keeps(pipeline, now, target, to) && !planted(Bug::OldColourOutlived);
    gone.then(|| Batch {
        part: Part::Install,
        turn: Turn { nth: 0, of: 2 },
        ..planned.clone()
    })
}

/// Whether a part gives the traffic to what is in one of two slots.
fn is_in_two_slots(part: Part) -> bool {
    match part {
        Part::Switch | Part::Shift(_) => true,
        Part::Deploy | Part::Install | Part::Test => false,
    }
}

/// Whether a target is known to serve a release.
pub(super) fn serves(pipeline: &Pipeline, target: &TargetName) -> bool {
    let state = pipeline.targets.get(target);
    state.is_some_and(|state| state.running.is_some())
}
