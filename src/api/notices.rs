//! How the routes do on which people are told.

use crate::model::{RouteName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One route: what waits on it, and how well it delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RouteState {
    pub route: RouteName,
    /// What it is and where it leads, without secrets.
    pub to: String,
    /// Notices that have not been delivered.
    pub waiting: usize,
    /// When the oldest of them happened.
    pub oldest: Option<Time>,
    /// When something is told next, where quiet hours or the rate keep it back.
    pub held_until: Option<Time>,
    /// Since the route is there, over restarts.
    pub delivered: u64,
    /// Neither delivered nor waiting: refused, too old, or too many.
    pub given_up: u64,
    pub last_success: Option<Time>,
    /// When and why a notice was given up last.
    pub last_given_up: Option<(Time, String)>,
    pub failing: Option<Failing>,
}

/// The notice that is under way does not get there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failing {
    pub since: Time,
    pub tries: u32,
    /// Why the last try failed.
    pub why: String,
    pub again_at: Time,
}

impl RouteState {
    /// Whether somebody should look after it: it fails, or what it gave up was never made good.
    pub fn is_troubled(&self) -> bool {
        let given_up = self.last_given_up.as_ref().map(|(at, _)| *at);
        self.failing.is_some() || given_up > self.last_success
    }
}

/// Asks for a notice that tries a route out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestRequest {
    pub route: RouteName,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestAnswer {
    /// Why it was not delivered; none when it was.
    pub failed: Option<String>,
}
