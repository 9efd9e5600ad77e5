//! One target's counters: what it answered over the last window, and over the windows before that, as
//! long as nothing was done to it. It judges nothing.

use crate::{
    model::{Measure, Span, Touch, Traffic},
    watch::{counter::Counter, exposition::Labels, number, trail::Trail},
};
use std::collections::{BTreeMap, VecDeque};

/// The windows that say what is usual: an hour of a minute each.
const BEFORE: usize = 60;
/// Into how many steps a window is divided: its edge is up to one of them off.
const STEPS: u64 = 6;
/// Bounds of a histogram; with more it is not one of ours.
const BOUNDS_MOST: usize = 100;

#[derive(Debug)]
pub(super) struct Lane {
    window: Span,
    trail: Trail<Totals>,
    requests: Counter,
    faults: Counter,
    buckets: BTreeMap<u64, Counter>,
    before: VecDeque<Traffic>,
    /// When the last window of `before` ended, or since when there is none.
    closed: Option<Span>,
    touch: Option<Touch>,
}

/// What a page says of one target.
#[derive(Debug, Default)]
pub(super) struct Page {
    requests: BTreeMap<Labels, u64>,
    faults: BTreeMap<Labels, u64>,
    /// By upper bound in microseconds.
    buckets: BTreeMap<u64, BTreeMap<Labels, u64>>,
}

/// All that was counted up to a moment.
#[derive(Debug)]
struct Totals {
    requests: u64,
    faults: u64,
    buckets: BTreeMap<u64, u64>,
}

impl Page {
    pub(super) fn take_request(&mut self, labels: Labels, value: u64) {
        self.requests.insert(labels, value);
    }

    pub(super) fn take_fault(&mut self, labels: Labels, value: u64) {
        self.faults.insert(labels, value);
    }

    /// A bucket of requests that took at most `le` seconds. One without a bound counts nothing.
    pub(super) fn take_bucket(&mut self, labels: Labels, value: u64) {
        let bound = labels.get("le").and_then(|bound| bound.parse().ok());
        let bound = bound.and_then(|bound| number::measure(bound, Measure::number(0)));
        if let Some(bound) = bound.filter(|_| self.buckets.len() < BOUNDS_MOST) {
            let bucket = self.buckets.entry(bound.millionths).or_default();
            bucket.insert(labels, value);
        }
    }
}

impl Lane {
    pub(super) fn new(window: Span) -> Self {
        Self {
            window,
            trail: Trail::new(window, Span(window.0 / STEPS)),
            requests: Counter::default(),
            faults: Counter::default(),
            buckets: BTreeMap::new(),
            before: VecDeque::new(),
            closed: None,
            touch: None,
        }
    }

    /// Takes a round in. Gives the requests since the round before.
    pub(super) fn take(&mut self, at: Span, touch: Option<Touch>, page: Page) -> u64 {
        if self.touch != touch {
            // What came before belongs to another release.
            self.touch = touch;
            self.trail.clear();
            self.closed = None;
        }
        let points = self.requests.advance(page.requests);
        self.faults.advance(page.faults);
        for (bound, series) in page.buckets {
            self.buckets.entry(bound).or_default().advance(series);
        }
        let buckets = self.buckets.iter();
        let totals = Totals {
            requests: self.requests.total,
            faults: self.faults.total,
            buckets: buckets.map(|(le, count)| (*le, count.total)).collect(),
        };
        self.trail.push(at, totals);
        self.close(at);
        points
    }

    /// A round without a page: how much came in it is not known, and it fills no window.
    pub(super) fn interrupted(&mut self) {
        self.requests.interrupted();
        self.trail.clear();
        self.closed = None;
    }

    /// The last window, once it is full.
    pub(super) fn now(&self) -> Option<Traffic> {
        let (first, last) = self.trail.ends().filter(|_| self.trail.is_full())?;
        Some(last.since(first))
    }

    /// The windows before, from when nothing was done to the target.
    pub(super) fn before(&self) -> impl Iterator<Item = Traffic> {
        self.before.iter().copied()
    }

    /// Remembers a window that went by while nobody did anything to the target.
    fn close(&mut self, at: Span) {
        let since = *self.closed.get_or_insert(at);
        if self.touch.is_some() || at.saturating_sub(since) < self.window {
            return;
        }
        if let Some(now) = self.now() {
            self.before.push_back(now);
            self.closed = Some(at);
        }
        while self.before.len() > BEFORE {
            self.before.pop_front();
        }
    }
}

impl Totals {
    fn since(&self, first: &Totals) -> Traffic {
        let counts = self.buckets.iter().map(|(bound, total)| {
            let before = first.buckets.get(bound).copied().unwrap_or(0);
            (*bound, total - before)
        });
        Traffic {
            requests: self.requests - first.requests,
            faults: self.faults - first.faults,
            late: nine_of_ten(&counts.collect::<Vec<_>>()),
        }
    }
}

/// Within how many microseconds nine of ten were answered: evenly spread within a bucket, and as the
/// last bound when it is in the bucket without one. The counts of a histogram include those of
/// every lower bound.
fn nine_of_ten(counts: &[(u64, u64)]) -> Option<u64> {
    let all = counts
        .last()
        .map(|(_, count)| *count)
        .filter(|all| *all > 0)?;
    let wanted = u128::from(all) * 9;
    let at = counts
        .iter()
        .position(|(_, count)| u128::from(*count) * 10 >= wanted)?;
    let (bound, count) = counts[at];
    let (lower, below) = at.checked_sub(1).map_or((0, 0), |before| counts[before]);
    if bound == u64::MAX || count <= below {
        return Some(lower);
    }
    let into = wanted.saturating_sub(u128::from(below) * 10) * u128::from(bound - lower);
    let into = into / (u128::from(count - below) * 10);
    Some(lower.saturating_add(u64::try_from(into).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Span = Span::minutes(1);

    fn page(requests: u64, faults: u64) -> Page {
        let mut page = Page::default();
        page.take_request(Labels::new(), requests);
        page.take_fault(Labels::new(), faults);
        page
    }

    #[test]
    fn windows_close_while_nothing_is_done() {
        let mut lane = Lane::new(MINUTE);
        let mut round = |second: u64, touch, requests| {
            lane.take(Span::seconds(second), touch, page(requests, requests / 10));
            let now = lane.now().map(|now| (now.requests, now.faults));
            (
                now,
                lane.before()
                    .map(|before| before.requests)
                    .collect::<Vec<_>>(),
            )
        };
        let mut seen = (None, vec![]);
        for second in (0..=180).step_by(10) {
            seen = round(second, None, second * 10);
        }
        assert_eq!(seen, (Some((600, 60)), vec![600, 600, 600]));
        // Touched: the past stays, and the present begins anew.
        seen = round(190, Some(Touch::Working), 1_900);
        assert_eq!(seen, (None, vec![600, 600, 600]));
        for second in (200..=260).step_by(10) {
            seen = round(second, Some(Touch::Serving), 1_900);
        }
        assert_eq!(seen, (Some((0, 0)), vec![600, 600, 600]));
        seen = round(400, Some(Touch::Serving), 2_000);
        assert_eq!(seen, (Some((100, 10)), vec![600, 600, 600]));
        // Left alone again: a full window of the time since then.
        for second in (410..=470).step_by(10) {
            seen = round(second, None, 2_000 + second);
        }
        assert_eq!(seen, (Some((60, 6)), vec![600, 600, 600, 60]));
    }

    #[test]
    fn a_round_without_a_page_fills_no_window() {
        let mut lane = Lane::new(MINUTE);
        lane.take(Span::seconds(0), None, page(0, 0));
        lane.interrupted();
        lane.take(Span::seconds(60), None, page(600, 0));
        assert_eq!(lane.now(), None);
    }

    #[test]
    fn within_which_nine_of_ten_are_answered() {
        const NONE: u64 = u64::MAX;
        for (counts, expected) in [
            (vec![], None),
            (vec![(1_000, 0), (NONE, 0)], None),
            (vec![(1_000, 100), (NONE, 100)], Some(900)),
            (vec![(1_000, 80), (2_000, 100), (NONE, 100)], Some(1_500)),
            (vec![(1_000, 50), (2_000, 80), (NONE, 100)], Some(2_000)),
            // Bounds that count less than lower ones, as no histogram does.
            (vec![(1_000, 100), (2_000, 3), (NONE, 100)], Some(900)),
            (vec![(NONE, 5)], Some(0)),
            (vec![(7, u64::MAX), (NONE, u64::MAX)], Some(6)),
        ] {
            assert_eq!(nine_of_ten(&counts), expected, "{counts:?}");
        }
    }
}
