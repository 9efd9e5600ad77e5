//! When the alarms of a pipeline were last heard of. Silence is no data: an old reading says nothing of
//! now (INVARIANTS.md I13). It knows no alarms.

use crate::{
    clock::Stopwatch,
    model::{Span, Time},
};

#[derive(Debug)]
pub(super) struct Heard {
    at: Time,
    ran: Stopwatch,
    /// Whether the silence was told, or there was never anything to hear.
    silent: bool,
}

impl Heard {
    pub(super) fn nothing() -> Self {
        Self {
            silent: true,
            ..Self::at(Time(0))
        }
    }

    /// Heard just now.
    pub(super) fn at(now: Time) -> Self {
        Self {
            at: now,
            ran: Stopwatch::start(),
            silent: false,
        }
    }

    /// For how much longer silence is nothing to tell; none when it was told.
    pub(super) fn patience(&self, max_age: Span, now: Time) -> Option<Span> {
        let left = max_age.saturating_sub(self.ago(now)) + Span(1);
        (!self.silent).then_some(left)
    }

    /// How long it has been silent, once that is too long and was not told.
    pub(super) fn too_long(&self, max_age: Span, now: Time) -> Option<Span> {
        let ago = self.ago(now);
        (!self.silent && ago > max_age).then_some(ago)
    }

    pub(super) fn tell(&mut self) {
        self.silent = true;
    }

    /// By whichever clock went further: the running one stands still while the machine is suspended,
    /// the other may be set.
    fn ago(&self, now: Time) -> Span {
        self.ran.elapsed().max(now.since(self.at))
    }
}
