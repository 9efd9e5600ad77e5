//! An issuer's public keys (JWKS, RFC 7517), and whether one of them signed a token. A key takes the
//! one kind of signature that it is made for, whatever a token says. It does not know where they are.

use crate::{
    model::from_base64_url,
    server::oidc::token::{Algorithm, Token},
};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value as Json;

/// An issuer has a handful.
const KEYS_MOST: usize = 64;

/// All usable keys of an issuer.
#[derive(Debug)]
pub(super) struct Keys(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    made: Made,
}

#[derive(Debug)]
enum Made {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point of P-256, uncompressed.
    Ecdsa(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// Why no key vouches for a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    NoKey,
    Signature,
}

#[derive(Debug, Deserialize)]
struct Written {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// Those of a document that are of a kind that is taken; others are passed over, as they should
    /// be.
    pub(super) fn parse(document: &[u8]) -> Result<Self, String> {
        let wrong = |why: &str| format!("what is there are no keys (JWKS): {why}");
        let document: Json =
            serde_json::from_slice(document).map_err(|why| wrong(&why.to_string()))?;
        let all = document["keys"].as_array();
        let all = all.ok_or_else(|| wrong("there is no list `keys`"))?;
        let keys = all.iter().take(KEYS_MOST).filter_map(key).collect();
        Ok(Self(keys))
    }

    pub(super) fn knows(&self, id: Option<&str>) -> bool {
        self.0.iter().any(|key| key.is(id))
    }

    /// Whether a key that the token may mean signed it. One without an id may mean any.
    pub(super) fn check(&self, token: &Token<'_>) -> Result<(), Unfit> {
        let meant = self.0.iter().filter(|key| key.is(token.key.as_deref()));
        let fits: Vec<&Key> = meant.filter(|key| key.takes(token.algorithm)).collect();
        if fits.is_empty() {
            return Err(Unfit::NoKey);
        }
        let signed = fits.iter().any(|key| key.signed(token));
        if signed {
            Ok(())
        } else {
            Err(Unfit::Signature)
        }
    }
}

impl Key {
    fn is(&self, id: Option<&str>) -> bool {
        id.is_none() || self.id.as_deref() == id
    }

    fn takes(&self, algorithm: Algorithm) -> bool {
        match self.made {
            Made::Rsa { .. } => algorithm == Algorithm::Rsa,
            Made::Ecdsa(_) => algorithm == Algorithm::Ecdsa,
            Made::Ed25519(_) => algorithm == Algorithm::Ed25519,
        }
    }

    fn signed(&self, token: &Token<'_>) -> bool {
        let (message, signature) = (token.signed, &token.signature);
        let done = match &self.made {
            Made::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            Made::Ecdsa(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Made::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
        };
        done.is_ok()
    }
}

fn key(written: &Json) -> Option<Key> {
    let written = Written::deserialize(written).ok()?;
    if written.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let bytes = |text: Option<String>| from_base64_url(&text?);
    let (algorithm, made) = match (written.kty.as_str(), written.crv.as_deref()) {
        ("RSA", None) => {
            let (n, e) = (bytes(written.n)?, bytes(written.e)?);
            ("RS256", Made::Rsa { n, e })
        }
        ("EC", Some("P-256")) => {
            let (x, y) = (bytes(written.x)?, bytes(written.y)?);
            ("ES256", Made::Ecdsa([vec![4], x, y].concat()))
        }
        ("OKP", Some("Ed25519")) => ("EdDSA", Made::Ed25519(bytes(written.x)?)),
        _ => return None,
    };
    let named = written.alg.is_none_or(|named| named == algorithm);
    let id = written.kid;
    named.then_some(Key { id, made })
}
