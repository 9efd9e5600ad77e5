//! What came back from outside: the end of a step, or something seen. It does not know what follows
//! from it.

use crate::model::{Change, Digest, EffectId, Observation, Sha, Signature, SourceName, Span, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    Step {
        id: EffectId,
        result: StepResult,
    },
    Head(Head),
    SourceFailed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<SourceName>,
        why: String,
    },
    Observed(Observation),
    /// The wall clock was at `to` when it should have been at `from`.
    ClockStepped {
        from: Time,
        to: Time,
    },
}

/// How a step ended (DESIGN.md 4 and 5, rules 13 and 14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum StepResult {
    /// Exit 0.
    Succeeded {
        took: Span,
        artifact: Option<Artifact>,
    },
    /// Evidence against the change: any exit but 0 and 75, or the time limit.
    Failed { took: Span, why: String },
    /// Exit 75, or the machinery around the step did not work: no evidence, worth a retry.
    Infrastructure { took: Span, why: String },
    /// Nobody knows: the process was lost.
    Unknown { why: String },
}

/// A built thing, kept in the artifact store under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    pub digest: Digest,
    pub bytes: u64,
    /// The file's name as the build left it.
    pub file: String,
    /// The building server's word for what it is; none where none was given yet, which never
    /// reaches a target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// The branch as git showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// None for the main source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
    pub sha: Sha,
    /// The newest commit known before that this head descends from; none at the first look. It is
    /// not the last head when history was rewritten.
    pub base: Option<Sha>,
    /// The commits after `base`, oldest first; at the first look only the head itself.
    pub changes: Vec<Change>,
}
