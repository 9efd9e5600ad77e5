//! What an alarm has read lately, to be looked at beside its level: bounded in time and number, kept
//! by whoever watches and never a fact, so that a reading a second does not fill the journal.

use crate::model::{AlarmLevel, Measure, Ppm, Span, TargetName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// How far back a trace reaches.
pub const TRACE_REACH: Span = Span::hours(1);

/// An alarm that began to fire so often within the reach is flapping while it does not.
const FLAPPING: usize = 2;

/// Samples kept: one every ten seconds of the reach.
const MOST: usize = 360;

/// Readings that share one sample at first, when half of a full trace is given up.
const STEP_LEAST: Span = Span::seconds(1);

/// One reading, or several that lay close together, told by the worst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// When the first of them was read.
    pub at: Time,
    pub level: AlarmLevel,
    /// None where there was no data.
    pub value: Option<Measure>,
}

/// Samples, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    samples: VecDeque<Sample>,
    /// Readings closer together than this share a sample.
    step: Span,
}

/// What a source counted of one target, or of several, over the alarm's window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    pub part: u64,
    pub whole: u64,
}

/// How an alarm stands, the most urgent first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    Firing,
    Flapping,
    NoData,
    Ok,
}

impl Urgency {
    pub const ALL: [Urgency; 4] = [
        Urgency::Firing,
        Urgency::Flapping,
        Urgency::NoData,
        Urgency::Ok,
    ];

    /// Of an alarm at a level that began to fire so often within the reach of its trace.
    pub fn of(level: AlarmLevel, fires: usize) -> Self {
        match level {
            AlarmLevel::Firing => Urgency::Firing,
            AlarmLevel::NoData => Urgency::NoData,
            AlarmLevel::Ok if fires >= FLAPPING => Urgency::Flapping,
            AlarmLevel::Ok => Urgency::Ok,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Urgency::Firing => "firing",
            Urgency::Flapping => "flapping",
            Urgency::NoData => "no data",
            Urgency::Ok => "ok",
        }
    }
}

/// What whoever watches an alarm knows of it besides its level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sight {
    pub trace: Trace,
    /// By target, where the source names them.
    pub targets: BTreeMap<TargetName, Counted>,
    /// Of the readings that count towards firing, how many are above the limit.
    pub above: u32,
    /// When the source last answered with something that could be read.
    pub answered: Option<Time>,
    /// Since when it does not, and why.
    pub trouble: Option<(Time, String)>,
}

impl Trace {
    /// Takes a reading in.
    pub fn take(&mut self, reading: Sample) {
        self.place(reading);
        let newest = reading.at;
        while self
            .samples
            .front()
            .is_some_and(|oldest| newest.since(oldest.at) > TRACE_REACH)
        {
            self.samples.pop_front();
        }
        if self.samples.len() > MOST {
            self.step = Span(self.step.0.saturating_mul(2)).max(STEP_LEAST);
            for sample in std::mem::take(&mut self.samples) {
                self.place(sample);
            }
        }
    }

    fn place(&mut self, reading: Sample) {
        match self.samples.back_mut() {
            Some(last) if reading.at.since(last.at) < self.step => *last = last.with(&reading),
            Some(_) | None => self.samples.push_back(reading),
        }
    }

    pub fn samples(&self) -> impl DoubleEndedIterator<Item = &Sample> {
        self.samples.iter()
    }

    /// How often the alarm began to fire within the reach.
    pub fn fires(&self) -> usize {
        let firing = |sample: &Sample| sample.level == AlarmLevel::Firing;
        let told = self.samples.iter();
        // Without data nothing is said, so an alarm that fires again after it goes on firing.
        let told = told.filter(|sample| sample.level != AlarmLevel::NoData);
        let levels: Vec<bool> = told.map(firing).collect();
        let first = usize::from(levels.first() == Some(&true));
        let begun = levels.windows(2).filter(|pair| pair == &[false, true]);
        first + begun.count()
    }
}

impl Sample {
    /// The worse of two: firing before no data before ok, the higher value among equals.
    pub fn with(&self, other: &Sample) -> Sample {
        let rank = |sample: &Sample| match sample.level {
            AlarmLevel::Firing => 2,
            AlarmLevel::NoData => 1,
            AlarmLevel::Ok => 0,
        };
        let worse = if (rank(other), other.value) > (rank(self), self.value) {
            other
        } else {
            self
        };
        Sample {
            at: self.at,
            ..*worse
        }
    }
}

impl Counted {
    /// The share, where anything was counted.
    pub fn share(self) -> Option<Ppm> {
        Ppm::ratio(self.part, self.whole)
    }

    pub fn and(self, other: Counted) -> Counted {
        Counted {
            part: self.part.saturating_add(other.part),
            whole: self.whole.saturating_add(other.whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(ms: i64, level: AlarmLevel, value: u64) -> Sample {
        Sample {
            at: Time(ms),
            level,
            value: Some(Measure::number(value)).filter(|_| level != AlarmLevel::NoData),
        }
    }

    /// A reading every 200 ms for two hours, one of which is a peak.
    #[test]
    fn a_trace_is_bounded_and_never_loses_its_peak() {
        let mut trace = Trace::default();
        let (rounds, peak) = (36_000_i64, 30_001);
        for round in 0..rounds {
            let level = if round == peak {
                AlarmLevel::Firing
            } else {
                AlarmLevel::Ok
            };
            let value = if round == peak { 900 } else { 1 };
            trace.take(sample(round * 200, level, value));
            assert!(trace.samples.len() <= MOST);
        }
        let first = trace.samples.front().unwrap().at;
        let newest = Time((rounds - 1) * 200);
        assert!(newest.since(first) <= TRACE_REACH);
        assert!(newest.since(first) > Span::minutes(55), "{first}");
        assert!(trace.samples.len() > MOST / 2);
        let highest = trace.samples().max_by_key(|sample| sample.value).unwrap();
        assert_eq!(highest.value, Some(Measure::number(900)));
        assert_eq!(trace.fires(), 1);
    }

    #[test]
    fn few_readings_are_all_kept() {
        let mut trace = Trace::default();
        for at in [0, 1, 5, 5] {
            trace.take(sample(at, AlarmLevel::Ok, 7));
        }
        assert_eq!(trace.samples.len(), 4);
    }

    #[test]
    fn firing_again_counts_and_a_silence_between_does_not() {
        for (levels, fires) in [("", 0), ("..", 0), ("FF", 1), (".F.F", 2), ("F?F.?F", 2)] {
            let mut trace = Trace::default();
            for (at, level) in (0..).zip(levels.chars()) {
                let level = match level {
                    'F' => AlarmLevel::Firing,
                    '?' => AlarmLevel::NoData,
                    _ => AlarmLevel::Ok,
                };
                trace.take(sample(at, level, 1));
            }
            assert_eq!(trace.fires(), fires, "{levels}");
        }
    }
}
