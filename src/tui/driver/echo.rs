//! How far away the terminal is. Over SSH it is asked now and then whether it is there (DSR 5), after
//! a frame that is drawn anyway, and its answer is timed; the decoder keeps the answer from being
//! keys. A multiplexer would answer for itself, so that one is not asked. It knows no terminal.

use crate::{
    clock::Stopwatch,
    model::{Span, Time},
    tui::driver::Distance,
};

/// Asks a terminal for its state; it says `ESC [ 0 n`.
const ARE_YOU_THERE: &[u8] = b"\x1b[5n";
/// Between two questions.
const AGAIN: Span = Span::seconds(30);
/// Until the first answer is confirmed by a second one.
const SOON: Span = Span::seconds(2);
/// Some terminals never answer.
const PATIENCE: Span = Span::seconds(10);
/// A longer frame would be timed rather than the way.
const SMALL_FRAME: usize = 400;
/// From here on a link is spared (UX.md, frame cap).
const FAR: Span = Span(250);
/// An answer that is still on its way is given so long to arrive when the terminal is given back, so
/// that it does not end up in the shell.
const LAST_PATIENCE: Span = Span(500);

#[derive(Debug)]
pub(super) struct Echo {
    /// When to ask next; none where asking makes no sense.
    next: Option<Time>,
    asked: Option<Stopwatch>,
    last: Option<Span>,
}

/// What an answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) round_trip: Span,
    /// Twice in a row: one answer alone may have been held up by anything.
    pub(super) far: bool,
}

impl Echo {
    pub(super) fn new(distance: Distance) -> Self {
        Self {
            next: (distance == Distance::Measured).then_some(Time(0)),
            asked: None,
            last: None,
        }
    }

    /// What to add to a frame of so many bytes.
    pub(super) fn ask(&mut self, now: Time, frame: usize) -> &'static [u8] {
        if self.next.is_none_or(|next| now < next) || !(1..=SMALL_FRAME).contains(&frame) {
            return b"";
        }
        self.next = Some(now + if self.last.is_some() { AGAIN } else { SOON });
        let open = self.asked.as_ref();
        if open.is_some_and(|asked| asked.elapsed() < PATIENCE) {
            return b"";
        }
        self.asked = Some(Stopwatch::start());
        ARE_YOU_THERE
    }

    /// The terminal has answered; nothing, if it was not asked.
    pub(super) fn answered(&mut self) -> Option<Heard> {
        let round_trip = self.asked.take()?.elapsed();
        let before = self.last.replace(round_trip);
        Some(Heard {
            round_trip,
            far: before.is_some_and(|before| before.min(round_trip) > FAR),
        })
    }

    /// How long to keep reading before the terminal is another's.
    pub(super) fn owed(&self) -> Span {
        let passed = self.asked.as_ref().map(Stopwatch::elapsed);
        passed.map_or(Span(0), |passed| {
            Span(LAST_PATIENCE.0.saturating_sub(passed.0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{AGAIN, ARE_YOU_THERE, Echo, SOON};
    use crate::{
        model::{Span, Time},
        tui::driver::Distance,
    };

    #[test]
    fn a_terminal_is_asked_with_a_small_frame_and_again_after_a_while() {
        let now = Time(1_000_000);
        let mut echo = Echo::new(Distance::Measured);
        assert_eq!(echo.ask(now, 4_800), b"", "a large frame");
        assert_eq!(echo.ask(now, 0), b"", "no frame");
        assert_eq!(echo.ask(now, 80), ARE_YOU_THERE);
        assert_eq!(echo.ask(now + SOON, 80), b"", "the answer is open");
        assert!(echo.owed() > Span(0));
        assert!(!echo.answered().unwrap().far);
        assert_eq!(echo.answered(), None, "nobody asked");
        assert_eq!(echo.owed(), Span(0));
        assert_eq!(echo.ask(now + SOON + SOON, 80), ARE_YOU_THERE);
        assert!(!echo.answered().unwrap().far);
        assert_eq!(echo.ask(now + AGAIN, 80), b"");
        assert_eq!(echo.ask(now + AGAIN + AGAIN, 80), ARE_YOU_THERE);
    }

    #[test]
    fn where_it_makes_no_sense_nobody_is_asked() {
        let mut echo = Echo::new(Distance::Unasked);
        assert_eq!(echo.ask(Time(1_000_000), 80), b"");
        assert_eq!(echo.answered(), None);
    }
}
