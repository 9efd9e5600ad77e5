//! The order of targets, computed from the definition when an attempt starts: lanes (one per region,
//! side by side) of batches, with the parts that the strategy brings a release in. It does not know
//! what has become of them.

use crate::model::planted::{Bug, planted};
use crate::model::{
    BakeRule, Batch, BlueGreen, Canary, Definition, Lane, Part, Region, Rollout, Span, Stage,
    Strategy, TargetName, Turn, Zone,
};

pub(super) const NO_BAKE: BakeRule = BakeRule {
    time: Span::ZERO,
    points: 0,
};

/// The rollout of a release into a stage. The first start of a release in production is one target
/// whatever the definition says (INVARIANTS.md I04).
pub(in crate::engine) fn forward(definition: &Definition, stage: &Stage) -> Rollout {
    let lead = definition.is_first_production(&stage.name);
    let lanes = stage.regions.iter().enumerate().map(|(at, region)| {
        let way = Way {
            stage,
            region,
            one_box: (stage.deploy.one_box || (lead && at == 0)) && !planted(Bug::NoOneBox),
        };
        let phases = match &stage.deploy.strategy {
            Strategy::Rolling => vec![way.rolling(Part::Deploy)],
            Strategy::AllAtOnce => vec![way.at_once()],
            Strategy::Canary(canary) => way.canary(canary),
            Strategy::BlueGreen(colours) => way.blue_green(colours),
        };
        Lane {
            region: region.name.clone(),
            batches: in_turn(phases),
        }
    });
    Rollout {
        lanes: lanes.collect(),
        lead,
    }
}

/// Puts phases, each over all targets, one after the other.
fn in_turn(phases: Vec<Vec<Batch>>) -> Vec<Batch> {
    let of = u32::try_from(phases.len()).unwrap_or(u32::MAX);
    let numbered = (0..of).zip(phases).flat_map(|(nth, batches)| {
        let turn = Turn { nth, of };
        batches
            .into_iter()
            .map(move |batch| Batch { turn, ..batch })
    });
    numbered.collect()
}

/// How a region is gone through.
#[derive(Debug)]
struct Way<'a> {
    stage: &'a Stage,
    region: &'a Region,
    one_box: bool,
}

impl Way<'_> {
    /// A one-box first, then each zone in batches, a bake after the one-box and between zones.
    fn rolling(&self, part: Part) -> Vec<Batch> {
        let (stage, zones) = (self.stage, &self.region.zones);
        let n_targets = zones.iter().map(|zone| zone.targets.len()).sum();
        let allowed = stage.deploy.max_unavailable.of(n_targets);
        let at_once = allowed << u32::from(planted(Bug::TwiceAtOnce));
        let mut batches: Vec<Batch> = Vec::new();
        let mut one_box_wanted = self.one_box;
        for zone in zones {
            let mut targets = zone.targets.as_slice();
            if one_box_wanted && let Some((first, rest)) = targets.split_first() {
                batches.push(Batch {
                    one_box: true,
                    bake: bounded(stage, stage.bake.one_box),
                    ..batch(zone, part, std::slice::from_ref(first))
                });
                (targets, one_box_wanted) = (rest, false);
            }
            let chunks = targets.chunks(at_once);
            batches.extend(chunks.map(|chunk| batch(zone, part, chunk)));
            if let Some(last) = batches.last_mut().filter(|last| !last.one_box) {
                last.bake = bounded(stage, stage.bake.zone);
            }
        }
        // After the last zone the bake of the whole stage follows, which is a gate.
        if let Some(last) = batches.last_mut().filter(|last| !last.one_box) {
            last.bake = NO_BAKE;
        }
        batches
    }

    /// The one-box, then every zone together.
    fn at_once(&self) -> Vec<Batch> {
        let mut batches = self.rolling(Part::Deploy);
        batches.truncate(usize::from(self.one_box));
        let first = batches.iter().flat_map(|batch| &batch.targets).next();
        let first = first.cloned();
        let rest = self.together(Part::Deploy).into_iter().map(|mut batch| {
            batch
                .targets
                .retain(|target| Some(target) != first.as_ref());
            batch
        });
        let rest: Vec<Batch> = rest.filter(|batch| !batch.targets.is_empty()).collect();
        let rest = rest.into_iter().enumerate().map(|(at, batch)| Batch {
            together: at > 0,
            ..batch
        });
        batches.extend(rest);
        batches
    }

    /// Installed beside, then one share of the traffic after the other, each with its bake.
    fn canary(&self, canary: &Canary) -> Vec<Vec<Batch>> {
        let shifted = canary.weights.iter().map(|weight| {
            let mut batches = self.together(Part::Shift(*weight));
            if let Some(last) = batches.last_mut() {
                last.bake = bounded(self.stage, canary.bake);
                if planted(Bug::CanaryWithoutBake) {
                    last.bake = NO_BAKE;
                }
            }
            batches
        });
        [self.installed()].into_iter().chain(shifted).collect()
    }

    /// Installed in the idle colour, tested there, then switched to as a rolling deployment would be.
    fn blue_green(&self, colours: &BlueGreen) -> Vec<Vec<Batch>> {
        let tested = colours.test.iter().map(|_| self.together(Part::Test));
        let switched = self.rolling(Part::Switch);
        let installed = [self.installed()].into_iter();
        installed.chain(tested).chain([switched]).collect()
    }

    /// What serves nobody yet has nothing to bake for.
    fn installed(&self) -> Vec<Batch> {
        let batches = self.rolling(Part::Install).into_iter();
        let unbaked = batches.map(|batch| Batch {
            bake: NO_BAKE,
            ..batch
        });
        unbaked.collect()
    }

    /// All zones at the same time.
    fn together(&self, part: Part) -> Vec<Batch> {
        let zones = self.region.zones.iter();
        let zones = zones.filter(|zone| !zone.targets.is_empty()).enumerate();
        let batches = zones.map(|(at, zone)| Batch {
            together: at > 0,
            ..batch(zone, part, &zone.targets)
        });
        batches.collect()
    }
}

pub(super) fn batch(zone: &Zone, part: Part, targets: &[TargetName]) -> Batch {
    Batch {
        zone: zone.name.clone(),
        one_box: false,
        part,
        turn: Turn::default(),
        together: false,
        targets: targets.to_vec(),
        bake: NO_BAKE,
    }
}

/// Data points come from the stage's alarms; without any there is nothing to count.
fn bounded(stage: &Stage, rule: BakeRule) -> BakeRule {
    if stage.alarms.is_empty() {
        BakeRule { points: 0, ..rule }
    } else {
        rule
    }
}
