//! What each target counted over an alarm's window, where the page tells targets apart by the label
//! `target`: so that those with a new release can be held against those without. It knows no
//! releases and no limits.

use crate::{
    model::{Counted, Span, TargetName},
    watch::{
        counter::{Counter, Window},
        exposition::Labels,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The label that names a target.
pub(crate) const LABEL: &str = "target";

/// With more of them a page does not name our targets but something else.
const TARGETS_MOST: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Apart {
    window: Span,
    targets: BTreeMap<TargetName, Own>,
}

/// One target's own counters.
#[derive(Debug)]
struct Own {
    numerator: Counter,
    denominator: Counter,
    window: Window,
}

type Series = BTreeMap<Labels, u64>;

impl Apart {
    pub(crate) fn new(window: Span) -> Self {
        Self {
            window,
            targets: BTreeMap::new(),
        }
    }

    /// Takes a page's series in. A target that a page leaves out is forgotten: what it counted long
    /// ago says nothing of now.
    pub(crate) fn take(&mut self, at: Span, numerator: &Series, denominator: &Series) {
        let (mut parts, wholes) = (by_target(numerator), by_target(denominator));
        let named: BTreeSet<&TargetName> = wholes.keys().collect();
        self.targets.retain(|target, _| named.contains(target));
        if wholes.len() > TARGETS_MOST {
            self.targets.clear();
            return;
        }
        for (target, whole) in wholes {
            let part = parts.remove(&target).unwrap_or_default();
            let own = self.targets.entry(target).or_insert_with(|| Own {
                numerator: Counter::default(),
                denominator: Counter::default(),
                window: Window::coarse(self.window),
            });
            own.numerator.advance(part);
            own.denominator.advance(whole);
            let (part, whole) = (own.numerator.total, own.denominator.total);
            own.window.push(at, part, whole);
        }
    }

    pub(crate) fn counted(&self) -> BTreeMap<TargetName, Counted> {
        let counted = self.targets.iter().filter_map(|(target, own)| {
            let (part, whole) = own.window.increase()?;
            Some((target.clone(), Counted { part, whole }))
        });
        counted.collect()
    }
}

/// The target that a series is of.
pub(crate) fn target(labels: &Labels) -> Option<TargetName> {
    TargetName::parse(labels.get(LABEL)?).ok()
}

/// The series of each target, without those that name none.
fn by_target(series: &Series) -> BTreeMap<TargetName, Series> {
    let mut targets: BTreeMap<TargetName, Series> = BTreeMap::new();
    for (labels, value) in series {
        if let Some(target) = target(labels) {
            let own = targets.entry(target).or_default();
            own.insert(labels.clone(), *value);
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(values: &[(&str, u64)]) -> Series {
        let labels = |name: &str| {
            let labels = [("target", name), ("code", "200")];
            let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Labels::from(labels)
        };
        let series = values.iter().map(|(name, value)| (labels(name), *value));
        series.collect()
    }

    #[test]
    fn targets_are_told_apart_and_forgotten() {
        let mut apart = Apart::new(Span::minutes(1));
        let round = |apart: &mut Apart, second, bad: &[(&str, u64)], all: &[(&str, u64)]| {
            apart.take(Span::seconds(second), &page(bad), &page(all));
            let counted = apart.counted().into_iter();
            counted
                .map(|(target, counted)| (target.to_string(), counted.part, counted.whole))
                .collect::<Vec<_>>()
        };
        let first = round(
            &mut apart,
            0,
            &[],
            &[("h1", 100), ("h2", 7), ("no name", 1)],
        );
        assert_eq!(first, []);
        let all = [("h1", 110), ("h2", 9)];
        let second = round(&mut apart, 10, &[("h1", 5)], &all);
        let told = |target: &str, part, whole| (target.to_owned(), part, whole);
        assert_eq!(second, [told("h1", 5, 10), told("h2", 0, 2)]);
        let all = [("h1", 130), ("h2", 9)];
        let third = round(&mut apart, 20, &[("h1", 8)], &all);
        assert_eq!(third, [told("h1", 8, 30), told("h2", 0, 2)]);
        assert_eq!(
            round(&mut apart, 30, &[], &[("h2", 11)]),
            [told("h2", 0, 4)]
        );
    }
}
