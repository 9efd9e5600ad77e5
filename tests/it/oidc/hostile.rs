//! Tokens that nobody may get in with: forged ones, and ones of the issuer that are not for us or not
//! for now.

use super::{Ecdsa, but, claims, coded, seconds, token};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::KeyPair as _;
use serde_json::{Value, json};
use sha2::Sha256;

/// What is signed with nobody's key, or made with the issuer's public one.
pub(super) fn forged(key: &Ecdsa, other: &Ecdsa) -> Vec<(&'static str, String)> {
    let good = key.token("k1", &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, body) = signed.split_once('.').unwrap();
    let admin = coded(but("groups", json!(["root"])).to_string());
    let public = key.0.public_key().as_ref().to_vec();
    let with_public = |message: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(&public).unwrap();
        mac.chain_update(message).finalize().into_bytes().to_vec()
    };
    let head_of = |alg: &str| json!({ "alg": alg, "kid": "k1" });
    let crit = json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"], "b64": false });
    let embedded = json!({ "alg": "ES256", "kid": "mine", "jwk": other.public("mine") });
    vec![
        (
            "no algorithm",
            token(&head_of("none"), &claims(), |_| Vec::new()),
        ),
        (
            "No Algorithm",
            token(&head_of("nOnE"), &claims(), |_| Vec::new()),
        ),
        (
            "the public key as a secret",
            token(&head_of("HS256"), &claims(), with_public),
        ),
        (
            "another algorithm's name",
            token(&head_of("RS256"), &claims(), |m| key.sign(m)),
        ),
        ("another's key", other.token("k1", &claims())),
        (
            "its own key in its head",
            token(&embedded, &claims(), |m| other.sign(m)),
        ),
        (
            "another's key, no id",
            token(&json!({ "alg": "ES256" }), &claims(), |m| other.sign(m)),
        ),
        ("an unknown key", key.token("k2", &claims())),
        ("other claims", format!("{head}.{admin}.{signature}")),
        ("no signature", format!("{head}.{body}.")),
        ("a short signature", good[..good.len() - 4].to_owned()),
        ("padding", format!("{good}==")),
        ("two parts", signed.to_owned()),
        ("four parts", format!("{good}.{signature}")),
        ("no JSON", format!("{}.{body}.{signature}", coded("{"))),
        ("only dots", "..".to_owned()),
        (
            "something to be understood",
            token(&crit, &claims(), |m| key.sign(m)),
        ),
        (
            "too large",
            key.token("k1", &but("more", json!("x".repeat(20_000)))),
        ),
    ]
}

/// What the issuer signed, and is not good.
pub(super) fn unfit() -> Vec<(&'static str, Value)> {
    let (past, later) = (seconds() - 120, seconds() + 120);
    vec![
        (
            "another issuer",
            but("iss", json!("https://login.example/")),
        ),
        ("no issuer", but("iss", Value::Null)),
        ("for another", but("aud", json!("payroll"))),
        ("for others", but("aud", json!(["payroll", "pilothouse2"]))),
        ("for nobody", but("aud", Value::Null)),
        ("ended", but("exp", json!(past))),
        ("without end", but("exp", Value::Null)),
        ("an end that is no number", but("exp", json!("9999999999"))),
        ("an end below zero", but("exp", json!(-1))),
        ("not begun", but("nbf", json!(later))),
        ("made later", but("iat", json!(later))),
        ("nobody's", but("preferred_username", Value::Null)),
        ("a list of names", but("preferred_username", json!(["ana"]))),
        (
            "no plain name",
            but("preferred_username", json!("ana\u{202e} smith")),
        ),
    ]
}
