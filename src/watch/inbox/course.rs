//! The course of one alert, as far as it was told. It keeps the newest of everything and nothing
//! else, so neither the order in which it was told nor how often makes a difference.

use crate::{
    model::{Span, Time},
    watch::inbox::payload::{Alert, Status},
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Course {
    firing: Option<Told>,
    resolved: Option<Told>,
}

/// The newest of all that was told with one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    starts: Time,
    ends: Time,
    heard: Span,
}

/// How an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Over,
    Fires,
    /// It was told as firing, and then for too long neither that nor its end.
    Unrepeated,
    /// It is told as firing again, though its end was told long before: whether its end was a
    /// mistake or this is one, nobody knows.
    Doubtful,
}

impl Course {
    pub(super) fn hear(&mut self, at: Span, alert: &Alert) {
        let told = Told {
            starts: alert.starts_at,
            ends: alert.ends_at,
            heard: at,
        };
        let known = match alert.status {
            Status::Firing => &mut self.firing,
            Status::Resolved => &mut self.resolved,
        };
        *known = Some(known.map_or(told, |known| known.newest(told)));
    }

    /// Whatever fires is told again within the gap, and what comes late comes within it, too.
    pub(super) fn standing(&self, at: Span, gap: Span) -> Standing {
        let Some(firing) = self.firing else {
            return Standing::Over;
        };
        let silent = at.saturating_sub(firing.heard);
        let end = self.resolved.filter(|end| end.is_of(firing));
        match end {
            Some(end) if firing.heard <= end.heard + gap => Standing::Over,
            Some(_) | None if silent > gap => Standing::Unrepeated,
            Some(_) => Standing::Doubtful,
            None => Standing::Fires,
        }
    }

    pub(super) fn heard(&self) -> Span {
        let both = self.firing.into_iter().chain(self.resolved);
        both.map(|told| told.heard).max().unwrap_or_default()
    }
}

impl Told {
    fn newest(self, other: Told) -> Told {
        Told {
            starts: self.starts.max(other.starts),
            ends: self.ends.max(other.ends),
            heard: self.heard.max(other.heard),
        }
    }

    /// Whether this end is the end of what fires. An alert that two servers report may be told with
    /// either's start, so an end counts for all that began before it.
    fn is_of(self, firing: Told) -> bool {
        firing.starts <= self.starts || firing.starts < self.ends
    }
}
