//! What a change of the definition files does to one pipeline, value by value. It does not know how
//! definitions are written or compared.

use crate::model::PipelineName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of one pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Redefinition {
    pub pipeline: PipelineName,
    pub change: RedefinitionKind,
    /// Empty for a pipeline that is new or gone, and where only the order of things differs.
    pub differences: Vec<Difference>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedefinitionKind {
    New,
    Changed,
    Gone,
}

/// One effective value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// `stage.gamma.deploy.timeout`.
    pub path: String,
    /// As TOML would write it; none when it was not there.
    pub old: Option<String>,
    /// None when it is gone.
    pub new: Option<String>,
    /// `file:line` of the new value, else of the old one; none when that is a default.
    pub place: Option<String>,
    /// Whether a guard is weaker than before: fewer windows or alarms, a shorter bake, a smaller
    /// or missing approval.
    pub loosens: bool,
}
