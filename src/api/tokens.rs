//! Bearer tokens: made, listed, revoked. The secret is in one answer, and nowhere else.

use crate::model::{Actor, Grant, Span, Time, TokenName, TokenTerms};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    pub name: TokenName,
    #[serde(flatten)]
    pub terms: TokenTerms,
    pub made: Time,
    pub by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Revoked {
    pub at: Time,
    pub by: Actor,
}

/// Asks for a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenRequest {
    pub name: TokenName,
    /// None: called as the token is.
    #[serde(default)]
    pub actor: Option<Actor>,
    #[serde(flatten)]
    pub grant: Grant,
    /// None: it does not expire.
    pub lasts: Option<Span>,
}

/// A token that was just made, with what opens the door.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenMade {
    pub token: Token,
    pub secret: String,
}

/// Asks that a token counts no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokeRequest {
    pub name: TokenName,
}

impl Token {
    /// Whether it opens the door.
    pub fn is_good(&self, now: Time) -> bool {
        self.revoked.is_none() && !self.terms.ended(now)
    }

    /// Since when it does not; none while it does.
    pub fn ended(&self, now: Time) -> Option<Time> {
        let revoked = self.revoked.as_ref().map(|revoked| revoked.at);
        let expired = self.terms.expires.filter(|expires| *expires <= now);
        revoked.into_iter().chain(expired).min()
    }
}

impl fmt::Debug for TokenMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = &self.token;
        f.debug_struct("TokenMade")
            .field("token", token)
            .finish_non_exhaustive()
    }
}
