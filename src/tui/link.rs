//! How fresh what is on the screen is, and what may be done on it. Old data is worse than none: the
//! age is always shown, and it gates actions (UX.md, "Global frame and states").

use crate::model::{Class, Span, Time};

/// What the feed last told about the connection. Times are the local clock's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Never connected yet.
    Connecting { since: Time },
    /// The stream is up; something was heard at this moment.
    Up { heard: Time },
    /// The stream broke; it is tried again at `retry`, for the `attempt`-th time.
    Down {
        since: Time,
        why: String,
        attempt: u32,
        retry: Time,
    },
}

/// The link as it is at a moment: what the badge in line 1 says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Connecting,
    Live { age: Span },
    Slow { age: Span },
    Stale { age: Span },
    Down { attempt: u32, next: Span },
}

impl Link {
    /// Slow after one and a half heartbeats without a word, stale after three.
    pub fn freshness(&self, now: Time, heartbeat: Span) -> Freshness {
        match self {
            Link::Connecting { .. } => Freshness::Connecting,
            Link::Up { heard } => {
                let age = now.since(*heard);
                if age.0 > heartbeat.0 * 3 {
                    Freshness::Stale { age }
                } else if age.0 * 2 > heartbeat.0 * 3 {
                    Freshness::Slow { age }
                } else {
                    Freshness::Live { age }
                }
            }
            Link::Down { attempt, retry, .. } => Freshness::Down {
                attempt: *attempt,
                next: retry.since(now),
            },
        }
    }
}

impl Freshness {
    /// Why a command of this class may not be sent now; none when it may. The direction that is
    /// safe stays open on a stale screen, after a fresh plan.
    pub fn forbids(self, class: Class) -> Option<String> {
        match self {
            Freshness::Live { .. } | Freshness::Slow { .. } => None,
            Freshness::Stale { age } => match class {
                Class::Safer | Class::Restore => None,
                Class::Riskier | Class::RuleBreaking => Some(format!(
                    "the screen is {} old: only hold, reject and rollback are allowed",
                    age.short()
                )),
            },
            Freshness::Connecting => Some("not connected to the server yet".to_owned()),
            Freshness::Down { .. } => {
                Some("the server cannot be reached: use the command line below".to_owned())
            }
        }
    }

    /// Whether what is on the screen may be wrong by now.
    pub fn is_old(self) -> bool {
        matches!(self, Freshness::Stale { .. } | Freshness::Down { .. })
    }
}
