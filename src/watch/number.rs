//! Numbers as other systems write them, taken into millionths. The only floats of an alarm are here.

use crate::model::{Bad, Measure};

/// A number, unless it is none, measured as a limit is. Below zero is zero, since no limit is below
/// it; more than can be told is as much as can be told, since a quantile of infinity is above every
/// limit. What is infinitely good comes of a division or a logarithm and says nothing.
pub(crate) fn measure(number: f64, limit: Measure) -> Option<Measure> {
    let good = number.is_infinite()
        && match limit.bad {
            Bad::High => number < 0.0,
            Bad::Low => number > 0.0,
        };
    (!number.is_nan() && !good).then(|| limit.like(whole(number * 1e6)))
}

/// A counter's value.
pub(crate) fn count(number: f64) -> Option<u64> {
    (number >= 0.0 && number.is_finite()).then(|| whole(number))
}

/// Rounded, and held within what can be told.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, which is what is wanted"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes() {
        for (number, measured) in [
            (0.05, Some(50_000)),
            (1.25e-7, Some(0)),
            (-3.0, Some(0)),
            (800.0, Some(800_000_000)),
            (f64::INFINITY, Some(u64::MAX)),
            (f64::NEG_INFINITY, None),
            (f64::NAN, None),
        ] {
            let said = measure(number, Measure::number(0));
            assert_eq!(said.map(|it| it.millionths), measured, "{number}");
        }
        let low = Measure::number(5).bad_when(Bad::Low);
        assert_eq!(measure(f64::INFINITY, low), None);
        assert_eq!(measure(f64::NEG_INFINITY, low), Some(low.like(0)));
        assert_eq!(count(7.0), Some(7));
        for no_count in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(count(no_count), None);
        }
    }
}
