//! Who may do what, as far as the service knows: the rules for those at the socket, the tokens of
//! everybody else, and whose a pipeline is. It does not know how somebody came here, and refuses
//! nothing; the server does.

use crate::{
    api::{Token, TokenMade, TokenRequest},
    model::{Access, AccessRule, Actor, Digest, Groups, PipelineName, TeamName, TokenName},
    service::{Service, TokenError},
};
use std::sync::{Arc, PoisonError};
use tokio::time::sleep;

impl Service {
    /// What the rules grant to a login with the groups that came with it; none when there are no rules.
    pub fn access(&self, login: &Actor, came_with: Groups<'_>) -> Option<Access> {
        let rules = Arc::clone(&self.running.access());
        if rules.is_empty() {
            return None;
        }
        let org = self.running.shared.org.borrow();
        Some(Access::by(&rules, &org.groups, (login, came_with)))
    }

    /// The team that a pipeline belongs to; none when there is no such pipeline.
    pub fn owner(&self, pipeline: &PipelineName) -> Option<TeamName> {
        self.running.shared.hub.owner(pipeline)
    }

    /// The token whose secret this is, if it counts now, with the digest that is its alone.
    pub fn token(&self, secret: &str) -> Option<(Token, Digest)> {
        self.running.keyring.find(secret, self.now())
    }

    /// All tokens, those too that counted until lately.
    pub fn tokens(&self) -> Vec<Token> {
        self.running.keyring.tokens()
    }

    pub async fn make_token(
        &self,
        asked: TokenRequest,
        by: Actor,
    ) -> Result<TokenMade, TokenError> {
        let made = self.running.organization.make_token(asked, by).await?;
        let token = &made.token;
        tracing::info!(name = %token.name, terms = %token.terms, by = %token.by, "a token was made");
        Ok(made)
    }

    pub async fn revoke_token(&self, name: &TokenName, by: Actor) -> Result<Token, TokenError> {
        let organization = &self.running.organization;
        let token = organization.revoke_token(name.clone(), by.clone()).await?;
        tracing::info!(%name, %by, "a token was revoked");
        Ok(token)
    }

    /// Returns when a token counts no longer.
    pub async fn token_ended(&self, token: &Token, digest: &Digest) {
        let expired = async {
            match token.terms.expires {
                Some(expires) => sleep(expires.since(self.now()).std()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = expired => {}
            () = self.running.keyring.revoked(digest) => {}
        }
    }

    pub(super) fn grant(&self, rules: Vec<AccessRule>) {
        *self.running.access() = rules.into();
    }
}

impl super::Running {
    /// Never held while waiting for anything.
    fn access(&self) -> std::sync::MutexGuard<'_, Arc<[AccessRule]>> {
        self.access.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
