//! The names and numbers of the vocabulary, each a type of its own so that a stage can never be
//! passed where a target is meant. Every decision copies the state it works on, so a name is shared
//! and not copied. It does not know what the named things are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// Why a text is not a usable name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not usable as {1}: use 1 to 64 of a-z A-Z 0-9 . _ - and start with a letter or digit"
)]
pub struct BadName(pub String, pub &'static str);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident is $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(extend("pattern" = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text; names travel in paths, environments and on screens, so they are plain.
            pub fn parse(text: &str) -> Result<Self, BadName> {
                if plain(text) { Ok(Self(text.into())) } else { Err(BadName(text.to_owned(), $what)) }
            }

            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(&self.0) }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> { Self::parse(text) }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> { Self::parse(&text) }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String { name.0.as_ref().to_owned() }
        }
    )*};
}

names! {
    /// A pipeline, unique in the organization.
    PipelineName is "pipeline name";
    /// A service; it usually has several pipelines.
    ServiceName is "service name";
    /// The team that owns a pipeline.
    TeamName is "team name";
    /// A source beside the main one.
    SourceName is "source name";
    /// A column of the board.
    StageName is "stage name";
    /// A region of a stage.
    RegionName is "region name";
    /// A zone of a region.
    ZoneName is "zone name";
    /// One deployment unit: host, cell, cluster. Unique within a service.
    TargetName is "target name";
    /// An alarm of a definition.
    AlarmName is "alarm name";
    /// A time window of a definition.
    WindowName is "window name";
    /// A named set of people who may approve.
    GroupName is "group name";
    /// A way on which people are told.
    RouteName is "route name";
    /// A bearer token, by which it is listed and revoked; never the secret.
    TokenName is "token name";
    /// A person or program that acts: the login name that the server saw, never what a client said.
    Actor is "operator name";
    /// Names one request of an operator; sending it again gives the first answer.
    RequestKey is "request key";
}

impl SourceName {
    /// As a part of the name of an environment variable: `shared-config` is `SHARED_CONFIG`.
    pub fn env_key(&self) -> String {
        let upper = self.0.chars().map(|c| c.to_ascii_uppercase());
        upper
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect()
    }
}

/// Names of the two stages every pipeline has before the ones its definition lists.
impl StageName {
    pub fn source() -> Self {
        Self("source".into())
    }

    pub fn build() -> Self {
        Self("build".into())
    }
}

fn plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

impl Actor {
    /// The server itself, where it has to act as a person would.
    pub fn server() -> Self {
        Self("pilothouse".into())
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident($inner:ty) written $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(into = "String", try_from = "String")]
        #[schemars(extend("pattern" = concat!("^", $prefix, "[0-9]{1,9}$")))]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), self.0))
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                text.strip_prefix($prefix)
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| format!(concat!("{:?} is not of the form ", $prefix, "42"), text))
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> { text.parse() }
        }

        impl From<$name> for String {
            fn from(number: $name) -> String { number.to_string() }
        }
    )*};
}

numbers! {
    /// A release, numbered per pipeline.
    ReleaseId(u32) written "r";
    /// One try to get one release through one stage, numbered per pipeline.
    AttemptId(u64) written "a";
    /// A person's stop, numbered per stream.
    HoldId(u32) written "h";
    /// A permission to pass a blocker, numbered per pipeline.
    OverrideId(u32) written "o";
    /// What on-call must deal with, numbered per pipeline.
    TicketId(u32) written "t";
}

/// How many facts a stream holds; the revision of the state they fold to.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub struct Revision(pub u64);

impl Revision {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one piece of outside work for ever: `checkout-17`. A rerun keeps the id (DESIGN.md 1).
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct EffectId(pub String);

impl EffectId {
    pub fn new(pipeline: &PipelineName, number: u64) -> Self {
        Self(format!("{pipeline}-{number}"))
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A name for something to be passed by override, as an operator types it: `window/business-hours`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct BlockerId(pub String);

impl BlockerId {
    /// The blocker that an alarm is, whether it fires or has no data.
    pub fn of_alarm(alarm: &AlarmName) -> Self {
        Self(format!("alarm/{alarm}"))
    }

    /// The alarm that blocks, where one does.
    pub fn alarm(&self) -> Option<AlarmName> {
        AlarmName::parse(self.0.strip_prefix("alarm/")?).ok()
    }
}

impl fmt::Display for BlockerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
