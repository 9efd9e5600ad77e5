//! The dry run of a command: what would happen, what to think of first, and a digest. Committing a
//! command names the digest, so what was confirmed is what is done (DESIGN.md 5, rule 15).

use crate::model::{Class, Command, Fingerprint, PipelineName, Revision, Span, StageName};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// None for a command to the organization.
    pub pipeline: Option<PipelineName>,
    pub command: Command,
    pub class: Class,
    /// One sentence: `roll wave-1 back from r7 to r5`.
    pub title: String,
    pub rows: Vec<PlanRow>,
    /// What else happens, and what does not.
    pub notes: Vec<String>,
    /// What a careful person would want to know before the button.
    pub warnings: Vec<String>,
    /// What must be typed by hand to confirm; none for the safer class.
    pub confirm: Option<String>,
    pub revision: Revision,
    pub digest: Fingerprint,
}

/// What happens to one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRow {
    pub stage: StageName,
    pub now: String,
    pub after: String,
    pub targets: usize,
    pub estimate: Option<Span>,
    pub note: String,
}
