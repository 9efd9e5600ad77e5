//! Every error as an answer (RFC 9457, `application/problem+json`): the kinds that there are, and the
//! document. It does not know which request gets which.

use crate::model::Refusal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The word of a [`ProblemKind`], which programs go by; on the wire a URN that ends in it.
    #[serde(rename = "type", serialize_with = "urn", deserialize_with = "word")]
    #[schemars(schema_with = "urns")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// What is before the word of a kind in a problem's `type`.
const URN: &str = "urn:pilothouse:problem:";

macro_rules! kinds {
    ($($name:ident = $status:literal $word:literal $title:literal;)*) => {
        /// What can be wrong with a request; each has one status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemKind {
            $(#[doc = $title] $name,)*
        }

        impl ProblemKind {
            pub const ALL: &[ProblemKind] = &[$(ProblemKind::$name,)*];

            /// The stable word for programs.
            pub const fn word(self) -> &'static str {
                match self {
                    $(ProblemKind::$name => $word,)*
                }
            }

            /// Of HTTP.
            pub const fn status(self) -> u16 {
                match self {
                    $(ProblemKind::$name => $status,)*
                }
            }

            pub const fn title(self) -> &'static str {
                match self {
                    $(ProblemKind::$name => $title,)*
                }
            }
        }
    };
}

kinds! {
    BadBounds = 400 "bad-bounds" "bad bounds";
    BadCursor = 400 "bad-cursor" "bad cursor";
    BadName = 400 "bad-name" "bad pipeline name";
    BadPath = 400 "bad-path" "the path is not understood";
    BadQuery = 400 "bad-query" "bad query";
    BrokenBody = 400 "broken-body" "the body is damaged";
    Unauthorized = 401 "unauthorized" "the token is missing, wrong, expired or revoked";
    Unproven = 401 "unproven" "the proof is missing or wrong";
    ForeignHost = 403 "foreign-host" "asked for under another name";
    ForeignOrigin = 403 "foreign-origin" "requests from other origins are refused";
    ForeignSite = 403 "foreign-site" "requests from other sites are refused";
    NotAdmin = 403 "not-admin" "not an admin";
    NotPermitted = 403 "not-permitted" "not permitted";
    NoSuchRoute = 404 "no-such-route" "no such route";
    UnknownPipeline = 404 "unknown-pipeline" "unknown pipeline";
    UnknownRequest = 404 "unknown-request" "unknown request";
    UnknownRoute = 404 "unknown-route" "unknown route";
    UnknownStep = 404 "unknown-step" "unknown step";
    UnknownToken = 404 "unknown-token" "unknown token";
    WrongMethod = 405 "wrong-method" "wrong method";
    SlowBody = 408 "slow-body" "the body took too long";
    PlanChanged = 409 "plan-changed" "the plan changed";
    Refused = 409 "refused" "refused";
    Taken = 409 "taken" "the name is taken";
    TooManyTokens = 409 "too-many-tokens" "too many tokens";
    LengthRequired = 411 "length-required" "the body must say its length";
    TooLarge = 413 "too-large" "the body is too large";
    NotJson = 415 "not-json" "the body must be JSON";
    BadBody = 422 "bad-body" "the body is not understood";
    WrongDefinitions = 422 "wrong-definitions" "wrong definitions";
    TooManyRequests = 429 "too-many-requests" "too many requests";
    LargeHead = 431 "large-head" "the head is too large";
    BrokenOff = 500 "broken-off" "it broke off";
    Failed = 500 "failed" "the server could not do it";
    NotRecorded = 500 "not-recorded" "the journal did not take it";
    UnreadableLog = 500 "unreadable-log" "the log cannot be read";
    Stopping = 503 "stopping" "the server is stopping";
    TooManyClients = 503 "too-many-clients" "too many clients";
    TooManyFollowers = 503 "too-many-followers" "too many follow logs";
}

impl ProblemKind {
    /// What a problem of this kind has as its `type`.
    pub fn urn(self) -> String {
        format!("{URN}{}", self.word())
    }
}

impl Problem {
    pub fn is(&self, kind: ProblemKind) -> bool {
        self.kind == kind.word()
    }
}

fn urn<S: Serializer>(kind: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{URN}{kind}"))
}

fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let word = text.strip_prefix(URN).map(str::to_owned);
    word.ok_or_else(|| D::Error::custom(format!("the type {text:?} is none of ours")))
}

fn urns(_generator: &mut SchemaGenerator) -> Schema {
    let urns: Vec<String> = ProblemKind::ALL.iter().map(|kind| kind.urn()).collect();
    json_schema!({ "type": "string", "enum": urns })
}
