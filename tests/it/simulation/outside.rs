//! What the simulation fakes: randomness from a seed, targets that remember what was done to them,
//! operators who think of something to ask.

use crate::world::World;
use pilothouse::model::*;
use std::collections::BTreeMap;

/// SplitMix64: small, well spread, and the same everywhere.
#[derive(Debug)]
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// Effects at work, and the targets' own log.
#[derive(Debug, Default)]
pub(super) struct Outside {
    running: BTreeMap<EffectId, Owed>,
    ended: Vec<EffectId>,
    /// Who works on a target, and the highest epoch it has seen.
    busy: BTreeMap<TargetName, EffectId>,
    epochs: BTreeMap<TargetName, (u64, EffectId)>,
}

impl Outside {
    /// A target takes work on only alone, and never with an epoch older than one it has seen.
    pub(super) fn begin(&mut self, owed: &Owed) {
        if let Effect::Deploy(deployment) = &owed.effect {
            let other = self.busy.insert(deployment.target.clone(), owed.id.clone());
            assert!(
                other.is_none() || other.as_ref() == Some(&owed.id),
                "I01: two at {}",
                deployment.target
            );
            let seen = self.epochs.get(&deployment.target);
            if let Some((epoch, id)) = seen {
                let newer =
                    deployment.epoch > *epoch || (deployment.epoch == *epoch && *id == owed.id);
                assert!(
                    newer,
                    "I02: {} after {id} at {}",
                    owed.id, deployment.target
                );
            }
            self.epochs.insert(
                deployment.target.clone(),
                (deployment.epoch, owed.id.clone()),
            );
        }
        self.running.insert(owed.id.clone(), owed.clone());
    }

    pub(super) fn end(&mut self, id: &EffectId) {
        self.stop(id);
        self.ended.push(id.clone());
    }

    pub(super) fn stop(&mut self, id: &EffectId) {
        self.running.remove(id);
        self.busy.retain(|_, worker| worker != id);
        self.ended.push(id.clone());
    }

    pub(super) fn lose_everything(&mut self) {
        self.running.clear();
        self.busy.clear();
    }

    pub(super) fn pick(&self, rng: &mut Rng) -> Option<Owed> {
        let n = self.running.len() as u64;
        (n > 0)
            .then(|| self.running.values().nth(rng.below(n) as usize).cloned())
            .flatten()
    }

    pub(super) fn any_ended(&self, rng: &mut Rng) -> Option<EffectId> {
        let n = self.ended.len() as u64;
        (n > 0).then(|| self.ended[rng.below(n) as usize].clone())
    }
}

/// Something an operator might ask for, sensible or not.
pub(super) fn some_command(world: &World, rng: &mut Rng) -> Option<Command> {
    let pipeline = &world.pipeline;
    let n_releases = u64::from(pipeline.counters.releases);
    let release = ReleaseId(rng.below(n_releases + 1) as u32 + 1);
    let stage = ["build", "beta", "gamma", "wave-1", "wave-2"][rng.below(5) as usize];
    let stage = StageName::parse(stage).unwrap();
    let held = pipeline
        .stage(&stage)
        .and_then(|state| state.attempt.as_ref());
    let there = held.map_or(release, |attempt| attempt.release);
    let waiting = pipeline
        .stage(&stage)
        .and_then(|s| s.waiting.last())
        .map_or(there, |w| w.0);
    let reason = "because the simulation wants to see it".to_owned();
    Some(match rng.below(16) {
        0..5 => {
            let gamma = StageName::parse("gamma").unwrap();
            let attempt = pipeline
                .stage(&gamma)
                .and_then(|state| state.attempt.as_ref())?;
            Command::Approve(world.verdict(&gamma, attempt.release, &reason))
        }
        5 => Command::Reject(world.verdict(&stage, there, &reason)),
        6..8 => override_of(world, stage, waiting, reason, rng),
        8 => Command::Rollback {
            scope: RollbackScope::Stage(stage),
            release: there,
            reason,
        },
        9 => Command::Rollback {
            scope: RollbackScope::Everywhere,
            release: there,
            reason,
        },
        10 => Command::Hold {
            scope: HoldScope::Stage(stage),
            reason,
            lasts: Some(Span::minutes(30)),
        },
        11 | 12 => {
            let hold = pipeline.guards.holds.keys().next().copied()?;
            Command::Lift {
                what: Lift::Hold(hold),
                reason,
            }
        }
        13 => {
            let entry = pipeline.guards.quarantine.values().next()?;
            Command::Lift {
                what: Lift::Quarantine(entry.release),
                reason,
            }
        }
        _ => Command::Retry {
            stage,
            release: there,
        },
    })
}

fn override_of(
    world: &World,
    stage: StageName,
    release: ReleaseId,
    reason: String,
    rng: &mut Rng,
) -> Command {
    let candidate = Candidate {
        stage: &stage,
        release,
    };
    let standing = blockers(&world.pipeline, &world.org, world.now, candidate);
    Command::Override {
        uses: 1,
        blockers: standing.into_iter().map(|b| b.id).take(2).collect(),
        stage,
        release,
        reason,
        lasts: Span::minutes(1 + rng.below(90)),
        ticket: None,
    }
}
