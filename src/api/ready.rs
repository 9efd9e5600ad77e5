//! `GET /readyz`: what is checked, and whether it holds. It has no behaviour.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ready {
    /// Whether all of them hold; with status 503 they do not.
    pub ready: bool,
    pub checks: BTreeMap<String, Check>,
    /// Why the server itself had to stop the line; it is ready all the same.
    pub on_hold: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    pub ok: bool,
    /// What it says where it holds.
    pub means: String,
}
