//! Tokens, as the organization makes and revokes them: each in the journal as well as in the keyring's
//! file, in the order in which no token ever opens a door that the journal does not name. It does not
//! know who may do it.
//!
//! A new one is journaled before its file is written, one that is revoked after. Whatever breaks off
//! in between is told from the difference between the two, at the next start at the latest.

use crate::{
    api::{Token, TokenMade, TokenRequest},
    journal::WriterError,
    model::{Actor, Fact, Time, TokenName, TokenTerms},
    service::{CommandError, TokenError, organization::Organization},
};
use std::collections::BTreeMap;

impl Organization {
    pub(super) async fn make_token(
        &mut self,
        asked: TokenRequest,
        by: Actor,
    ) -> Result<TokenMade, TokenError> {
        let (org, now) = self.now();
        let (keys, made) = self.keyring.with_new(asked, (by, now))?;
        self.record(&org, now, vec![told(&made.token)], None)
            .await?;
        if let Err(why) = self.keyring.exchange(keys).await {
            // It never opened anything, and the journal does not let it stand.
            self.tell_tokens().await?;
            return Err(why);
        }
        Ok(made)
    }

    /// Revoking one that is revoked already changes nothing.
    pub(super) async fn revoke_token(
        &mut self,
        name: &TokenName,
        by: Actor,
    ) -> Result<Token, TokenError> {
        let (_, now) = self.now();
        let (keys, token) = self.keyring.with_revoked(name, (by, now))?;
        self.keyring.exchange(keys).await?;
        self.tell_tokens().await?;
        Ok(token)
    }

    /// Journals what is true of the tokens and was not told yet.
    pub(super) async fn tell_tokens(&mut self) -> Result<(), WriterError> {
        let (org, now) = self.now();
        let facts = untold(&org.tokens, &self.keyring.tokens(), now);
        self.record(&org, now, facts, None).await?;
        Ok(())
    }
}

/// The tokens that the journal does not know as they are, and those that it knows and that are gone.
fn untold(known: &BTreeMap<TokenName, TokenTerms>, tokens: &[Token], now: Time) -> Vec<Fact> {
    let ended = known.iter().filter_map(|(name, terms)| {
        let by = match tokens.iter().find(|token| token.name == *name) {
            Some(token) => Some(token.revoked.as_ref()?.by.clone()),
            None if terms.ended(now) => return None,
            None => None,
        };
        let name = name.clone();
        Some(Fact::TokenRevoked { name, by })
    });
    let good = tokens.iter().filter(|token| token.is_good(now));
    let new = good.filter(|token| known.get(&token.name) != Some(&token.terms));
    ended.chain(new.map(told)).collect()
}

fn told(token: &Token) -> Fact {
    Fact::TokenMade {
        name: token.name.clone(),
        terms: token.terms.clone(),
        by: token.by.clone(),
    }
}

impl From<WriterError> for TokenError {
    fn from(why: WriterError) -> Self {
        CommandError::from(why).into()
    }
}
