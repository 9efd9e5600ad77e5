//! Why the engine cannot start, and why a command gets no answer of the engine's.

use std::{io, path::PathBuf};

use crate::{
    definition::Problems,
    executor::ExecutorError,
    journal::{JournalError, WriterError},
    model::{
        Actor, Fingerprint, Impossible, PipelineName, Refusal, Revision, Role, Stream, TokenName,
    },
};

#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Writer(#[from] WriterError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error("cannot prepare to speak HTTP: {0}")]
    Http(reqwest::Error),
    #[error("cannot keep what people are to be told in {}: {source}", path.display())]
    Notices { path: PathBuf, source: io::Error },
    #[error("the tokens cannot be read: {} {why}", path.display())]
    Tokens { path: PathBuf, why: String },
    #[error(
        "the journal cannot be folded: revision {revision} of {} is impossible after those before \
         it ({why}). Restore the journal from a backup, or start this version on a fresh state \
         directory",
        named(stream)
    )]
    Impossible {
        stream: Stream,
        revision: Revision,
        why: Impossible,
    },
    #[error("the task of {} ended before it was up", named(stream))]
    Died { stream: Stream },
}

/// Why definitions are not taken in; those that were there go on.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    #[error("nothing was changed, because the definitions are wrong:\n{0}")]
    Problems(#[from] Problems),
    #[error(
        "{by} may not reload definitions; the group admins may: {}",
        admins.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    NotAdmin { by: Actor, admins: Vec<Actor> },
    #[error(
        "the definitions changed since they were planned; the digest of the plan is now {digest}"
    )]
    Changed { digest: Fingerprint },
    #[error(transparent)]
    Command(Box<CommandError>),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why there is no new token, or the old one still counts.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("there is a token {name} already; revoke it first, or choose another name")]
    Taken { name: TokenName },
    #[error("there is no token {name}; {}", named_tokens(known))]
    Unknown {
        name: TokenName,
        known: Vec<TokenName>,
    },
    #[error(
        "a token cannot be {role} of some teams: what that may do concerns every team; only approver and operator can"
    )]
    Teams { role: Role },
    #[error("there are {most} tokens already; revoke some, which are forgotten 90 days later")]
    TooMany { most: usize },
    #[error("nothing was changed, because {} cannot be written: {source}", path.display())]
    NotKept { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Command(Box<CommandError>),
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(
        "there is no pipeline {name}; the pipelines are {}",
        known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    UnknownPipeline {
        name: PipelineName,
        known: Vec<PipelineName>,
    },
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the server is stopping; send the same request to the next one")]
    Stopping,
    #[error(transparent)]
    Journal(#[from] WriterError),
}

impl From<CommandError> for TokenError {
    fn from(why: CommandError) -> Self {
        Self::Command(Box::new(why))
    }
}

/// A stream as a person would call it.
pub(super) fn named(stream: &Stream) -> String {
    match stream {
        Stream::Organization => "the organization".to_owned(),
        Stream::Pipeline(name) => format!("pipeline {name}"),
    }
}

fn named_tokens(known: &[TokenName]) -> String {
    let known: Vec<&str> = known.iter().map(TokenName::as_str).collect();
    match known.as_slice() {
        [] => "there is none at all".to_owned(),
        known => format!("the tokens are {}", known.join(", ")),
    }
}
