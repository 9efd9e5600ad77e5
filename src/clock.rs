//! The only reader of time. Everything else gets `now` as an argument, which is why a test or a
//! replay can be at any moment it likes.

#[cfg(feature = "shifted")]
mod shifted;

use crate::model::{Micros, Span, Time};
use nix::{
    sys::time::TimeValLike,
    time::{ClockId, clock_gettime},
};
use std::{fs, time::Instant};

/// Wall-clock time.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn now() -> Time {
    let now = Time::from_utc(chrono::Utc::now());
    #[cfg(feature = "shifted")]
    let now = now + shifted::ahead().0;
    now
}

/// How long the machine has been up, suspended time included where the system can tell: what the
/// wall clock is held against.
pub fn since_boot() -> Span {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = ClockId::CLOCK_BOOTTIME;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = ClockId::CLOCK_MONOTONIC;
    // It only fails for a clock that the system lacks; then no step can be seen.
    let ran = clock_gettime(clock).map_or(0, |time| time.num_milliseconds());
    let ran = Span(u64::try_from(ran).unwrap_or(0));
    #[cfg(feature = "shifted")]
    let ran = ran + shifted::ahead().1;
    ran
}

/// Names this run of the machine, from whose start [`since_boot`] counts; none where the system has no
/// name for it.
pub fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
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

    /// As [`Stopwatch::elapsed`], of what may take less than a millisecond.
    pub fn micros(&self) -> Micros {
        Micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Running time since the start or the last lap.
    pub fn lap(&mut self) -> Span {
        let elapsed = self.elapsed();
        *self = Self::start();
        elapsed
    }
}
