//! Counters that only rise, made from counters that start again: what came since the last page, and
//! over a window. It knows no thresholds.

use crate::{
    model::Span,
    watch::{exposition::Labels, trail::Trail},
};
use std::collections::BTreeMap;

/// The sum of the matching series, each with its own restarts.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    /// The last value of every series, also of those that a page leaves out: one that comes back
    /// did not count everything again.
    last: Option<BTreeMap<Labels, u64>>,
    /// Whether the reading before gave no page.
    interrupted: bool,
    /// Everything counted since the first page.
    pub(crate) total: u64,
}

/// Series that are remembered though pages have long left them out.
const VANISHED_KEPT: usize = 1_000;

impl Counter {
    /// Takes a page's values. Gives what was counted since the reading before: nothing known at the
    /// first page or right after an interruption, though the total then has it.
    pub(crate) fn advance(&mut self, page: BTreeMap<Labels, u64>) -> u64 {
        let Some(last) = &mut self.last else {
            self.last = Some(page);
            return 0;
        };
        let increase: u64 = page
            .iter()
            .map(|(labels, value)| since(last.get(labels).copied(), *value))
            .fold(0, u64::saturating_add);
        self.total = self.total.saturating_add(increase);
        if last.len() > page.len() + VANISHED_KEPT {
            *last = page;
        } else {
            last.extend(page);
        }
        if std::mem::take(&mut self.interrupted) {
            0
        } else {
            increase
        }
    }

    pub(crate) fn interrupted(&mut self) {
        self.interrupted = true;
    }
}

/// A value below the last one means a restart: it counts from zero, as does a series that is new.
fn since(last: Option<u64>, value: u64) -> u64 {
    match last {
        Some(last) if last <= value => value - last,
        Some(_) | None => value,
    }
}

/// Totals over the last while.
#[derive(Debug)]
pub(crate) struct Window(Trail<(u64, u64)>);

impl Window {
    pub(crate) fn new(length: Span) -> Self {
        Self(Trail::new(length, Span::ZERO))
    }

    /// A window for one of many: its edge is up to a sixtieth off, and it is as much smaller.
    pub(crate) fn coarse(length: Span) -> Self {
        Self(Trail::new(length, Span(length.0 / 60)))
    }

    pub(crate) fn push(&mut self, at: Span, part: u64, whole: u64) {
        self.0.push(at, (part, whole));
    }

    /// What both counters gained over the window; none before there are two samples.
    pub(crate) fn increase(&self) -> Option<(u64, u64)> {
        let (first, last) = self.0.ends()?;
        Some((last.0 - first.0, last.1 - first.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(values: &[(&str, u64)]) -> BTreeMap<Labels, u64> {
        let labels = |name: &str| Labels::from([("target".to_owned(), name.to_owned())]);
        let entries = values.iter().map(|(name, value)| (labels(name), *value));
        entries.collect()
    }

    #[test]
    fn each_series_restarts_by_itself() {
        let mut counter = Counter::default();
        for (values, increase) in [
            (vec![("a", 100), ("b", 1_000)], 0),
            (vec![("a", 110), ("b", 1_000)], 10),
            (vec![("a", 4), ("b", 1_001)], 5),
            (vec![("a", 4)], 0),
            (vec![("a", 4), ("b", 1_003)], 2),
            (vec![("a", 4), ("b", 1_003), ("c", 7)], 7),
        ] {
            assert_eq!(counter.advance(page(&values)), increase, "{values:?}");
        }
        assert_eq!(counter.total, 24);
        counter.interrupted();
        assert_eq!(counter.advance(page(&[("a", 9)])), 0);
        assert_eq!(counter.total, 29);
    }

    #[test]
    fn rounds_within_one_millisecond_are_all_in_the_window() {
        let mut window = Window::new(Span(10));
        for whole in [0, 1, 2, 7] {
            window.push(Span(0), 0, whole);
        }
        assert_eq!(window.increase(), Some((0, 7)));
    }

    #[test]
    fn a_coarse_window_keeps_few_samples_and_always_the_newest() {
        let mut window = Window::coarse(Span::minutes(1));
        for second in 0..1_000 {
            window.push(Span(second * 100), 0, second);
        }
        assert!(window.0.len() < 70, "{}", window.0.len());
        let (_, whole) = window.increase().unwrap();
        assert!((600..=610).contains(&whole), "{whole}");
    }

    #[test]
    fn a_window_reaches_back_as_far_as_it_is_long() {
        let mut window = Window::new(Span(10));
        let mut seen = Vec::new();
        for (at, whole) in [
            (0, 0),
            (4, 1),
            (8, 10),
            (12, 100),
            (14, 1_000),
            (30, 10_000),
        ] {
            window.push(Span(at), 0, whole);
            seen.push(window.increase().map(|(_, whole)| whole));
        }
        let expected = [None, Some(1), Some(10), Some(100), Some(999), Some(9_000)];
        assert_eq!(seen, expected);
    }
}
