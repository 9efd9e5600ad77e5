//! What can go wrong between the executor and the machine. Trouble within a step is no error but a
//! `StepResult`; these are for opening the state directory and for looking at a repository.

use crate::model::EffectId;
use std::{io, path::PathBuf};

/// Why the executor cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    #[error("cannot {operation} {}: {source}", path.display())]
    File {
        operation: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(
        "no step can be started as {user} in {}: {source}; every directory above must let others pass through (chmod o+x), or name another place with --state",
        path.display()
    )]
    NoStep {
        user: String,
        path: PathBuf,
        source: io::Error,
    },
    #[error(
        "the signing key {} {why}: put back the one that the artifacts were signed with, or remove it to begin with a new one, and build anew what is to be deployed",
        path.display()
    )]
    Key { path: PathBuf, why: String },
    #[error("the step {id} of an earlier server does not end: {left}; end it and start again")]
    Undying { id: EffectId, left: String },
}

/// Why a look at a branch gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error(
        "{repository:?} is not a repository to read from: use https://, ssh://, file:// or an absolute path"
    )]
    BadRepository { repository: String },
    #[error("{branch:?} is not a branch name that git accepts")]
    BadBranch { branch: String },
    #[error("{trailer:?} is not a trailer: use letters, digits and dashes")]
    BadTrailer { trailer: String },
    #[error("the repository {repository} has no branch {branch}")]
    NoBranch { repository: String, branch: String },
    #[error("git {operation} {repository}: {why}")]
    Git {
        operation: &'static str,
        repository: String,
        /// What git said, or why it could not run.
        why: String,
    },
    #[error("cannot {operation} {}: {source}", path.display())]
    File {
        operation: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}
