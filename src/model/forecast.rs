//! What is expected to happen by itself from now on, and what it hangs on. An estimate from how
//! long the same work took before; how it is worked out is `engine::forecast`.

use crate::model::{Blocker, ReleaseId, StageName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    pub from: Time,
    /// In the order of time.
    pub moments: Vec<Moment>,
    /// What still waits when nothing moves by itself any more, each with all its blockers.
    pub waits: Vec<Wait>,
    /// What was taken for granted: an approval that will be given, a duration nobody has measured.
    pub assumes: Vec<String>,
    /// Whether the forecast ends because it looks no further, not because nothing more happens.
    pub cut_short: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    pub at: Time,
    pub stage: StageName,
    pub release: ReleaseId,
    pub event: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    Enters,
    AsksPeople,
    Passes,
    RolledBack,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wait {
    pub stage: StageName,
    pub release: ReleaseId,
    pub blockers: Vec<Blocker>,
}

impl Expected {
    /// The word for it, as in `r7 enters wave-1`.
    pub fn word(self) -> &'static str {
        match self {
            Expected::Enters => "enters",
            Expected::AsksPeople => "asks for approval in",
            Expected::Passes => "passes",
            Expected::RolledBack => "is rolled back in",
        }
    }
}
