//! `GET /v1/pipelines/{name}/windows`: when each stage lets releases in, over a while, and the rules
//! that say so. It has no behaviour.

use crate::model::{Span, Time, Timeline, WindowRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest while that one answer tells of.
pub const WINDOWS_MOST: Span = Span::hours(24 * 31);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Windows {
    pub now: Time,
    pub from: Time,
    pub to: Time,
    /// One for each stage with targets, in order.
    pub timelines: Vec<Timeline>,
    pub rules: Vec<WindowRule>,
}
