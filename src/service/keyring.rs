//! The bearer tokens that admins made: the digest of each secret, with whose it is and how long it
//! counts, in one file of the state directory that only the server's user can read. The secrets are
//! nowhere. Revoked and expired ones stay for a while, so that what they did can be explained. It does
//! not know the journal; the organization keeps the two together.
//!
//! A plain SHA-256 is enough: a secret is 256 random bits, which nobody guesses, fast or slow.

use crate::{
    api::{Revoked, Token, TokenMade, TokenRequest},
    durable, entropy,
    model::{Actor, Digest, Time, TokenName, TokenTerms},
    secret,
    service::{ServiceError, TokenError},
};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{self, ErrorKind, Read as _},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::watch, task::spawn_blocking};

/// The name of the file in the state directory.
const FILE: &str = "tokens.json";

/// By this a secret is known where it should not be: in a repository, a log, a chat.
const PREFIX: &str = "pilothouse_";

/// Each request is held against all of them, which takes microseconds.
const TOKENS_MOST: usize = 1_000;

/// Far more than so many tokens take.
const FILE_MOST: u64 = 4 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Keyring {
    path: PathBuf,
    keys: watch::Sender<Arc<Vec<Key>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Key {
    #[serde(flatten)]
    token: Token,
    digest: Digest,
}

impl Keyring {
    /// Reads the tokens of a state directory, of which there may be none.
    pub(super) fn open(state: &Path) -> Result<Self, ServiceError> {
        let path = state.join(FILE);
        let keys = read(&path).map_err(|why| ServiceError::Tokens {
            path: path.clone(),
            why,
        })?;
        Ok(Self {
            path,
            keys: watch::Sender::new(Arc::new(keys)),
        })
    }

    /// The token whose secret this is, if it counts, with the digest that tells it from a later one
    /// of the same name. Takes as long whichever it is.
    pub(super) fn find(&self, given: &str, now: Time) -> Option<(Token, Digest)> {
        let digest = Digest::of(given.as_bytes());
        let keys = self.keys.borrow();
        let mut found = None;
        for key in keys.iter() {
            if secret::same(digest.as_str(), key.digest.as_str()) {
                found = Some(key);
            }
        }
        let found = found.filter(|key| key.token.is_good(now))?;
        Some((found.token.clone(), found.digest.clone()))
    }

    /// All that are kept, by name.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let keys = self.keys.borrow();
        keys.iter().map(|key| key.token.clone()).collect()
    }

    /// The keys with a new one, and its secret; nothing is changed yet.
    pub(super) fn with_new(
        &self,
        asked: TokenRequest,
        (by, now): (Actor, Time),
    ) -> Result<(Vec<Key>, TokenMade), TokenError> {
        if !asked.grant.role.has_teams() && !asked.grant.teams.is_empty() {
            return Err(TokenError::Teams {
                role: asked.grant.role,
            });
        }
        let mut keys = self.kept(now);
        if let Some(known) = keys.iter().position(|key| key.token.name == asked.name) {
            if keys[known].token.is_good(now) {
                return Err(TokenError::Taken { name: asked.name });
            }
            keys.remove(known);
        }
        if keys.len() >= TOKENS_MOST {
            return Err(TokenError::TooMany { most: TOKENS_MOST });
        }
        let random = entropy::hex(32).map_err(|source| self.failed(source))?;
        let secret = format!("{PREFIX}{random}");
        let actor = asked
            .actor
            .or_else(|| Actor::parse(asked.name.as_str()).ok());
        let terms = TokenTerms {
            actor: actor.unwrap_or_else(|| by.clone()),
            grant: asked.grant,
            expires: asked.lasts.map(|lasts| now + lasts),
        };
        let token = Token {
            name: asked.name,
            terms,
            made: now,
            by,
            revoked: None,
        };
        keys.push(Key {
            token: token.clone(),
            digest: Digest::of(secret.as_bytes()),
        });
        Ok((keys, TokenMade { token, secret }))
    }

    /// The keys with one that counts no longer; nothing is changed yet.
    pub(super) fn with_revoked(
        &self,
        name: &TokenName,
        (by, now): (Actor, Time),
    ) -> Result<(Vec<Key>, Token), TokenError> {
        let mut keys = self.kept(now);
        let Some(key) = keys.iter_mut().find(|key| key.token.name == *name) else {
            let known = keys.into_iter().map(|key| key.token.name);
            return Err(TokenError::Unknown {
                name: name.clone(),
                known: known.collect(),
            });
        };
        key.token.revoked.get_or_insert(Revoked { at: now, by });
        let token = key.token.clone();
        Ok((keys, token))
    }

    /// Only what is on the disk counts. The organization's task alone does this.
    pub(super) async fn exchange(&self, mut keys: Vec<Key>) -> Result<(), TokenError> {
        keys.sort_by(|a, b| a.token.name.cmp(&b.token.name));
        let (path, written) = (self.path.clone(), keys.clone());
        let work = spawn_blocking(move || write(&path, &written)).await;
        let done = work.unwrap_or_else(|broken_off| Err(io::Error::other(broken_off)));
        done.map_err(|source| self.failed(source))?;
        self.keys.send_replace(Arc::new(keys));
        Ok(())
    }

    /// Returns when the token with this digest is revoked.
    pub(super) async fn revoked(&self, digest: &Digest) {
        let is_revoked = |keys: &Arc<Vec<Key>>| {
            let key = keys.iter().find(|key| key.digest == *digest);
            key.is_none_or(|key| key.token.revoked.is_some())
        };
        // An error means that the keyring is gone, and with it every token.
        let _gone = self.keys.subscribe().wait_for(is_revoked).await.is_err();
    }

    fn kept(&self, now: Time) -> Vec<Key> {
        let keys = self.keys.borrow();
        let kept = keys.iter().filter(|key| {
            let ended = key.token.ended(now);
            ended.is_none_or(|ended| now.since(ended) < TokenTerms::KEPT)
        });
        kept.cloned().collect()
    }

    fn failed(&self, source: io::Error) -> TokenError {
        TokenError::NotKept {
            path: self.path.clone(),
            source,
        }
    }
}

fn read(path: &Path) -> Result<Vec<Key>, String> {
    let mut file = match File::open(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        opened => opened.map_err(|why| why.to_string())?,
    };
    let about = file.metadata().map_err(|why| why.to_string())?;
    if !about.is_file() || about.permissions().mode() & 0o077 != 0 {
        return Err(
            "must be a file that only its owner can read and write (chmod 600), else others may \
             have given themselves a role: look at what it holds first"
                .to_owned(),
        );
    }
    let mut text = String::new();
    (&mut file)
        .take(FILE_MOST)
        .read_to_string(&mut text)
        .map_err(|why| why.to_string())?;
    serde_json::from_str(&text).map_err(|why| {
        format!("is damaged: {why}; restore it, or remove it and make the tokens anew")
    })
}

fn write(path: &Path, keys: &[Key]) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(keys)?;
    durable::replace(path, &path.with_extension("json.new"), &[&text])
}
