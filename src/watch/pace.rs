//! How much time a round stands for. A bake counts watched time only, so a round after a long
//! silence (a stalled machine, a busy one) counts as a few usual rounds, not as the silence.

use crate::{clock::Stopwatch, model::Span};
use std::collections::VecDeque;

/// A round counts as at most this many usual ones.
const ROUNDS: u64 = 3;
/// As long as nothing is usual yet.
const AT_FIRST: Span = Span::seconds(30);
/// What is usual is the median of so many rounds: two odd ones do not move it.
const REMEMBERED: usize = 5;

#[derive(Debug)]
pub(crate) struct Pace {
    last: Option<Stopwatch>,
    recent: VecDeque<Span>,
}

impl Pace {
    pub(crate) fn start() -> Self {
        Self {
            last: None,
            recent: VecDeque::new(),
        }
    }

    /// The time that counts since the last lap; none at the first, when nobody looked before.
    pub(crate) fn lap(&mut self) -> Span {
        let Some(watch) = &mut self.last else {
            self.last = Some(Stopwatch::start());
            return Span::ZERO;
        };
        let gap = watch.lap();
        self.counted(gap)
    }

    fn counted(&mut self, gap: Span) -> Span {
        let mut sorted: Vec<Span> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        let usual = sorted.get(sorted.len() / 2);
        let most = usual.map_or(AT_FIRST, |usual| Span(usual.0.saturating_mul(ROUNDS)));
        self.recent.push_back(gap);
        while self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
        gap.min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_counts_as_three_usual_rounds_until_it_is_usual() {
        let mut pace = Pace::start();
        let gaps = [10, 10, 11, 500, 10, 9, 50, 50, 50, 50];
        let counted: Vec<u64> = gaps.iter().map(|gap| pace.counted(Span(*gap)).0).collect();
        assert_eq!(counted, [10, 10, 11, 30, 10, 9, 30, 33, 50, 50]);
        assert_eq!(Pace::start().counted(Span::hours(9)), AT_FIRST);
    }
}
