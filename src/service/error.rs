//! Why the engine cannot start, and why a command gets no answer of the engine's.

use crate::{
    executor::ExecutorError,
    journal::{JournalError, WriterError},
    model::{Impossible, PipelineName, Refusal, Revision, Stream},
};

#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Writer(#[from] WriterError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error("cannot prepare to read alarms over HTTP: {0}")]
    Http(reqwest::Error),
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
