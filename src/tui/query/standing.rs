//! What people have put in force and nobody should forget: holds and overrides. It stays on the
//! screen until it ends.

use crate::model::{Actor, HoldScope, Org, Pipeline, Time};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// `hold h3 of wave-1`, `override o1 at wave-1`.
    pub what: String,
    pub by: Actor,
    pub reason: String,
    pub expires: Option<Time>,
}

/// Holds and overrides that are in force now; without a pipeline only those of the organization.
pub fn standing_orders(pipeline: Option<&Pipeline>, org: &Org, now: Time) -> Vec<Standing> {
    let service = pipeline
        .and_then(|p| p.definition.as_ref())
        .map(|d| &d.service);
    let of_org = org.holds.values().filter(|hold| match &hold.scope {
        HoldScope::Organization => true,
        HoldScope::Service(held) => service.is_none_or(|service| service == held),
        HoldScope::Stage(_) | HoldScope::Pipeline => false,
    });
    let own = pipeline
        .into_iter()
        .flat_map(|pipeline| pipeline.guards.holds.values());
    let holds = of_org
        .chain(own)
        .filter(|hold| hold.is_active(now))
        .map(|hold| Standing {
            what: format!("hold {} of {}", hold.id, scope_word(&hold.scope)),
            by: hold.by.clone(),
            reason: hold.reason.clone(),
            expires: hold.expires,
        });
    let given = pipeline
        .into_iter()
        .flat_map(|pipeline| pipeline.guards.overrides.values());
    let overrides = given.filter(|o| now < o.expires).map(|o| Standing {
        what: format!("override {} at {}", o.id, o.stage),
        by: o.by.clone(),
        reason: o.reason.clone(),
        expires: Some(o.expires),
    });
    holds.chain(overrides).collect()
}

/// What a hold stops, in words.
pub(super) fn scope_word(scope: &HoldScope) -> String {
    match scope {
        HoldScope::Stage(stage) => stage.to_string(),
        HoldScope::Pipeline => "the pipeline".to_owned(),
        HoldScope::Service(service) => format!("service {service}"),
        HoldScope::Organization => "EVERYTHING".to_owned(),
    }
}
