//! Where changes come from and how a release is built from them, as checked data. How it is written
//! in TOML is `crate::definition`.

use crate::model::{Run, SourceName, Span, Test};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    pub repository: String,
    pub branch: String,
    pub poll_every: Span,
    pub review: Option<ReviewRule>,
    /// The file with the secret that proves a forge's push notices; without it none is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_secret_file: Option<String>,
}

/// A source beside the main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Also {
    pub name: SourceName,
    pub source: Source,
}

/// Which trailer proves a review, and whether the author's own does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewRule {
    pub trailer: String,
    pub not_author: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    pub run: Run,
    /// The file that the build leaves, relative to the checkout.
    pub artifact: String,
    pub timeout: Span,
    pub checks: Vec<Test>,
    /// Measured after the checks, which may write the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

/// How many of the lines that count must have been run by the build's tests (DESIGN.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// lcov or Cobertura XML, relative to the checkout.
    pub report: String,
    pub lines: CountedLines,
    /// In percent, from 1 to 100.
    pub minimum: u8,
}

/// Which lines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountedLines {
    /// Those added or changed since the last release that passed its build.
    Changed,
    /// All that the report tells of.
    All,
}
