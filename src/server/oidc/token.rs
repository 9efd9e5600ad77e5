//! A signed token (JWS in its compact form, RFC 7515 and 7519), taken apart and its claims held
//! against what is expected. Its signature is `keys`' to check, before anybody asks for the claims.

use crate::{
    model::{Actor, Span, Time, from_base64_url},
    server::oidc::{Expected, Shown},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

/// Tokens with many groups have a few thousand letters.
const LETTERS_MOST: usize = 16 * 1024;
/// Clocks are apart by so much.
const LEEWAY: Span = Span::minutes(1);

/// How tokens may be signed. `none`, and what is signed with a secret that both know, are not among
/// them; nor can any name that a token gives add to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    #[serde(rename = "RS256")]
    Rsa,
    #[serde(rename = "ES256")]
    Ecdsa,
    #[serde(rename = "EdDSA")]
    Ed25519,
}

/// A token that is perhaps good.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) algorithm: Algorithm,
    /// The id of the key that signed it.
    pub(super) key: Option<String>,
    /// What was signed.
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
    claims: Map<String, Json>,
}

#[derive(Debug, Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    /// What must be understood to take the token; we understand nothing of the kind.
    crit: Option<Json>,
}

/// Takes a token apart; says what is wrong with its form.
pub(super) fn parse(text: &str) -> Result<Token<'_>, String> {
    if text.len() > LETTERS_MOST {
        return Err(format!("it has more than {LETTERS_MOST} letters"));
    }
    let shape = || "it is not three parts with dots between them".to_owned();
    let (signed, signature) = text.rsplit_once('.').ok_or_else(shape)?;
    let (head, claims) = signed.split_once('.').ok_or_else(shape)?;
    let head: Head = part("head", head)?;
    if head.crit.is_some() {
        return Err("it says that something unknown must be understood (crit)".to_owned());
    }
    let algorithm = serde_json::from_value(Json::String(head.alg));
    let algorithm = algorithm.map_err(|_other| "it is not signed with RS256, ES256 or EdDSA")?;
    Ok(Token {
        algorithm,
        key: head.kid,
        signed: signed.as_bytes(),
        signature: from_base64_url(signature).ok_or("its signature is not base64")?,
        claims: part("claims", claims)?,
    })
}

fn part<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    let bytes = from_base64_url(text);
    let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.ok_or_else(|| format!("its {name} cannot be read"))
}

impl Token<'_> {
    /// Whose it is, if its claims are as expected at this moment.
    pub(super) fn shown(&self, expected: &Expected, now: Time) -> Result<Shown, String> {
        if self.claims.get("iss").and_then(Json::as_str) != Some(&expected.issuer) {
            return Err("it is another issuer's (iss)".to_owned());
        }
        if !texts(self.claims.get("aud")).any(|one| one == expected.audience) {
            return Err("it is for somebody else (aud)".to_owned());
        }
        let until = self
            .time("exp")?
            .ok_or("it does not say when it ends (exp)")?;
        if now >= until + LEEWAY {
            return Err(format!("it ended at {until} (exp)"));
        }
        for claim in ["nbf", "iat"] {
            if let Some(from) = self.time(claim)?
                && now + LEEWAY < from
            {
                return Err(format!("it begins at {from} only ({claim})"));
            }
        }
        let Expected { name, groups, .. } = expected;
        let who = self.claims.get(name).and_then(Json::as_str);
        let who = who.ok_or_else(|| format!("it names nobody ({name})"))?;
        Ok(Shown {
            who: Actor::parse(who).map_err(|why| format!("{name}: {why}"))?,
            groups: texts(self.claims.get(groups)).map(str::to_owned).collect(),
            until: until + LEEWAY,
        })
    }

    /// A claim in seconds since 1970, of which some issuers send parts.
    fn time(&self, claim: &str) -> Result<Option<Time>, String> {
        let Some(value) = self.claims.get(claim) else {
            return Ok(None);
        };
        let whole = value.as_number().map(ToString::to_string);
        let whole = whole.and_then(|text| text.split('.').next()?.parse::<u32>().ok());
        let seconds = whole.ok_or_else(|| format!("its {claim} is no time"))?;
        Ok(Some(Time(0) + Span::seconds(u64::from(seconds))))
    }
}

/// One text, or those of a list.
fn texts(claim: Option<&Json>) -> impl Iterator<Item = &str> {
    let list = claim.and_then(Json::as_array).into_iter().flatten();
    claim.into_iter().chain(list).filter_map(Json::as_str)
}
