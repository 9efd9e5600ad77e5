//! Operators who come with a token that an OpenID Connect issuer signed: over TCP and TLS, beside
//! the tokens of our own. What they may do, `[[access]]` says. It knows no requests, and logs in
//! nobody: whoever shows a token got it elsewhere.

mod cache;
mod keys;
mod token;

use crate::{
    model::{Actor, Time},
    server::ServerError,
};
use cache::Cache;
use keys::Unfit;
use std::sync::Arc;

/// What is expected of tokens.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Their `iss`, letter by letter.
    pub issuer: String,
    /// Must be in their `aud`.
    pub audience: String,
    /// Where the issuer's keys are (JWKS): an address, or the path of a file.
    pub keys: String,
    /// The claim with the operator's name.
    pub name: String,
    /// The claim with the groups.
    pub groups: String,
}

/// One issuer whose tokens are taken. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Issuer {
    expected: Arc<Expected>,
    cache: Cache,
}

/// Who showed a good token.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) who: Actor,
    /// As the issuer calls them.
    pub(super) groups: Vec<String>,
    /// The token counts no longer then.
    pub(super) until: Time,
}

impl Issuer {
    /// The keys are got when the first token comes.
    ///
    /// # Errors
    /// When the keys would come over the network in clear text.
    pub fn new(expected: Expected) -> Result<Self, ServerError> {
        let cache = Cache::of(&expected.keys)?;
        Ok(Self {
            expected: Arc::new(expected),
            cache,
        })
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// Why it is not good, for the log alone: it repeats nothing that is secret.
    pub(super) async fn check(&self, text: &str, now: Time) -> Result<Shown, String> {
        let token = token::parse(text)?;
        let keys = self.cache.keys(token.key.as_deref()).await?;
        keys.check(&token).map_err(|unfit| match unfit {
            Unfit::NoKey => "its key is none of the issuer's".to_owned(),
            Unfit::Signature => "its signature is wrong".to_owned(),
        })?;
        token.shown(&self.expected, now)
    }
}
