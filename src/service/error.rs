//! Why the engine cannot start, and why a command gets no answer of the engine's.

use std::{io, path::PathBuf};

use crate::{
    definition::Problems,
    executor::ExecutorError,
    journal::{JournalError, WriterError},
    model::{Actor, Fingerprint, Impossible, PipelineName, Refusal, Revision, Stream},
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

/// A stream as a person would call it.
pub(super) fn named(stream: &Stream) -> String {
    match stream {
        Stream::Organization => "the organization".to_owned(),
        Stream::Pipeline(name) => format!("pipeline {name}"),
    }
}
