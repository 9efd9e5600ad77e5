//! What Alertmanager's webhook sends (version 4), read as far as an alarm needs it. It is taken as a
//! whole or not at all.

use crate::model::{Span, Time};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Clocks may differ by this much; an alert that begins or ends later than now says nothing.
const SKEW: Span = Span::minutes(1);

pub(super) type Labels = BTreeMap<String, String>;

#[derive(Debug, Deserialize)]
pub(super) struct Payload {
    version: String,
    /// Alerts that were left out.
    #[serde(rename = "truncatedAlerts", default)]
    pub(super) left_out: u64,
    pub(super) alerts: Vec<Alert>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    pub(super) status: Status,
    pub(super) fingerprint: String,
    pub(super) labels: Labels,
    pub(super) starts_at: Time,
    /// Long ago for one that fires.
    pub(super) ends_at: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Firing,
    Resolved,
}

impl Payload {
    pub(super) fn read(body: &[u8], now: Time) -> Result<Self, String> {
        let payload: Payload = serde_json::from_slice(body)
            .map_err(|why| format!("is not what Alertmanager pushes: {why}"))?;
        if payload.version != "4" {
            let version: String = payload.version.chars().take(20).collect();
            return Err(format!("is of version {version:?}; only 4 is known"));
        }
        let ends = |alert: &Alert| match alert.status {
            Status::Firing => alert.starts_at,
            Status::Resolved => alert.ends_at,
        };
        let moments = payload.alerts.iter();
        let latest = moments.map(|alert| alert.starts_at.max(ends(alert))).max();
        if let Some(latest) = latest.filter(|latest| latest.since(now) > SKEW) {
            return Err(format!("tells of {latest}, and here it is {now}"));
        }
        Ok(payload)
    }
}
