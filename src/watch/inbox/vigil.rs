//! Since when a watchdog has been heard without a gap. It does not know what the watchdog guards.

use crate::model::Span;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Vigil {
    /// When it was heard after a gap, and when last.
    heard: Option<(Span, Span)>,
    /// When it was last told that it ended.
    broken: Option<Span>,
}

impl Vigil {
    pub(super) fn hear(&mut self, at: Span, gap: Span) {
        let began = match self.heard {
            Some((began, last)) if at.saturating_sub(last) <= gap => began,
            Some(_) | None => at,
        };
        self.heard = Some((began, at));
    }

    pub(super) fn end(&mut self, at: Span) {
        self.broken = Some(at);
    }

    /// For how long it has been heard; none when it never was, or not for too long.
    pub(super) fn lasts(&self, at: Span, gap: Span) -> Option<Span> {
        let (began, last) = self.heard?;
        let since = self.broken.map_or(began, |broken| broken.max(began));
        (at.saturating_sub(last) <= gap).then(|| at.saturating_sub(since))
    }

    /// Whether it was ever heard.
    pub(super) fn is_begun(&self) -> bool {
        self.heard.is_some()
    }
}
