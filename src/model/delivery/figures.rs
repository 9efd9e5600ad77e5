//! The numbers that are made of ledgers: for a window of days, for the one before it, and for each
//! pipeline. What they mean is [`DEFINITIONS`](crate::model::DELIVERY_DEFINITIONS). Percentiles are
//! the nearest rank: a value that was really seen.

use crate::model::{
    Delivery, PipelineName, Ppm, ReleaseId, Span, StageName, TeamName, Time,
    delivery::{Activity, Dated},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// The longest window that can be asked for; two of them are kept.
pub const WINDOW_DAYS_MAX: u32 = 90;

const DAY_MS: i64 = 86_400_000;
/// Releases that failed, as many as are named in a row.
const FAILED_NAMED: usize = 5;
/// Days in the strip of a pipeline.
const STRIP_DAYS: u32 = 30;

/// The middle and the slow end of some lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Spread {
    pub p50: Span,
    pub p90: Span,
}

/// The figures of one window; none where nothing happened that they could be made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    pub deployments: u32,
    /// Releases that came to be everywhere, and the changes in them.
    pub shipped: u32,
    pub changes: u32,
    pub lead: Option<Spread>,
    pub change_failure: Option<Ppm>,
    pub restore: Option<Span>,
    pub approval: Option<Spread>,
    /// Where approvals take longest, with their p50 there.
    pub slowest: Option<(StageName, Span)>,
    pub blocked_window: Option<Ppm>,
    pub blocked_alarm: Option<Ppm>,
    pub blocked_hold: Option<Ppm>,
    pub overrides: u32,
    pub overrides_by: BTreeMap<String, u32>,
    pub overrides_of: BTreeMap<String, u32>,
    pub rollbacks_auto: u32,
    pub rollbacks_manual: u32,
    pub hands_off: Option<Ppm>,
    pub human_per_change: Option<Span>,
}

/// The mean time that a release spends on one thing in one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LegTime {
    pub stage: StageName,
    pub activity: Activity,
    pub mean: Span,
    /// Of all the time from cut to everywhere.
    pub share: Ppm,
}

/// One pipeline's figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PipelineDelivery {
    pub pipeline: PipelineName,
    pub owner: TeamName,
    pub figures: Figures,
    /// Deployments on each of the last thirty days, oldest first.
    pub days: Vec<u32>,
    /// The newest releases that failed in the window, newest first.
    pub failed: Vec<ReleaseId>,
}

/// What a lead looks at: all pipelines together, and each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryReport {
    pub now: Time,
    pub days: u32,
    pub owner: Option<TeamName>,
    pub current: Figures,
    pub previous: Figures,
    pub legs: Vec<LegTime>,
    /// The busiest first.
    pub pipelines: Vec<PipelineDelivery>,
}

/// Half-open, so that no record is in two windows.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Time,
    to: Time,
}

/// Makes the report of the last `days` days of these ledgers.
pub fn delivery_report(
    ledgers: &[(PipelineName, TeamName, &Delivery)],
    now: Time,
    days: u32,
    owner: Option<TeamName>,
) -> DeliveryReport {
    // What happens at this very moment counts.
    let end = Time(now.0.saturating_add(1));
    let window = Window::back(end, days);
    let before = Window::back(window.from, days);
    let all: Vec<&Delivery> = ledgers.iter().map(|(_, _, ledger)| *ledger).collect();
    let mut pipelines: Vec<PipelineDelivery> = ledgers
        .iter()
        .map(|(pipeline, owner, ledger)| {
            let failed = window.of(&ledger.failed).map(|failed| failed.what);
            let mut failed: Vec<ReleaseId> = failed.collect();
            failed.reverse();
            failed.truncate(FAILED_NAMED);
            PipelineDelivery {
                pipeline: pipeline.clone(),
                owner: owner.clone(),
                figures: figures(&[*ledger], window),
                days: strip(ledger, end),
                failed,
            }
        })
        .collect();
    pipelines.sort_by(|a, b| {
        let busy = b.figures.deployments.cmp(&a.figures.deployments);
        busy.then_with(|| a.pipeline.cmp(&b.pipeline))
    });
    DeliveryReport {
        now,
        days,
        owner,
        current: figures(&all, window),
        previous: figures(&all, before),
        legs: legs(&all, window),
        pipelines,
    }
}

impl Window {
    fn back(to: Time, days: u32) -> Self {
        let from = Time(to.0.saturating_sub(i64::from(days) * DAY_MS));
        Self { from, to }
    }

    /// The records in it, oldest first.
    fn of<T>(self, kept: &VecDeque<Dated<T>>) -> impl Iterator<Item = &Dated<T>> {
        let inside = move |dated: &&Dated<T>| self.from <= dated.at && dated.at < self.to;
        kept.iter().filter(inside)
    }

    fn all<'a, T: 'a>(
        self,
        ledgers: &'a [&'a Delivery],
        kept: fn(&Delivery) -> &VecDeque<Dated<T>>,
    ) -> impl Iterator<Item = &'a T> {
        let ledgers = ledgers.iter();
        ledgers.flat_map(move |ledger| self.of(kept(ledger)).map(|dated| &dated.what))
    }
}

fn figures(ledgers: &[&Delivery], window: Window) -> Figures {
    let shipped: Vec<_> = window.all(ledgers, |l| &l.shipped).collect();
    let leads: Vec<Span> = shipped.iter().flat_map(|s| s.leads.clone()).collect();
    let changes = leads.len();
    let began = window.all(ledgers, |l| &l.began).count();
    let failed = window.all(ledgers, |l| &l.failed).count();
    let back: Vec<_> = window.all(ledgers, |l| &l.rollbacks).collect();
    let manual = back.iter().filter(|back| back.by_person).count();
    let waits: Vec<_> = window.all(ledgers, |l| &l.approvals).collect();
    let hands = window.all(ledgers, |l| &l.hands);
    let human = hands.fold(Span(0), |sum, (_, span)| sum + *span);
    let untouched = shipped.iter().filter(|s| s.hands_off).count();
    let spent = |wanted: Option<Activity>| {
        let legs = shipped.iter().flat_map(|s| &s.legs);
        let legs = legs.filter(|(_, kind, _)| wanted.is_none_or(|wanted| wanted == *kind));
        legs.fold(0, |sum: u64, (_, _, span)| sum.saturating_add(span.0))
    };
    let blocked = |kind| Ppm::ratio(spent(Some(kind)), spent(None));
    let mut figures = Figures {
        deployments: count(window.all(ledgers, |l| &l.deployed).count()),
        shipped: count(shipped.len()),
        changes: count(changes),
        lead: spread(leads),
        change_failure: Ppm::ratio(long(failed.min(began)), long(began)),
        restore: spread(back.iter().filter_map(|back| back.took).collect()).map(|s| s.p50),
        approval: spread(waits.iter().map(|(_, span)| *span).collect()),
        slowest: slowest(&waits),
        blocked_window: blocked(Activity::Window),
        blocked_alarm: blocked(Activity::Alarm),
        blocked_hold: blocked(Activity::Hold),
        rollbacks_auto: count(back.len() - manual),
        rollbacks_manual: count(manual),
        hands_off: Ppm::ratio(long(untouched), long(shipped.len())),
        human_per_change: human.0.checked_div(long(changes)).map(Span),
        ..Figures::default()
    };
    for (by, blockers) in window.all(ledgers, |l| &l.overrides) {
        figures.overrides += 1;
        *figures.overrides_by.entry(by.to_string()).or_default() += 1;
        for blocker in blockers {
            *figures.overrides_of.entry(blocker.clone()).or_default() += 1;
        }
    }
    figures
}

/// Where people take longest to answer.
fn slowest(waits: &[&(StageName, Span)]) -> Option<(StageName, Span)> {
    let mut stages: BTreeMap<&StageName, Vec<Span>> = BTreeMap::new();
    for (stage, span) in waits {
        stages.entry(stage).or_default().push(*span);
    }
    let middles = stages
        .into_iter()
        .filter_map(|(stage, spans)| Some((stage.clone(), spread(spans)?.p50)));
    middles.max_by_key(|(_, p50)| *p50)
}

/// The mean of each leg over the releases that came to be everywhere, in the order in which the
/// newest of them went through.
fn legs(ledgers: &[&Delivery], window: Window) -> Vec<LegTime> {
    let shipped: Vec<_> = window.all(ledgers, |l| &l.shipped).collect();
    let mut sums: Vec<(StageName, Activity, u64)> = Vec::new();
    for (stage, activity, span) in shipped.iter().rev().flat_map(|s| &s.legs) {
        let known = sums
            .iter_mut()
            .find(|(s, a, _)| s == stage && a == activity);
        match known {
            Some((_, _, sum)) => *sum = sum.saturating_add(span.0),
            None => sums.push((stage.clone(), *activity, span.0)),
        }
    }
    let total = sums
        .iter()
        .fold(0_u64, |sum, (_, _, n)| sum.saturating_add(*n));
    let mean = |sum: u64| sum.checked_div(long(shipped.len())).map(Span);
    sums.into_iter()
        .filter_map(|(stage, activity, sum)| {
            Some(LegTime {
                stage,
                activity,
                mean: mean(sum)?,
                share: Ppm::ratio(sum, total)?,
            })
        })
        .collect()
}

fn strip(ledger: &Delivery, end: Time) -> Vec<u32> {
    let days = (0..STRIP_DAYS).rev().map(|back| {
        let to = Time(end.0.saturating_sub(i64::from(back) * DAY_MS));
        count(Window::back(to, 1).of(&ledger.deployed).count())
    });
    days.collect()
}

/// The nearest ranks of some lengths; none of none.
fn spread(mut spans: Vec<Span>) -> Option<Spread> {
    spans.sort_unstable();
    let rank = |percent: usize| {
        let rank = (spans.len() * percent).div_ceil(100).max(1);
        spans.get(rank - 1).copied()
    };
    Some(Spread {
        p50: rank(50)?,
        p90: rank(90)?,
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn long(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        for (spans, wanted) in [
            (vec![], None),
            (vec![7], Some((7, 7))),
            (vec![1, 2], Some((1, 2))),
            (vec![3, 1, 2], Some((2, 3))),
            ((1..=10).collect(), Some((5, 9))),
            ((1..=11).rev().collect(), Some((6, 10))),
            ((1..=100).collect(), Some((50, 90))),
        ] {
            let found = spread(spans.iter().copied().map(Span).collect());
            let found = found.map(|found| (found.p50.0, found.p90.0));
            assert_eq!(found, wanted, "{spans:?}");
        }
    }
}
