//! Tokens as an admin sees them: making, listing, revoking.

use crate::{
    api::{self, RevokeRequest, Token, TokenMade, TokenRequest},
    client::{Client, ClientError},
};

impl Client {
    pub async fn tokens(&self) -> Result<Vec<Token>, ClientError> {
        self.get("listing tokens", api::TOKENS).await
    }

    /// Without an answer there may be a token whose secret nobody has: revoke it.
    pub async fn make_token(&self, request: &TokenRequest) -> Result<TokenMade, ClientError> {
        self.post("making a token", api::TOKENS, request).await
    }

    pub async fn revoke_token(&self, request: &RevokeRequest) -> Result<Token, ClientError> {
        self.post("revoking a token", api::TOKENS_REVOKE, request)
            .await
    }
}
