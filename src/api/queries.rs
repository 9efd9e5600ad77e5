//! What may stand behind the question mark of a path. It has no behaviour.

use crate::model::Time;
use schemars::JsonSchema;
use serde::Deserialize;

/// A page of the entries of a pipeline or of the organization.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// The revision before the first entry.
    #[serde(default)]
    pub after: u64,
    /// How many at the most: 100 unless told, never more than 1000.
    pub limit: Option<u32>,
}

/// A while of at most 31 days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowsQuery {
    /// The last midnight in UTC unless told.
    pub from: Option<Time>,
    /// A day after `from` unless told.
    pub to: Option<Time>,
}

/// A piece of a log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    /// The first byte.
    #[serde(default)]
    pub from: u64,
    /// Seconds to wait for bytes, when there are none yet; never more than 20.
    #[serde(default)]
    pub wait: u64,
}

/// The time and the pipelines that a report is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryQuery {
    /// How many days back: 30 unless told.
    pub days: Option<u32>,
    /// The team whose pipelines count; all unless told.
    pub owner: Option<String>,
}

/// What a stream begins with and tells of.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// The cursor to go on after: the present unless told. A `Last-Event-ID` header is newer.
    pub after: Option<String>,
    /// The pipelines whose facts are wanted too, with commas between them.
    #[serde(default)]
    pub pipelines: String,
}
