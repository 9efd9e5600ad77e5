//! What is true of the whole organization: who is in which group, and the stops that reach more
//! than one pipeline. Folded from the organization's own stream.

use crate::model::{
    Actor, Entry, Fact, GroupName, Hold, HoldId, HoldScope, Impossible, Revision, ServiceName, Time,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    pub revision: Revision,
    pub at: Time,
    pub groups: BTreeMap<GroupName, Vec<Actor>>,
    pub holds: BTreeMap<HoldId, Hold>,
    pub holds_placed: u32,
}

impl Org {
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Impossible> {
        if entry.revision != self.revision.next() {
            return Err(Impossible::Gap {
                have: self.revision,
                got: entry.revision,
            });
        }
        self.fold(entry.at, &entry.fact)?;
        self.revision = entry.revision;
        Ok(())
    }

    /// Adds one fact without an entry around it: for drafts, which have no revision yet.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other fact belongs to a pipeline's stream"
    )]
    pub fn fold(&mut self, at: Time, fact: &Fact) -> Result<(), Impossible> {
        match fact {
            Fact::GroupsDefined { groups } => self.groups.clone_from(groups),
            Fact::HoldPlaced { id, .. } => {
                self.holds
                    .extend(Hold::placed(at, fact).map(|hold| (*id, hold)));
                self.holds_placed = self.holds_placed.max(id.0);
            }
            Fact::HoldLifted { id, .. } => {
                self.holds.remove(id).ok_or(Impossible::Missing("hold"))?;
            }
            Fact::CommandAccepted { .. } | Fact::CommandRefused { .. } => {}
            other => return Err(Impossible::stray(other)),
        }
        self.at = self.at.max(at);
        Ok(())
    }

    /// Holds that reach the pipelines of a service at `now`.
    pub fn holds_on(&self, service: &ServiceName, now: Time) -> impl Iterator<Item = &Hold> {
        self.holds.values().filter(move |hold| {
            let reaches = match &hold.scope {
                HoldScope::Organization => true,
                HoldScope::Service(held) => held == service,
                HoldScope::Pipeline | HoldScope::Stage(_) => false,
            };
            reaches && hold.is_active(now)
        })
    }

    /// Whether somebody is in a group.
    pub fn is_member(&self, actor: &Actor, group: &GroupName) -> bool {
        self.groups
            .get(group)
            .is_some_and(|members| members.contains(actor))
    }
}
