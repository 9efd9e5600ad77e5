//! What can go wrong. Each seed switches a random subset on (swarm testing): trouble of every kind
//! at once hides what only a few kinds together bring about.

use super::rng::Rng;
use std::collections::BTreeMap;

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Fault { $($(#[$doc])* $fault,)* }
        pub(super) const FAULTS: &[Fault] = &[$(Fault::$fault,)*];
    };
}

faults! {
    CrashBeforeWrite
    /// What was written and not synced is lost, torn, or survives by luck.
    CrashBeforeSync
    CrashBeforeEffect
    CrashBeforeResult
    CrashInRecovery
    DiskFull
    SyncFails
    LostRequest
    LostAnswer
    DuplicateAnswer
    DelayedAnswer
    LostProcess
    Unreachable
    BadChange
    DuplicateKey
    StalePlan
    TwoOperators
    CommandInRecovery
    AlarmFlaps
    AlarmStorm
    NoData
    BadSample
    ClockSteps
    ClockFreezes
    Suspend
    NewDefinition
    ForcePush
    ManyReleases
    OtherDigest
    SourceFails
    Retention
}

#[derive(Debug, Clone)]
pub(super) struct Faults {
    on: u64,
    pub(super) injected: BTreeMap<Fault, usize>,
}

impl Faults {
    /// Half of the seeds have half of the faults, the others a quarter, which gets them further.
    pub(super) fn of(rng: &mut Rng) -> Self {
        let half = rng.next();
        let fewer = if rng.one_in(2) { rng.next() } else { u64::MAX };
        Self {
            on: half & fewer,
            injected: BTreeMap::new(),
        }
    }

    /// Faults cease: the second phase of every simulation. Gives back those that were on.
    pub(super) fn cease(&mut self) -> u64 {
        std::mem::take(&mut self.on)
    }

    pub(super) fn resume(&mut self, on: u64) {
        self.on = on;
    }

    /// Those that this seed has.
    pub(super) fn on(&self) -> Vec<Fault> {
        let all = FAULTS.iter().copied();
        all.filter(|fault| self.has(*fault)).collect()
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.on >> (fault as u32) & 1 == 1
    }

    /// Whether a fault happens now, once in so many chances where the seed has it.
    pub(super) fn strikes(&mut self, fault: Fault, one_in: u64, rng: &mut Rng) -> bool {
        let strikes = self.has(fault) && rng.one_in(one_in);
        if strikes {
            *self.injected.entry(fault).or_default() += 1;
        }
        strikes
    }
}
