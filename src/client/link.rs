//! The connection as a state machine that an operator can see, and what may be done in each state.
//! Pure: times and the random pause come in as arguments.
//!
//! ```text
//!  Connecting --connected--> Live --1.5 beats--> Slow --3 beats--> Stale
//!      ^  |                   ^------ heard ------'------ heard -----'
//!      |  '--closed--> Down <------------- closed (from any) --------'
//!      '--- retry ------'
//! ```

use crate::model::{Class, Span, Time};
use serde::{Deserialize, Serialize};

/// The first pause is drawn from up to this, each further one from up to twice as long.
const FIRST_PAUSE: u64 = 500;
/// Nobody at a terminal waits longer than this for a server that is back.
const LONGEST_PAUSE: u64 = 30_000;

/// What a screen says about the connection. `since` is when the stream opened, `last` when the
/// server was last heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    Connecting,
    Live {
        since: Time,
        last: Time,
    },
    Slow {
        since: Time,
        last: Time,
    },
    Stale {
        since: Time,
        last: Time,
    },
    Down {
        tries: u32,
        retry_at: Time,
        why: String,
    },
}

impl Link {
    pub fn word(&self) -> &'static str {
        match self {
            Link::Connecting => "CONNECTING",
            Link::Live { .. } => "LIVE",
            Link::Slow { .. } => "SLOW",
            Link::Stale { .. } => "STALE",
            Link::Down { .. } => "DOWN",
        }
    }

    /// How long the server has not been heard; none while there is no stream.
    pub fn age(&self, now: Time) -> Option<Span> {
        self.last().map(|last| now.since(last))
    }

    /// When the server was last heard on the open stream.
    pub fn last(&self) -> Option<Time> {
        match self {
            Link::Live { last, .. } | Link::Slow { last, .. } | Link::Stale { last, .. } => {
                Some(*last)
            }
            Link::Connecting | Link::Down { .. } => None,
        }
    }

    /// Whether a command of this class may be sent, else why not (UX.md, action gating).
    pub fn allows(&self, class: Class) -> Result<(), &'static str> {
        match (self, class) {
            (Link::Live { .. } | Link::Slow { .. }, _)
            | (Link::Stale { .. }, Class::Safer | Class::Restore) => Ok(()),
            (Link::Stale { .. }, Class::Riskier | Class::RuleBreaking) => {
                Err("the data is stale: only what makes things safer and rollback are allowed")
            }
            (Link::Connecting, _) => Err("not connected yet"),
            (Link::Down { .. }, _) => Err("the connection is down: nothing can be sent"),
        }
    }
}

/// Feeds the state machine.
#[derive(Debug, Clone)]
pub struct Monitor {
    heartbeat: Span,
    tries: u32,
    link: Link,
}

impl Monitor {
    /// Starts out connecting.
    pub fn new(heartbeat: Span) -> Self {
        Self {
            heartbeat,
            tries: 0,
            link: Link::Connecting,
        }
    }

    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Failed tries in a row. A connection counts as good only once the server was heard on it, so
    /// that one which is always closed at once is not retried without a pause.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// The stream is open, and its server beats this often.
    pub fn connected(&mut self, now: Time, heartbeat: Span) {
        self.heartbeat = heartbeat;
        self.link = Link::Live {
            since: now,
            last: now,
        };
    }

    pub fn heard(&mut self, now: Time) {
        self.tries = 0;
        let since = match self.link {
            Link::Live { since, .. } | Link::Slow { since, .. } | Link::Stale { since, .. } => {
                since
            }
            Link::Connecting | Link::Down { .. } => now,
        };
        self.link = Link::Live { since, last: now };
    }

    pub fn closed(&mut self, now: Time, why: String, pause: Span) {
        self.tries = self.tries.saturating_add(1);
        self.link = Link::Down {
            tries: self.tries,
            retry_at: now + pause,
            why,
        };
    }

    /// The pause is over, or somebody did not want to wait for its end.
    pub fn retry(&mut self) {
        self.link = Link::Connecting;
    }

    pub fn tick(&mut self, now: Time) {
        let (Link::Live { since, last } | Link::Slow { since, last } | Link::Stale { since, last }) =
            self.link
        else {
            return;
        };
        let age = now.since(last);
        self.link = if age > self.beats(6) {
            Link::Stale { since, last }
        } else if age > self.beats(3) {
            Link::Slow { since, last }
        } else {
            Link::Live { since, last }
        };
    }

    /// When [`Monitor::tick`] would change something next, if nothing is heard.
    pub fn deadline(&self) -> Option<Time> {
        let just_after = |last: Time, halves: u64| Some(last + self.beats(halves) + Span(1));
        match self.link {
            Link::Live { last, .. } => just_after(last, 3),
            Link::Slow { last, .. } => just_after(last, 6),
            Link::Connecting | Link::Stale { .. } | Link::Down { .. } => None,
        }
    }

    /// When a silent connection is given up: nobody knows a dead one from a slow one.
    pub fn give_up(&self) -> Option<Time> {
        self.link.last().map(|last| last + self.beats(12))
    }

    fn beats(&self, halves: u64) -> Span {
        Span(self.heartbeat.0.saturating_mul(halves) / 2)
    }
}

/// The most that the next pause may last; the pause itself is drawn from below it (full jitter), so
/// that a hundred terminals do not all come back at once.
pub fn longest_pause(tries: u32) -> Span {
    let doubled = FIRST_PAUSE.saturating_mul(1_u64 << tries.min(20));
    Span(doubled.min(LONGEST_PAUSE))
}
