//! The only reader of time. Everything else gets `now` as an argument, which is why a test or a
//! replay can be at any moment it likes.

use crate::model::{Span, Time};
use std::time::Instant;

/// Wall-clock time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn now() -> Time {
    Time::from_utc(chrono::Utc::now())
}

/// Measures running time on the monotonic clock, which does not count suspended machine time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Running time since the start.
    pub fn elapsed(&self) -> Span {
        Span(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Running time since the start or the last lap.
    pub fn lap(&mut self) -> Span {
        let elapsed = self.elapsed();
        *self = Self::start();
        elapsed
    }
}
