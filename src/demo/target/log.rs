//! What was done to a target, as the target itself wrote it down: one JSON object a line, only ever
//! added to. The report compares it with the journal, so the two must never be made from each other.

use crate::model::{Digest, EffectId, PipelineName, ReleaseId, Time};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub at: Time,
    pub target: String,
    pub pipeline: PipelineName,
    pub effect: EffectId,
    pub epoch: u64,
    pub release: ReleaseId,
    /// As announced; when `Finished`, the bytes had it.
    pub digest: Digest,
    pub rollback: bool,
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Somebody wants it installed.
    Asked,
    /// The target is out from here on.
    Started,
    /// It runs the package and is back.
    Finished,
    /// The package is not what was announced; the target runs what it ran before.
    Broken { why: String },
    /// The same effect was carried out before: nothing was done.
    Repeated,
    /// A later epoch has been seen: nothing was done.
    TurnedDown { seen: u64 },
}

#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("cannot open the target's log {}", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot write the target's log {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}:{line} is not a record of a target's log", path.display())]
    Broken {
        path: PathBuf,
        line: usize,
        #[source]
        source: serde_json::Error,
    },
}

/// Everything in a log, oldest first; nothing when there is none yet.
///
/// # Errors
/// When it cannot be read, or a line in it is no record.
pub fn read(path: &Path) -> Result<Vec<Record>, LogError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(source) => {
            return Err(LogError::Open {
                path: path.to_owned(),
                source,
            });
        }
    };
    let records = text.lines().enumerate().map(|(index, line)| {
        serde_json::from_str(line).map_err(|source| LogError::Broken {
            path: path.to_owned(),
            line: index + 1,
            source,
        })
    });
    records.collect()
}

/// A log open for adding to.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|source| LogError::Open {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    pub(super) fn add(&mut self, record: &Record) -> Result<(), LogError> {
        let written = serde_json::to_string(record)
            .map_err(std::io::Error::other)
            .and_then(|line| self.file.write_all(format!("{line}\n").as_bytes()));
        written.map_err(|source| LogError::Write {
            path: self.path.clone(),
            source,
        })
    }
}
