//! `GET /v1/pipelines/{name}/alarms`: everything there is to see of a pipeline's alarms. It has no
//! behaviour.

use crate::model::{AlarmSight, Span, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alarms {
    pub now: Time,
    /// How often they are read.
    pub every: Span,
    /// A reading older than this is no data.
    pub max_age: Span,
    /// The most urgent first.
    pub alarms: Vec<AlarmSight>,
}
