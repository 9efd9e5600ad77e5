//! Is it the release or the world? What an alarm's source counted on targets that the newest
//! deployment has touched, beside the others at the same moment. Pure, and only figures that were
//! counted.

use crate::model::{Attempt, Bad, Counted, Mark, Measure, Pipeline, TargetName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contrast {
    /// The deployment that touched them.
    pub by: Mark,
    pub touched: Side,
    pub untouched: Side,
    pub says: Says,
    /// On which side of the limit it is bad.
    #[serde(default, skip_serializing_if = "Bad::is_high")]
    pub bad: Bad,
}

/// One side of the comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    pub targets: usize,
    pub counted: Counted,
}

/// What the two sides say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// Only the touched targets are beyond the limit.
    TheRelease,
    /// Both are beyond it.
    TheWorld,
    /// Only the untouched ones are.
    TheOthers,
    Calm,
    /// One side has too few requests to say anything.
    TooLittle,
}

/// With fewer requests on a side there is nothing to compare: one fault would be five percent.
const LEAST: u64 = 20;

/// Compares the targets that a source tells apart. None without a deployment, or where one side is
/// empty because the source names no such target.
pub fn contrast(
    pipeline: &Pipeline,
    by: &Mark,
    counted: &BTreeMap<TargetName, Counted>,
    limit: Measure,
) -> Option<Contrast> {
    let attempt = pipeline.stage(&by.stage)?.attempt.as_ref()?;
    let reached = reached(attempt);
    let known = counted
        .iter()
        .filter(|(target, _)| pipeline.targets.contains_key(*target));
    let (touched, untouched): (Vec<_>, Vec<_>) =
        known.partition(|(target, _)| reached.contains(target));
    if touched.is_empty() || untouched.is_empty() {
        return None;
    }
    let (touched, untouched) = (Side::of(&touched), Side::of(&untouched));
    Some(Contrast {
        by: by.clone(),
        touched,
        untouched,
        says: says(touched, untouched, limit),
        bad: limit.bad,
    })
}

/// The targets that an attempt touched; in a rollback, those that it takes back.
fn reached(attempt: &Attempt) -> BTreeSet<&TargetName> {
    if attempt.is_rollback() {
        attempt.progress.keys().collect()
    } else {
        attempt.reached().collect()
    }
}

fn says(touched: Side, untouched: Side, limit: Measure) -> Says {
    let beyond = |side: Side| {
        let share = limit.like(side.counted.share()?.0);
        (side.counted.whole >= LEAST).then_some(share > limit)
    };
    match (beyond(touched), beyond(untouched)) {
        (None, _) | (_, None) => Says::TooLittle,
        (Some(true), Some(false)) => Says::TheRelease,
        (Some(true), Some(true)) => Says::TheWorld,
        (Some(false), Some(true)) => Says::TheOthers,
        (Some(false), Some(false)) => Says::Calm,
    }
}

impl Side {
    fn of(targets: &[(&TargetName, &Counted)]) -> Self {
        let counted = targets.iter().map(|(_, counted)| **counted);
        Self {
            targets: targets.len(),
            counted: counted.fold(Counted::default(), Counted::and),
        }
    }
}

impl Contrast {
    /// A sentence for people.
    pub fn words(&self) -> String {
        let side = Measure::number(0).bad_when(self.bad).side();
        match self.says {
            Says::TheRelease => format!("only targets with the new release are {side} the limit"),
            Says::TheWorld => format!("targets without the new release are {side} the limit too"),
            Says::TheOthers => {
                format!("only targets without the new release are {side} the limit")
            }
            Says::Calm => format!("neither side is {side} the limit"),
            Says::TooLittle => "too few requests on one side to compare".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ppm;

    #[test]
    fn two_sides_and_a_limit() {
        let side = |part, whole| Side {
            targets: 1,
            counted: Counted { part, whole },
        };
        for (touched, untouched, expected) in [
            ((9, 100), (1, 100), Says::TheRelease),
            ((9, 100), (6, 100), Says::TheWorld),
            ((5, 100), (6, 100), Says::TheOthers),
            ((5, 100), (5, 100), Says::Calm),
            ((19, 19), (0, 100), Says::TooLittle),
            ((20, 20), (0, 0), Says::TooLittle),
            ((0, 0), (9, 100), Says::TooLittle),
        ] {
            let (a, b) = (side(touched.0, touched.1), side(untouched.0, untouched.1));
            assert_eq!(
                says(a, b, Measure::share(Ppm(50_000))),
                expected,
                "{touched:?} {untouched:?}"
            );
        }
    }
}
