//! Randomness from a seed. Every step of a simulation has its own, so that leaving one step out
//! changes nothing about the others: that is what makes a failure shrink.

/// SplitMix64: small, well spread, and the same everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    /// The randomness of one step of a seed.
    pub(crate) fn of(seed: u64, step: u64) -> Self {
        let mut mixed = Rng(seed ^ step.wrapping_mul(0xd134_2543_de82_ef95));
        mixed.next();
        mixed
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of some, if there are any.
    pub(crate) fn pick<'a, T>(&mut self, some: &'a [T]) -> Option<&'a T> {
        let n = some.len() as u64;
        (n > 0).then(|| &some[self.below(n) as usize])
    }
}
