//! Notices when the wall clock does not go on as time does: set forward, or behind what the journal
//! knows (INVARIANTS.md I40), also while no server ran. It measures and decides nothing.

pub(super) mod noted;

use crate::{
    clock,
    model::{Span, Time},
};

/// Further ahead of running time than this is a step.
const AHEAD_MOST: Span = Span::minutes(10);

/// So much behind the journal is still the rounding and smoothing of a healthy clock.
const BEHIND_MOST: Span = Span::seconds(1);

/// What the clocks said at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    wall: Time,
    /// Since the start of the machine.
    ran: Span,
}

impl Reading {
    pub(super) fn now() -> Self {
        Self {
            wall: clock::now(),
            ran: clock::since_boot(),
        }
    }
}

/// How far the clock was when it was last looked at.
#[derive(Debug)]
pub(super) struct Wall {
    seen: Reading,
    /// How far it was behind the journal already when that was told.
    behind: Span,
}

/// Where the clock should have been, and where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: Time,
    pub(super) to: Time,
}

impl Wall {
    pub(super) fn since(seen: Reading) -> Self {
        Self {
            seen,
            behind: Span::ZERO,
        }
    }

    /// Looks at the clock; tells each step once. `known` is the newest time in the journal.
    pub(super) fn look(&mut self, known: Time) -> Option<Step> {
        self.compare(Reading::now(), known)
    }

    fn compare(&mut self, reading: Reading, known: Time) -> Option<Step> {
        let expected = self.seen.wall + reading.ran.saturating_sub(self.seen.ran);
        self.seen = reading;
        let now = reading.wall;
        let behind = known.since(now);
        let further_behind = behind > self.behind + BEHIND_MOST;
        self.behind = if further_behind {
            behind
        } else {
            behind.min(self.behind)
        };
        if further_behind {
            return Some(Step {
                from: known,
                to: now,
            });
        }
        (now.since(expected) > AHEAD_MOST).then_some(Step {
            from: expected,
            to: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: i64) -> Time {
        Time(seconds * 1_000)
    }

    const fn reading(wall: i64, ran: u64) -> Reading {
        Reading {
            wall: at(wall),
            ran: Span::seconds(ran),
        }
    }

    #[test]
    fn each_step_is_told_once_and_an_even_clock_never() {
        let mut wall = Wall::since(reading(10_000, 50));
        // Wall clock, running time, newest in the journal, and the step that is told.
        let looks = [
            (10_010, 60, 10_000, None),
            // Suspended for an hour: running time counts it, so it is no step.
            (13_610, 3_660, 10_010, None),
            // Set ten minutes ahead is smoothing at its worst; a second more is a step.
            (14_210, 3_660, 13_610, None),
            (14_811, 3_660, 14_210, Some((14_210, 14_811))),
            (14_821, 3_670, 14_811, None),
            // Set back.
            (11_000, 3_680, 14_821, Some((14_821, 11_000))),
            (11_010, 3_690, 14_821, None),
            // Set back further, while it was behind.
            (10_000, 3_700, 14_821, Some((14_821, 10_000))),
            // It catches up, and goes back again.
            (14_830, 8_530, 14_821, None),
            (14_800, 8_540, 14_831, Some((14_831, 14_800))),
        ];
        for (now, ran, known, step) in looks {
            let step = step.map(|(from, to)| Step {
                from: at(from),
                to: at(to),
            });
            let told = wall.compare(reading(now, ran), at(known));
            assert_eq!(told, step, "at {now}");
        }
    }
}
