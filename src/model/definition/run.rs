//! A command as a definition says it, with the names of the secrets that it is given. A secret itself
//! is never in a definition, and so in no journal and on no screen.

use crate::model::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// A command: an argument vector, or a shell's text only where the definition says `shell`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    Argv(Vec<String>),
    Shell(String),
    /// One of the others, with secrets in its environment, or limits of its own.
    With {
        run: Box<Run>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        secrets: Vec<Secret>,
        #[serde(default, skip_serializing_if = "Limits::is_none")]
        limits: Limits,
    },
}

impl Run {
    /// What every command of a step has of its server's own environment.
    pub const INHERITED: [&'static str; 5] = ["PATH", "HOME", "LANG", "TZ", "USER"];

    /// The program and its arguments; a shell's text is given to `sh`.
    pub fn words(&self) -> Vec<&str> {
        match self {
            Run::Argv(argv) => argv.iter().map(String::as_str).collect(),
            Run::Shell(text) => vec!["sh", "-c", text],
            Run::With { run, .. } => run.words(),
        }
    }

    /// What it is given beside its environment.
    pub fn secrets(&self) -> &[Secret] {
        match self {
            Run::Argv(_) | Run::Shell(_) => &[],
            Run::With { secrets, .. } => secrets,
        }
    }

    /// How much it may take, where it says so itself.
    pub fn limits(&self) -> Limits {
        match self {
            Run::Argv(_) | Run::Shell(_) => Limits::default(),
            Run::With { limits, .. } => *limits,
        }
    }
}

/// As a person would type it.
impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Run::Argv(argv) => f.write_str(&argv.join(" ")),
            Run::Shell(text) => write!(f, "sh -c {text:?}"),
            Run::With { run, secrets, .. } => {
                write!(f, "{run}")?;
                for (at, secret) in secrets.iter().enumerate() {
                    let before = if at == 0 { " with " } else { ", " };
                    write!(f, "{before}{}", secret.name)?;
                }
                Ok(())
            }
        }
    }
}

/// A secret that a command finds in its environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Secret {
    pub name: SecretName,
    /// The file whose one line it is; without, the server's own variable of the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The name of an environment variable that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct SecretName(Arc<str>);

/// Why a text does not name a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSecretName {
    #[error(
        "{0:?} is not usable as the name of a secret: use 1 to 64 of A-Z 0-9 _ and start with a letter"
    )]
    Characters(String),
    #[error("{0:?} is not usable as the name of a secret: every step has a {0} already")]
    Taken(String),
}

/// What every step is given, and what decides how programs are loaded.
const TAKEN_PREFIXES: [&str; 2] = ["PILOTHOUSE_", "LD_"];

impl SecretName {
    pub fn parse(text: &str) -> Result<Self, BadSecretName> {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let starts = text.starts_with(|c: char| c.is_ascii_uppercase());
        if !starts || text.len() > 64 || !text.chars().all(plain) {
            return Err(BadSecretName::Characters(text.to_owned()));
        }
        let taken = TAKEN_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if taken || Run::INHERITED.contains(&text) {
            return Err(BadSecretName::Taken(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for SecretName {
    type Error = BadSecretName;
    fn try_from(text: String) -> Result<Self, BadSecretName> {
        Self::parse(&text)
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> String {
        name.0.as_ref().to_owned()
    }
}
