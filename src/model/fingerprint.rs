//! Content identities: commit ids, digests of artifacts and definitions, and fingerprints of what
//! somebody saw when deciding. It hashes what it is given and knows no files.

use crate::model::hex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr, sync::Arc};

macro_rules! hexes {
    ($($(#[$doc:meta])* $name:ident of $lengths:expr, $what:literal, $pattern:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(extend("pattern" = $pattern))]
        pub struct $name(Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str { &self.0 }

            /// The first ten digits, for screens.
            pub fn short(&self) -> &str { &self.0[..10] }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                if hex && $lengths.contains(&text.len()) {
                    Ok(Self(text.into()))
                } else {
                    Err(format!(concat!("{:?} is not a ", $what), text))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> { text.parse() }
        }

        impl From<$name> for String {
            fn from(hex: $name) -> String { hex.0.as_ref().to_owned() }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(&self.0) }
        }
    )*};
}

hexes! {
    /// A full commit id (SHA-1 or SHA-256 repositories); short ones are never identities.
    Sha of [40, 64], "full commit id of 40 or 64 hex digits", "^([0-9a-f]{40}|[0-9a-f]{64})$";
    /// SHA-256 of some bytes.
    Digest of [64], "SHA-256 digest of 64 hex digits", "^[0-9a-f]{64}$";
    /// The first 16 digits of a SHA-256: enough to tell that what was seen has changed.
    Fingerprint of [16], "fingerprint of 16 hex digits", "^[0-9a-f]{16}$";
    /// What the server that built an artifact signed it with (ed25519).
    Signature of [128], "signature of 128 hex digits", "^[0-9a-f]{128}$";
}

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self::finish(Sha256::new_with_prefix(bytes))
    }

    /// Ends a hash that was fed piece by piece, as a large artifact is.
    pub fn finish(hash: Sha256) -> Self {
        Self(hex(&hash.finalize()).into())
    }
}

impl Fingerprint {
    /// Identifies a value by its JSON form, which is ordered because the model holds no hash maps.
    pub fn of<T: Serialize>(value: &T) -> Self {
        // Serialization of model values cannot fail: string keys only, no custom serializer errs.
        let json = serde_json::to_vec(value).unwrap_or_default();
        Self(Digest::of(&json).0[..16].into())
    }
}
