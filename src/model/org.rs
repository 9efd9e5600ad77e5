//! What is true of the whole organization: who is in which group, and the stops that reach more
//! than one pipeline. Folded from the organization's own stream.

use crate::model::{
    Actor, Entry, Fact, GroupName, Hold, HoldCause, HoldId, HoldScope, Impossible, OnCall,
    PipelineName, Revision, Rota, ServiceName, Span, TeamName, Time, TokenName, TokenTerms,
    opening::share,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Org {
    pub revision: Revision,
    pub at: Time,
    pub groups: BTreeMap<GroupName, Vec<Actor>>,
    /// Who is on call for the pipelines of each team.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rotas: BTreeMap<TeamName, Rota>,
    /// The tokens that were made and not revoked, and for a while those that expired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<TokenName, TokenTerms>,
    pub holds: BTreeMap<HoldId, Hold>,
    pub holds_placed: u32,
    /// Within how long after a stop of the whole line its pipelines begin again.
    #[serde(default)]
    pub drain: Span,
    /// When the last stop of the whole line ended.
    #[serde(default)]
    pub released: Option<Time>,
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
            Fact::DrainDefined { drain } => self.drain = *drain,
            Fact::RotasDefined { rotas } => self.rotas.clone_from(rotas),
            Fact::TokenMade { name, terms, .. } => {
                let kept = |terms: &TokenTerms| {
                    let expires = terms.expires;
                    expires.is_none_or(|expires| at < expires + TokenTerms::KEPT)
                };
                self.tokens.retain(|_, terms| kept(terms));
                self.tokens.insert(name.clone(), terms.clone());
            }
            Fact::TokenRevoked { name, .. } => drop(self.tokens.remove(name)),
            Fact::HoldLifted { id, .. } => {
                let hold = self.holds.remove(id).ok_or(Impossible::Missing("hold"))?;
                if hold.scope == HoldScope::Organization {
                    let ended = hold.expires.map_or(at, |expires| expires.min(at));
                    self.released = self.released.max(Some(ended));
                }
            }
            Fact::Reloaded { .. } | Fact::CommandAccepted { .. } | Fact::CommandRefused { .. } => {}
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

    /// Whether what is owed may be run: not as long as nobody has said that the state, which comes
    /// from a backup, is still true of the targets.
    pub fn is_confirmed(&self) -> bool {
        let mut holds = self.holds.values();
        holds.all(|hold| hold.cause != HoldCause::Restore)
    }

    /// When the last stop of the whole line ended, if none stands. One that has run out counts
    /// before anybody has recorded it, so that nothing starts in between.
    pub fn released(&self, now: Time) -> Option<Time> {
        let stops = || {
            let holds = self.holds.values();
            holds.filter(|hold| hold.scope == HoldScope::Organization)
        };
        if stops().any(|hold| hold.is_active(now)) {
            return None;
        }
        let run_out = stops().filter_map(|hold| hold.expires).max();
        self.released.max(run_out)
    }

    /// When it is a pipeline's turn to go on after the last stop of the line; none when there was
    /// none, or while one stands.
    pub fn turn_of(&self, pipeline: &PipelineName, now: Time) -> Option<Time> {
        let released = self.released(now)?;
        Some(released + share(pipeline, self.drain))
    }

    /// Who is on call for a team's pipelines, and who comes next; none for a team without a rota.
    pub fn on_call(&self, team: &TeamName, now: Time) -> Option<OnCall<'_>> {
        self.rotas.get(team).map(|rota| rota.on_call(now))
    }

    /// Who is on call for a team's pipelines alone.
    pub fn who_is_on_call(&self, team: &TeamName, now: Time) -> Option<&Actor> {
        self.rotas.get(team)?.who(now)
    }

    /// Whether somebody is in a group.
    pub fn is_member(&self, actor: &Actor, group: &GroupName) -> bool {
        self.groups
            .get(group)
            .is_some_and(|members| members.contains(actor))
    }
}
