//! How GitHub, GitLab, Gitea and Forgejo prove that a notice is theirs: all but GitLab sign the body
//! with HMAC-SHA256, and GitLab sends the secret itself. It knows no pipelines.

use crate::{model::unhex, secret};
use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a forge sent to prove its notice, and what it calls the event.
#[derive(Debug)]
pub(super) struct Proof<'a> {
    given: &'a str,
    event: &'a str,
    forge: &'static Forge,
}

#[derive(Debug)]
struct Forge {
    proof: &'static str,
    event: &'static str,
    push: &'static str,
    scheme: Scheme,
}

#[derive(Debug)]
enum Scheme {
    /// The digest in hexadecimal after this text.
    Signed(&'static str),
    Secret,
}

/// Gitea and Forgejo send their elders' headers as well; the first that is there counts.
const FORGES: [Forge; 4] = [
    Forge {
        proof: "x-forgejo-signature",
        event: "x-forgejo-event",
        push: "push",
        scheme: Scheme::Signed(""),
    },
    Forge {
        proof: "x-gitea-signature",
        event: "x-gitea-event",
        push: "push",
        scheme: Scheme::Signed(""),
    },
    Forge {
        proof: "x-hub-signature-256",
        event: "x-github-event",
        push: "push",
        scheme: Scheme::Signed("sha256="),
    },
    Forge {
        proof: "x-gitlab-token",
        event: "x-gitlab-event",
        push: "Push Hook",
        scheme: Scheme::Secret,
    },
];

impl<'a> Proof<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Option<Self> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        FORGES.iter().find_map(|forge| {
            Some(Self {
                given: text(forge.proof)?,
                event: text(forge.event).unwrap_or_default(),
                forge,
            })
        })
    }

    pub(super) fn is_push(&self) -> bool {
        self.event == self.forge.push
    }

    /// Whether it was made with the secret. Takes as long for a wrong one as for the right one.
    pub(super) fn holds(&self, expected: &str, body: &[u8]) -> bool {
        match self.forge.scheme {
            Scheme::Secret => secret::same(self.given, expected),
            Scheme::Signed(prefix) => self
                .given
                .strip_prefix(prefix)
                .and_then(unhex)
                .is_some_and(|digest| signed(expected, body, &digest)),
        }
    }
}

fn signed(secret: &str, body: &[u8], digest: &[u8]) -> bool {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .is_ok_and(|mac| mac.chain_update(body).verify_slice(digest).is_ok())
}

#[cfg(test)]
mod tests {
    use super::Proof;
    use axum::http::{HeaderMap, HeaderValue};

    /// The example in GitHub's documentation.
    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    const DIGEST: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn holds(header: &'static str, given: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header, HeaderValue::from_str(given).unwrap());
        Proof::of(&headers).is_some_and(|proof| proof.holds(SECRET, BODY))
    }

    #[test]
    fn only_what_the_secret_made_is_a_proof() {
        let github = format!("sha256={DIGEST}");
        assert!(holds("x-hub-signature-256", &github));
        assert!(holds("x-gitea-signature", DIGEST));
        assert!(holds("x-forgejo-signature", DIGEST));
        assert!(holds("x-gitlab-token", SECRET));
        for (header, given) in [
            ("x-hub-signature-256", DIGEST),
            ("x-hub-signature-256", &github[..github.len() - 1]),
            ("x-hub-signature-256", &github[..github.len() - 2]),
            ("x-gitea-signature", &github),
            ("x-gitea-signature", ""),
            ("x-gitlab-token", DIGEST),
            ("x-gitlab-token", "It's"),
            ("x-other", SECRET),
        ] {
            assert!(!holds(header, given), "{header}: {given}");
        }
    }
}
