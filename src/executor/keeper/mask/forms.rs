//! The ways in which a secret is written by programs that mean no harm: as a JSON text, in a URL, in
//! base64, alone or in the midst of something longer. It knows no output.

use crate::model::{BASE64, BASE64_FOR_URLS, base64_digits};
use std::fmt::Write as _;

/// Shorter pieces are in every log by chance.
const SHORTEST: usize = 4;

/// What libraries leave as it is in a URL beside letters and digits: RFC 3986, JavaScript's two
/// functions, Python's, and forms.
const UNTOUCHED: [&str; 5] = ["-_.~", "-_.!~*'()", "-_.!~*'();/?:@&=+$,#", "-_.~/", "*-._"];

/// Every form of a secret, itself first.
pub(crate) fn of(secret: &str) -> Vec<Vec<u8>> {
    let mut all = vec![secret.as_bytes().to_vec()];
    all.extend(json(secret).into_iter().map(String::into_bytes));
    all.extend(percent(secret).into_iter().map(String::into_bytes));
    for alphabet in [BASE64, BASE64_FOR_URLS] {
        all.extend(base64(secret.as_bytes(), alphabet));
    }
    all.retain(|form| form.len() >= SHORTEST);
    all
}

/// Between the quotes: as little escaped as may be, and as much as some do.
fn json(secret: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(secret).to_string();
    let plain = quoted[1..quoted.len() - 1].to_owned();
    let slashes = plain.replace('/', "\\/");
    let html = escaped(&plain, |c| matches!(c, '<' | '>' | '&'));
    let ascii = escaped(&plain, |c| !c.is_ascii());
    let both = escaped(&html, |c| !c.is_ascii());
    // A JSON text within a JSON text.
    let twice = plain.replace('\\', "\\\\").replace('"', "\\\"");
    let capitals = ascii.replace("\\u00e", "\\u00E");
    vec![plain, slashes, html, ascii, both, twice, capitals]
}

fn escaped(text: &str, which: impl Fn(char) -> bool) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if which(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a text cannot fail.
                let _written = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn percent(secret: &str) -> Vec<String> {
    let mut all = Vec::new();
    for untouched in UNTOUCHED {
        let upper = in_url(secret, untouched, |byte| format!("%{byte:02X}"));
        let lower = in_url(secret, untouched, |byte| format!("%{byte:02x}"));
        // A percent sign of the secret itself is escaped, so every %20 was a space.
        all.push(upper.replace("%20", "+"));
        all.extend([upper, lower]);
    }
    all
}

fn in_url(secret: &str, untouched: &str, escape: impl Fn(u8) -> String) -> String {
    let mut url = String::new();
    for byte in secret.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || untouched.contains(c) {
            url.push(c);
        } else {
            url.push_str(&escape(byte));
        }
    }
    url
}

/// The digits that a secret alone decides, wherever it stands in what is encoded, and for one that
/// stands at the end those that its end decides too.
fn base64(secret: &[u8], alphabet: &[u8; 64]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        let digits = base64_digits(&bytes, alphabet);
        // The first digit of these that no byte before the secret has a part in.
        let from = (before * 8).div_ceil(6);
        let sure = bytes.len() * 8 / 6;
        all.push(digits[from..].to_vec());
        all.push(digits[from..sure.max(from)].to_vec());
    }
    all
}
