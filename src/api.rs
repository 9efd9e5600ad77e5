//! The server's interface on one page: paths, requests and answers, used by both sides. All JSON
//! under `/v1`; errors are RFC 9457 problems. It has no behaviour.
//!
//! [`Operation`] is the table of everything that can be asked, [`openapi`] the document that tells
//! other programs of it.

mod alarms;
mod notices;
mod openapi;
mod operation;
mod problem;
mod queries;
mod ready;
mod tokens;
mod windows;

pub use alarms::Alarms;
pub use notices::{Failing, RouteState, TestAnswer, TestRequest};
pub use openapi::openapi;
pub use operation::{Method, Operation, Way};
pub use problem::{Problem, ProblemKind};
pub use queries::{DeliveryQuery, EventsQuery, LogQuery, StreamQuery, WindowsQuery};
pub use ready::{Check, Ready};
pub use tokens::{RevokeRequest, Revoked, Token, TokenMade, TokenRequest};
pub use windows::{WINDOWS_MOST, Windows};

use crate::model::{
    Access, Actor, Command, Difference, Entry, Fingerprint, Org, Pipeline, PipelineName,
    Redefinition, Refusal, ReleaseId, Request, RequestKey, Revision, Span, StageName, Summary,
    Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub const METRICS: &str = Operation::Metrics.path();
pub const FLEET: &str = Operation::Fleet.path();
pub const PIPELINES: &str = "/v1/pipelines";
pub const ORGANIZATION_EVENTS: &str = Operation::OrganizationEvents.path();
pub const ALERTS: &str = Operation::Alerts.path();
pub const STREAM: &str = Operation::Stream.path();
pub const DELIVERY: &str = Operation::Delivery.path();
pub const NOTICES: &str = Operation::Notices.path();
pub const NOTICES_TEST: &str = Operation::NoticesTest.path();
pub const TOKENS: &str = Operation::Tokens.path();
pub const TOKENS_REVOKE: &str = Operation::TokenRevoke.path();
pub const PLAN: &str = Operation::Plan.path();
pub const COMMANDS: &str = Operation::Commands.path();
pub const DEFINITIONS: &str = Operation::Definitions.path();
pub const DEFINITIONS_PLAN: &str = Operation::DefinitionsPlan.path();

/// The header in which every answer names the server's version.
pub const VERSION_HEADER: &str = "pilothouse-version";

/// The header with the place of the first byte of a piece of a log.
pub const LOG_FROM: &str = "pilothouse-log-from";
/// The header with the [`LogState`] after a piece of a log.
pub const LOG_STATE: &str = "pilothouse-log-state";

/// How often a stream says that it is alive.
pub const HEARTBEAT: Span = Span::seconds(5);

/// Everything a client needs to start: rows, the organization, who the server thinks one is, and
/// the cursor from which a stream continues without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fleet {
    pub cursor: Cursor,
    pub now: Time,
    pub version: String,
    pub operator: Actor,
    /// What they are granted; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    pub heartbeat: Span,
    pub rows: Vec<Summary>,
    pub org: Org,
}

/// One pipeline's whole state. Entries of the stream with a later revision continue it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    pub cursor: Cursor,
    pub now: Time,
    pub pipeline: Pipeline,
}

/// A position in one journal, written `epoch:seq`. The epoch changes when a journal is replaced, so
/// that a position in the old one is never taken for one in the new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(extend("pattern" = "^[0-9A-Za-z]*:[0-9]{1,19}$"))]
pub struct Cursor {
    pub epoch: String,
    pub seq: u64,
}

/// One page of the entries of a pipeline or of the organization, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Events {
    pub entries: Vec<Entry>,
    /// The revision of the newest, so that a reader knows whether there is more.
    pub head: Revision,
}

/// One effective value of a pipeline's definition and where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// `stage.gamma.deploy.timeout`
    pub path: String,
    /// As TOML writes it.
    pub value: String,
    /// `base.toml:17`; none for a default.
    pub place: Option<String>,
    /// Where a parent says that it must not be loosened.
    pub protected: Option<String>,
}

/// Bytes of a step's log, as it wrote them. The first 512 KiB are there as they are written, the
/// last ones of a longer log when the step ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogPiece {
    /// Where it begins. Less than was asked for when the step was tried again: then the log began
    /// anew.
    pub from: u64,
    pub bytes: Vec<u8>,
    pub state: LogState,
}

/// What comes after a piece of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LogState {
    /// More is there already.
    More,
    /// The step runs, and may write more.
    Running,
    /// Nothing, unless the step is tried again.
    Ended,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRequest {
    /// None for a command to the organization.
    pub pipeline: Option<PipelineName>,
    pub command: Command,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitRequest {
    pub pipeline: Option<PipelineName>,
    pub request: Request,
}

/// Asks what definitions would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefinitionsRequest {
    /// The texts of the TOML files by name; none for those in the server's own directory.
    pub files: Option<BTreeMap<String, String>>,
}

/// Asks the server to read its directory again and to take over what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReloadRequest {
    /// The digest of the plan that was looked at.
    pub expect: Fingerprint,
}

/// What definitions change, compared with those that run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DefinitionsPlan {
    /// Of the changes and of every definition, not of what is in flight.
    pub digest: Fingerprint,
    pub pipelines: Vec<Affected>,
    /// Groups, shared alarms, the drain.
    pub organization: Vec<Difference>,
    pub warnings: Vec<String>,
}

/// A pipeline that does not stay as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Affected {
    #[serde(flatten)]
    pub change: Redefinition,
    pub in_flight: Vec<InFlight>,
}

/// A release that finishes its stage under the definition it entered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InFlight {
    pub stage: StageName,
    pub release: ReleaseId,
}

/// What became of a request. The same key always gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "settled")]
pub enum Settled {
    Accepted {
        key: RequestKey,
        at: Time,
        revision: Revision,
    },
    Refused {
        key: RequestKey,
        at: Time,
        refusal: Refusal,
    },
}

/// What a stream says. The name of the server-sent event is the variant's name, its data the
/// variant's value as JSON, its id (where it has one) the [`Cursor`] to resume after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "event", content = "data")]
pub enum StreamEvent {
    /// The row of a pipeline is different.
    Summary(Summary),
    /// A fact of the organization, or of a pipeline that was asked for.
    Entry(Entry),
    /// Who else follows the stream by now, and what they have open.
    Viewers(Vec<Viewer>),
    /// Nothing happened, and the server lives.
    Heartbeat { now: Time, cursor: Cursor },
    /// The stream cannot continue after the cursor: load everything anew.
    Reset { why: String },
}

/// Somebody who follows the stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Viewer {
    pub who: Actor,
    /// Those whose facts they get: they have them open.
    pub pipelines: BTreeSet<PipelineName>,
    pub since: Time,
}

impl LogPiece {
    /// The place of the first byte after it.
    pub fn next(&self) -> u64 {
        self.from + self.bytes.len() as u64
    }
}

impl LogState {
    const WORDS: [(LogState, &str); 3] = [
        (LogState::More, "more"),
        (LogState::Running, "running"),
        (LogState::Ended, "ended"),
    ];

    pub fn word(self) -> &'static str {
        let named = Self::WORDS.iter().find(|(state, _)| *state == self);
        named.map_or("", |(_, word)| word)
    }

    pub fn parse(word: &str) -> Option<Self> {
        let named = Self::WORDS.iter().find(|(_, known)| *known == word);
        named.map(|(state, _)| *state)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

impl std::str::FromStr for Cursor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once(':')
            .and_then(|(epoch, seq)| Some((epoch, seq.parse().ok()?)));
        let (epoch, seq) = parts.ok_or_else(|| format!("{text:?} is not a cursor `epoch:seq`"))?;
        Ok(Self {
            epoch: epoch.to_owned(),
            seq,
        })
    }
}

impl TryFrom<String> for Cursor {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> String {
        cursor.to_string()
    }
}
