//! A weekly window as the minutes of a week: what one allows against what another leaves open. It
//! knows no zone and no date; a change of the clock moves minutes, it never opens a window for good.

use crate::model::{
    Span,
    window::{DAY, Slot, WEEK, Weekly},
};

/// Which minutes of a week are open, from Monday 00:00 on the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week(Vec<bool>);

impl Week {
    /// A week that is open all the time.
    pub fn whole() -> Self {
        Self(vec![true; minutes()])
    }

    /// The minutes that are open in both.
    pub fn and(mut self, other: &Week) -> Self {
        let both = self.0.iter_mut().zip(&other.0);
        both.for_each(|(here, there)| *here &= there);
        self
    }

    /// The minutes that are open here and not in the other.
    pub fn without(mut self, other: &Week) -> Self {
        let both = self.0.iter_mut().zip(&other.0);
        both.for_each(|(here, there)| *here &= !there);
        self
    }

    pub fn is_never(&self) -> bool {
        !self.0.contains(&true)
    }

    /// How long it stays open at most without a break; none when it never closes.
    pub fn longest_open(&self) -> Option<Span> {
        let closed = self.0.iter().position(|open| !open)?;
        let after = self.0.iter().cycle().skip(closed).take(self.0.len());
        let (mut longest, mut run) = (0, 0);
        for open in after {
            run = if *open { run + 1 } else { 0 };
            longest = run.max(longest);
        }
        Some(Span::minutes(longest))
    }
}

impl Weekly {
    pub fn week(&self) -> Week {
        let mut open = vec![false; minutes()];
        for slot in &self.slots {
            slot.mark(&mut open);
        }
        Week(open)
    }
}

impl Slot {
    fn mark(&self, open: &mut [bool]) {
        let end = if self.to > self.from {
            self.to
        } else {
            self.to + DAY
        };
        for day in &self.days {
            let start = day.num_days_from_monday() * DAY;
            for minute in start + self.from..start + end {
                let place = usize::try_from(minute).unwrap_or(0) % open.len();
                open[place] = true;
            }
        }
    }
}

fn minutes() -> usize {
    WEEK.len() * usize::try_from(DAY).unwrap_or(0)
}
