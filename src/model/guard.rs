//! What people and rollbacks put in the way, and the permissions to pass: holds, overrides,
//! quarantine, tickets. What blocks at a given moment is the query in `blocker`.

use crate::model::{
    Actor, BlockerId, Fact, HoldId, OverrideId, ReleaseId, ServiceName, Sha, StageName, TicketId,
    Time,
};
use serde::{Deserialize, Serialize};

/// A person's stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub id: HoldId,
    pub scope: HoldScope,
    pub by: Actor,
    pub at: Time,
    pub reason: String,
    pub expires: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldScope {
    Stage(StageName),
    Pipeline,
    /// Every pipeline of a service; kept in the organization's stream.
    Service(ServiceName),
    /// Stop the line; kept in the organization's stream.
    Organization,
}

/// A recorded permission to pass named blockers for one release and one stage (rule 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub id: OverrideId,
    pub blockers: Vec<BlockerId>,
    pub stage: StageName,
    pub release: ReleaseId,
    pub by: Actor,
    pub at: Time,
    pub expires: Time,
    pub reason: String,
    pub ticket: Option<String>,
}

impl Hold {
    /// The hold that a fact placed at `at`; none for any other fact.
    pub fn placed(at: Time, fact: &Fact) -> Option<Self> {
        let Fact::HoldPlaced {
            id,
            scope,
            by,
            reason,
            lasts,
        } = fact
        else {
            return None;
        };
        Some(Self {
            id: *id,
            scope: scope.clone(),
            by: by.clone(),
            at,
            reason: reason.clone(),
            expires: lasts.map(|lasts| at + lasts),
        })
    }

    /// Whether it still holds at `now`.
    pub fn is_active(&self, now: Time) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Override {
    /// Whether it lets `release` into `stage` past a blocker that has stood since `since`. One that
    /// arose after the override was given blocks again.
    pub fn covers(
        &self,
        (stage, release): (&StageName, ReleaseId),
        (blocker, since): (&BlockerId, Time),
        now: Time,
    ) -> bool {
        self.stage == *stage
            && self.release == release
            && self.blockers.contains(blocker)
            && since <= self.at
            && now < self.expires
    }
}

/// A change that was rolled back; no release containing it may deploy (rule 12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    pub change: Sha,
    /// The release whose rollback put it here.
    pub release: ReleaseId,
    pub at: Time,
    pub why: String,
}

/// What on-call must deal with (rule 16). One per cause: the same cause does not open a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    pub cause: String,
    pub title: String,
    pub stage: StageName,
    pub release: ReleaseId,
    pub opened: Time,
    pub resolved: Option<Time>,
}
