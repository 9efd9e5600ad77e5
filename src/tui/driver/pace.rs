//! When the next frame may be drawn. A few may follow each other at once, so that what a key or an
//! answer changes right after a frame is not waited for; in a flood they are as far apart as is wanted.
//! On a slow link a frame also waits until the one before it is paid for, at one byte a millisecond,
//! unless somebody has pressed a key. It knows neither terminal nor app.

use crate::model::{Span, Time};

/// Between two frames on a slow link.
const SLOW: Span = Span(500);
/// Frames that may follow each other at once after a while without any: those of a start, or of a key
/// and what is answered to it.
const AT_ONCE: u64 = 4;

#[derive(Debug)]
pub(super) struct Pace {
    full_speed: Span,
    slow: bool,
    /// When the frames so far would have been drawn one by one.
    even: Time,
    /// When the bytes so far have gone through a slow link.
    paid: Time,
    waiting: Waiting,
}

/// What came in since the last frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Waiting {
    Nothing,
    News,
    /// Of somebody who waits for what comes of it.
    Key,
}

impl Pace {
    pub(super) fn new(full_speed: Span) -> Self {
        Self {
            full_speed,
            slow: false,
            even: Time(0),
            paid: Time(0),
            waiting: Waiting::Nothing,
        }
    }

    pub(super) fn set_slow(&mut self, slow: bool) {
        self.slow = slow;
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        self.waiting = self.waiting.max(waiting);
    }

    pub(super) fn is_due(&self, now: Time) -> bool {
        now >= self.next()
    }

    /// When the frame that waits may be drawn.
    pub(super) fn due(&self) -> Option<Time> {
        (self.waiting > Waiting::Nothing).then(|| self.next())
    }

    fn next(&self) -> Time {
        let ahead = (AT_ONCE - 1) * self.between().0;
        let paced = Time(self.even.0.saturating_sub_unsigned(ahead));
        if self.slow && self.waiting < Waiting::Key {
            paced.max(self.paid)
        } else {
            paced
        }
    }

    fn between(&self) -> Span {
        if self.slow { SLOW } else { self.full_speed }
    }

    /// A frame of so many bytes was drawn.
    pub(super) fn drew(&mut self, now: Time, bytes: usize) {
        self.even = self.even.max(now) + self.between();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.paid = self.paid.max(now) + Span(bytes);
        self.waiting = Waiting::Nothing;
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, Waiting};
    use crate::model::{Span, Time};

    /// A minute in which something happens all the time and every frame takes so many bytes.
    fn minute(slow: bool, frame: usize, waiting: Waiting) -> (usize, usize) {
        let begin = Time(1_000_000);
        let mut pace = Pace::new(Span(33));
        pace.set_slow(slow);
        let mut frames = 0;
        for at in 0..60_000 {
            pace.wait(waiting);
            if pace.is_due(begin + Span(at)) {
                pace.drew(begin + Span(at), frame);
                frames += 1;
            }
        }
        (frames, frames * frame)
    }

    #[test]
    fn a_busy_minute_keeps_the_cap_and_a_slow_link_its_kilobyte_a_second() {
        let (frames, _) = minute(false, 2_400, Waiting::News);
        assert!((1_800..=1_825).contains(&frames), "{frames}");
        for frame in [100, 600, 2_400, 20_000] {
            let (frames, bytes) = minute(true, frame, Waiting::News);
            // The first goes out at once.
            assert!(bytes <= 60_000 + frame, "{bytes} of frames of {frame}");
            assert!(bytes + 2 * frame > 60_000.min(120 * frame), "{bytes}");
            assert!((1..=124).contains(&frames), "{frames}");
        }
        // Somebody who types sees it, however large what came before was.
        let (frames, _) = minute(true, 2_400, Waiting::Key);
        assert!((119..=124).contains(&frames), "{frames}");
    }

    #[test]
    fn what_comes_right_after_a_frame_is_not_waited_for() {
        let now = Time(1_000_000);
        let mut pace = Pace::new(Span(33));
        assert_eq!(pace.due(), None);
        for at in 0..4 {
            pace.wait(Waiting::News);
            assert!(pace.is_due(now + Span(at)), "{at}");
            pace.drew(now + Span(at), 10);
        }
        pace.wait(Waiting::News);
        assert!(!pace.is_due(now + Span(4)));
        assert_eq!(pace.due(), Some(now + Span(33)));
        // In a flood each has its own moment.
        pace.drew(now + Span(33), 10);
        pace.wait(Waiting::Key);
        assert_eq!(pace.due(), Some(now + Span(66)));
    }
}
