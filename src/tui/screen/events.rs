//! The screen of what happened, and which kinds of events it lists.

use crate::model::{PipelineName, Revision};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsScreen {
    pub pipeline: PipelineName,
    /// None follows the newest.
    pub selected: Option<Revision>,
    /// Text of `/`: words, `kind:`, `who:`, `stage:`, `since:2h`.
    pub filter: String,
    pub kinds: EventKinds,
}

/// Which kinds of events are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKinds {
    #[default]
    All,
    /// What people asked for and decided, and what was refused.
    People,
    /// Releases, attempts and rollbacks, without their single steps.
    Releases,
    /// Alarms, and what stops releases.
    Stops,
}

impl EventKinds {
    pub fn word(self) -> &'static str {
        match self {
            EventKinds::All => "all",
            EventKinds::People => "people",
            EventKinds::Releases => "releases",
            EventKinds::Stops => "stops",
        }
    }

    pub fn next(self) -> Self {
        match self {
            EventKinds::All => EventKinds::People,
            EventKinds::People => EventKinds::Releases,
            EventKinds::Releases => EventKinds::Stops,
            EventKinds::Stops => EventKinds::All,
        }
    }

    /// Whether a kind, as facts tell it, is among them.
    pub fn shows(self, kind: &str) -> bool {
        match self {
            EventKinds::All => true,
            EventKinds::People => matches!(
                kind,
                "ACTION" | "REFUSED" | "APPROVE" | "REJECT" | "HOLD" | "OVERRIDE" | "TICKET"
            ),
            EventKinds::Releases => matches!(
                kind,
                "RELEASE" | "START" | "PASS" | "FAIL" | "PAUSE" | "RESUME" | "ROLLBACK" | "WAIT"
            ),
            EventKinds::Stops => matches!(
                kind,
                "ALARM" | "HOLD" | "OVERRIDE" | "QUARANTINE" | "CLOCK" | "SOURCE"
            ),
        }
    }
}
