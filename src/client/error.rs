//! What can go wrong between a client and its server, each with what to do about it. The important
//! line runs between a command that was never sent and one whose outcome is not known.

use crate::{
    api::{Problem, ProblemKind, VERSION_HEADER},
    model::{Refusal, RequestKey, Span},
};

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{address} cannot be used: {why}")]
    Address { address: String, why: String },
    #[error(
        "no server answers at {address} ({why}); start one with `pilothouse serve DIR`, or try `pilothouse demo`"
    )]
    Unreachable { address: String, why: String },
    #[error("{address} did not answer within {after} while {doing}")]
    TimedOut {
        doing: &'static str,
        address: String,
        after: Span,
    },
    #[error("the connection to {address} broke while {doing}: {why}")]
    Broken {
        doing: &'static str,
        address: String,
        why: String,
    },
    /// The command was sent and may have been carried out. Only the key can tell.
    #[error(
        "UNKNOWN OUTCOME of request {key}: {why}; it may have been carried out: ask what became of the key, do not send it again"
    )]
    UnknownOutcome {
        key: RequestKey,
        why: Box<ClientError>,
    },
    #[error("refused: {refusal}")]
    Refused { refusal: Box<Refusal> },
    /// Any other problem that the server reported (RFC 9457).
    #[error("{}: {}", problem.title, problem.detail)]
    Problem {
        address: String,
        problem: Box<Problem>,
    },
    #[error(
        "{address} answered something that is not understood while {doing}: {why}; is it a Pilothouse server?"
    )]
    Garbage {
        doing: &'static str,
        address: String,
        why: String,
    },
    #[error(
        "{address} runs version {theirs}, this is {ours}, and they do not understand each other ({why}): use the same version on both sides"
    )]
    Version {
        address: String,
        theirs: String,
        ours: &'static str,
        why: String,
    },
}

impl ClientError {
    /// Why the server said no to a command, if that is what happened.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            ClientError::Refused { refusal } => Some(refusal),
            ClientError::Address { .. }
            | ClientError::Unreachable { .. }
            | ClientError::TimedOut { .. }
            | ClientError::Broken { .. }
            | ClientError::UnknownOutcome { .. }
            | ClientError::Problem { .. }
            | ClientError::Garbage { .. }
            | ClientError::Version { .. } => None,
        }
    }

    /// Why the role of whoever asked does not allow it, if that is what happened.
    pub fn not_permitted(&self) -> Option<&str> {
        match self {
            ClientError::Problem { problem, .. } if problem.is(ProblemKind::NotPermitted) => {
                Some(&problem.detail)
            }
            ClientError::Refused { .. }
            | ClientError::Address { .. }
            | ClientError::Unreachable { .. }
            | ClientError::TimedOut { .. }
            | ClientError::Broken { .. }
            | ClientError::UnknownOutcome { .. }
            | ClientError::Problem { .. }
            | ClientError::Garbage { .. }
            | ClientError::Version { .. } => None,
        }
    }

    /// The same error about a command: without a clear answer nobody knows what became of it.
    pub(super) fn after_sending(self, key: &RequestKey) -> Self {
        match self {
            ClientError::Address { .. }
            | ClientError::Unreachable { .. }
            | ClientError::Refused { .. }
            | ClientError::Problem { .. }
            | ClientError::UnknownOutcome { .. } => self,
            ClientError::TimedOut { .. }
            | ClientError::Broken { .. }
            | ClientError::Garbage { .. }
            | ClientError::Version { .. } => ClientError::UnknownOutcome {
                key: key.clone(),
                why: Box::new(self),
            },
        }
    }

    /// Reads the body of an answer that was no success.
    pub(super) fn from_problem(
        doing: &'static str,
        address: String,
        status: u16,
        version: Option<String>,
        body: &[u8],
    ) -> Self {
        match serde_json::from_slice::<Problem>(body) {
            Ok(Problem {
                refusal: Some(refusal),
                ..
            }) => ClientError::Refused {
                refusal: Box::new(refusal),
            },
            Ok(problem) => ClientError::Problem {
                address,
                problem: Box::new(problem),
            },
            Err(why) => {
                let why = format!("status {status}, {why}");
                ClientError::not_understood(doing, address, version, why)
            }
        }
    }

    /// An answer that does not parse: another version's when the server says so, else garbage.
    pub(super) fn not_understood(
        doing: &'static str,
        address: String,
        version: Option<String>,
        why: String,
    ) -> Self {
        let ours = env!("CARGO_PKG_VERSION");
        match version {
            Some(theirs) if theirs != ours => ClientError::Version {
                address,
                theirs,
                ours,
                why,
            },
            Some(_) | None => ClientError::Garbage {
                doing,
                address,
                why,
            },
        }
    }
}

/// The version that the answering server names.
pub(super) fn version(answer: &reqwest::Response) -> Option<String> {
    let value = answer.headers().get(VERSION_HEADER)?;
    value.to_str().ok().map(str::to_owned)
}
