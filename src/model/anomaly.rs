//! Built-in anomaly detection (DESIGN.md 5, rule 6): whether targets with a new release answer
//! nothing, answer with faults or answer late, by far more than they did before and more than those
//! without it do now. Whole numbers and robust statistics only. It counts nothing itself.
//!
//! A figure is far above what is usual when it exceeds the median of the stretches before by nine
//! median absolute deviations (six standard deviations of what is normal: Hampel, 1974), and by a
//! share of the median, and by an absolute step. Of traffic too small to judge it has no opinion:
//! what must be known to be well is an alarm of its own.

use crate::model::{Measure, Ppm, Span};
use std::fmt;

/// What targets answered over a stretch of time, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub requests: u64,
    pub faults: u64,
    /// Nine of ten were answered within so many microseconds; none where nobody measures it.
    pub late: Option<u64>,
}

/// Targets that are alike in what was done to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crowd {
    pub targets: u64,
    pub now: Traffic,
    /// Stretches as long as the present one, of each target by itself, from before anything was
    /// done to it.
    pub before: Vec<Traffic>,
    /// Requests in a usual stretch of each target to which none come any more.
    pub silent: Vec<u64>,
}

/// What is judged, and against what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// The targets with the new release; without a deployment, all of them.
    pub judged: Crowd,
    /// Those without it, at the same time; empty without a deployment.
    pub control: Crowd,
    /// With fewer requests there is nothing to judge.
    pub minimum: u64,
    pub stretch: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// Nothing is out of the usual; the highest figure, in millionths of its limit.
    Usual(Measure),
    /// Too little traffic, or too little known of what is usual.
    TooLittle,
    Anomaly(Finding),
    /// Those without the new release suffer as well, so that it says nothing of the release.
    Everywhere(Finding),
}

/// One figure out of the usual, with what it was held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub sign: Sign,
    pub targets: u64,
    pub requests: u64,
    pub now: u64,
    pub usual: Usual,
    /// The same figure of those without the release, with how many targets that are.
    pub control: Option<(u64, u64)>,
    pub stretch: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Requests that came before and do not come any more.
    Silence,
    /// The share of faults, in millionths.
    Faults,
    /// Microseconds within which nine of ten are answered.
    Latency,
}

/// What is usual, and up to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    pub median: u64,
    pub limit: u64,
    /// How many stretches say so; none when it is what the others do at the same time.
    pub stretches: usize,
}

/// With fewer stretches nobody knows what is usual.
const STRETCHES_LEAST: usize = 5;

/// Requests in a usual stretch of a target. Of so many that come by chance, none come in one stretch
/// of five hundred million (Poisson).
const COMING_LEAST: u64 = 20;

/// Says how the judged targets are. The gravest sign is told.
pub fn diagnose(scene: &Scene) -> Diagnosis {
    let judged = &scene.judged;
    if let Some(found) = silent(scene) {
        return found;
    }
    if judged.now.requests < scene.minimum.max(1) {
        return Diagnosis::TooLittle;
    }
    let mut highest = None;
    let mut everywhere = None;
    for sign in [Sign::Faults, Sign::Latency] {
        let (Some(now), Some(usual)) = (sign.of(&judged.now), usual(sign, scene)) else {
            continue;
        };
        highest = highest.max(Some(usual.score(now)));
        if now <= usual.limit {
            continue;
        }
        let found = scene.finding(sign, now, usual);
        if found.control.is_some_and(|(there, _)| there > usual.limit) {
            everywhere = everywhere.or(Some(found));
        } else {
            return Diagnosis::Anomaly(found);
        }
    }
    match (everywhere, highest) {
        (Some(found), _) => Diagnosis::Everywhere(found),
        (None, Some(score)) => Diagnosis::Usual(Measure::number(score)),
        (None, None) => Diagnosis::TooLittle,
    }
}

/// The requests that usually come to a target, when so many came before that none now is no chance.
fn silence(before: &[Traffic], now: Traffic) -> Option<u64> {
    if now.requests > 0 || before.len() < STRETCHES_LEAST {
        return None;
    }
    let usual = median(before.iter().map(|traffic| traffic.requests).collect())?;
    (usual >= COMING_LEAST).then_some(usual)
}

/// No requests come any more to some of the judged targets. Where none come to the others either,
/// the requests stopped somewhere before them.
fn silent(scene: &Scene) -> Option<Diagnosis> {
    let silent = &scene.judged.silent;
    let usual = Usual {
        median: median(silent.clone())?,
        limit: 0,
        stretches: scene.judged.before.len(),
    };
    let found = Finding {
        targets: u64::try_from(silent.len()).unwrap_or(u64::MAX),
        ..scene.finding(Sign::Silence, 0, usual)
    };
    Some(match found.control {
        Some((0, _)) => Diagnosis::Everywhere(found),
        Some(_) | None => Diagnosis::Anomaly(found),
    })
}

/// What is usual for a figure: what these targets did before, else what the others do now.
fn usual(sign: Sign, scene: &Scene) -> Option<Usual> {
    // A stretch with few requests says little of a share.
    let least = (scene.minimum / scene.judged.targets.max(1)).max(1);
    let before = scene.judged.before.iter();
    let before = before.filter(|traffic| traffic.requests >= least);
    let before: Vec<u64> = before.filter_map(|traffic| sign.of(traffic)).collect();
    if before.len() < STRETCHES_LEAST {
        let (median, _) = scene.control(sign)?;
        return Some(Usual {
            limit: sign.limit(median, 0).max(by_chance(sign, median, scene)),
            median,
            stretches: 0,
        });
    }
    let stretches = before.len();
    let middle = median(before.clone())?;
    let spread = median(before.iter().map(|value| value.abs_diff(middle)).collect())?;
    Some(Usual {
        median: middle,
        limit: sign
            .limit(middle, spread)
            .max(by_chance(sign, middle, scene)),
        stretches,
    })
}

/// As many faults as come by chance where so large a share is usual: three standard deviations
/// (Poisson) and five. Of little traffic, a few faults say nothing.
fn by_chance(sign: Sign, usual: u64, scene: &Scene) -> u64 {
    let requests = scene.judged.now.requests;
    match sign {
        Sign::Faults => {
            let expected = u128::from(usual) * u128::from(requests) / 1_000_000;
            let expected = u64::try_from(expected).unwrap_or(u64::MAX);
            let most = expected
                .saturating_add(3 * expected.isqrt())
                .saturating_add(5);
            Ppm::ratio(most, requests).map_or(u64::MAX, |share| share.0)
        }
        Sign::Silence | Sign::Latency => 0,
    }
}

/// The middle of all, the lower one of two.
fn median(mut values: Vec<u64>) -> Option<u64> {
    let middle = values.len().checked_sub(1)? / 2;
    Some(*values.select_nth_unstable(middle).1)
}

impl Crowd {
    /// Targets, each with what it does now and did before. Of their latencies the median counts: a
    /// release that is slow is so on most of them.
    pub fn of(members: &[(Traffic, Vec<Traffic>)]) -> Self {
        let sum = |count: fn(&Traffic) -> u64| {
            let counts = members.iter().map(|(now, _)| count(now));
            counts.fold(0, u64::saturating_add)
        };
        let late = members.iter().filter_map(|(now, _)| now.late).collect();
        let silent = members
            .iter()
            .filter_map(|(now, before)| silence(before, *now));
        Self {
            targets: u64::try_from(members.len()).unwrap_or(u64::MAX),
            now: Traffic {
                requests: sum(|now| now.requests),
                faults: sum(|now| now.faults),
                late: median(late),
            },
            silent: silent.collect(),
            before: members
                .iter()
                .flat_map(|(_, before)| before)
                .copied()
                .collect(),
        }
    }
}

impl Scene {
    fn finding(&self, sign: Sign, now: u64, usual: Usual) -> Finding {
        Finding {
            sign,
            targets: self.judged.targets,
            requests: self.judged.now.requests,
            now,
            usual,
            control: self.control(sign),
            stretch: self.stretch,
        }
    }

    /// The figure of those without the release, where there is enough to judge.
    fn control(&self, sign: Sign) -> Option<(u64, u64)> {
        let control = &self.control;
        let enough = match sign {
            // That nothing comes there either is what one wants to know.
            Sign::Silence => control.targets > 0,
            Sign::Faults | Sign::Latency => control.now.requests >= self.minimum.max(1),
        };
        let value = sign.of(&control.now).filter(|_| enough)?;
        Some((value, control.targets))
    }
}

impl Usual {
    /// How much of the limit a figure is, in millionths.
    fn score(self, now: u64) -> u64 {
        now.saturating_mul(1_000_000) / self.limit.max(1)
    }
}

impl Sign {
    fn of(self, traffic: &Traffic) -> Option<u64> {
        match self {
            Sign::Silence => Some(traffic.requests),
            Sign::Faults => Ppm::ratio(traffic.faults, traffic.requests).map(|share| share.0),
            Sign::Latency => traffic.late,
        }
    }

    /// Above this a figure is out of the usual.
    fn limit(self, median: u64, spread: u64) -> u64 {
        let (times, step) = match self {
            Sign::Silence => (1, 0),
            // Two percent of the requests more, and three times as many.
            Sign::Faults => (3, 20_000),
            // A twentieth of a second more, and twice as long.
            Sign::Latency => (2, 50_000),
        };
        let spread = median.saturating_add(spread.saturating_mul(9));
        let times = median.saturating_mul(times);
        spread.max(times).max(median.saturating_add(step))
    }

    fn told(self, value: u64) -> String {
        match self {
            Sign::Silence if value == 1 => "1 request".to_owned(),
            Sign::Silence => format!("{value} requests"),
            Sign::Faults => format!("{} faults", Ppm(value)),
            Sign::Latency => format!("9 of 10 answers within {}", within(value)),
        }
    }
}

/// `12 ms`, `1.3 s`: a latency that somebody says.
fn within(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} us"),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

/// `12.00% faults of 420 requests in 1m on 1 target, before 0.10% faults (median of 12), on the 3
/// without the release 0.12% faults`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.targets == 1 { "" } else { "s" };
        let (sign, stretch) = (self.sign, self.stretch);
        write!(f, "{}", sign.told(self.now))?;
        if sign != Sign::Silence {
            write!(f, " of {} requests", self.requests)?;
        }
        write!(f, " in {stretch} on {} target{plural}", self.targets)?;
        let Usual {
            median, stretches, ..
        } = self.usual;
        if stretches > 0 {
            let each = if sign == Sign::Silence { " each" } else { "" };
            let usual = sign.told(median);
            write!(f, ", before {usual}{each} (median of {stretches})")?;
        }
        if let Some((there, others)) = self.control {
            let there = sign.told(there);
            write!(f, ", on the {others} without the release {there}")?;
        }
        Ok(())
    }
}

impl Finding {
    /// By how much it exceeds its limit, for a chart; silence has no measure.
    pub fn value(&self) -> Measure {
        let score = match self.sign {
            Sign::Silence => 2_000_000,
            Sign::Faults | Sign::Latency => self.usual.score(self.now),
        };
        Measure::number(score)
    }
}

#[cfg(test)]
mod tests;
