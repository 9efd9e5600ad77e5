//! How a command ended, and the file in which its keeper says so: on the disk whole or not at all, and
//! good for one command only, which its key names. It decides when the server that started the keeper
//! is gone. It knows neither the keeper nor the server.

use crate::{durable, executor::ExecutorError, model::Span};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    Exit(i32),
    /// By a signal that was not ours.
    Signal(i32),
    /// Killed by the kernel for want of memory, within this limit.
    OutOfMemory(String),
    /// After its time limit, by us.
    TimedOut,
    /// Not wanted any more, ended by us.
    Stopped,
    /// It never ran.
    NotStarted(String),
    /// Nobody knows how it ended, or whether it did.
    Lost(String),
}

/// An end, with the last line that the command said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) ended: Ended,
    pub(crate) last_line: String,
    /// From its start to this end.
    pub(crate) took: Span,
}

/// Why nobody can say what became of a command.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} says {says} and cannot be read: {source}; look at what it was to do before you retry",
    path.display()
)]
pub(crate) struct Unreadable {
    pub(crate) path: PathBuf,
    pub(crate) says: &'static str,
    pub(crate) source: io::Error,
}

impl From<Unreadable> for ExecutorError {
    fn from(why: Unreadable) -> Self {
        Self::File {
            operation: "read what became of a step in",
            path: why.path,
            source: why.source,
        }
    }
}

impl From<Ended> for End {
    fn from(ended: Ended) -> Self {
        Self {
            ended,
            last_line: String::new(),
            took: Span::ZERO,
        }
    }
}

impl End {
    /// Says in a file how the command of this key ended.
    pub(crate) fn write(&self, file: &Path, key: &str) -> io::Result<()> {
        let (word, rest) = match &self.ended {
            Ended::Exit(code) => ("exit", code.to_string()),
            Ended::Signal(signal) => ("signal", signal.to_string()),
            Ended::OutOfMemory(limit) => ("out-of-memory", one_line(limit)),
            Ended::TimedOut => ("timed-out", String::new()),
            Ended::Stopped => ("stopped", String::new()),
            Ended::NotStarted(why) => ("not-started", one_line(why)),
            Ended::Lost(why) => ("lost", one_line(why)),
        };
        let (said, took) = (one_line(&self.last_line), self.took.0);
        let text = format!("{key} {took}\n{word} {rest}\n{said}\n");
        durable::replace(file, &file.with_extension("new"), &[text.as_bytes()])
    }

    /// How the command of this key ended, when that is known.
    ///
    /// # Errors
    /// Where the file is there and cannot be read, which says nothing of what is in it.
    pub(crate) fn read(file: &Path, key: &str) -> Result<Option<Self>, Unreadable> {
        match fs::read(file) {
            Ok(text) => Ok(str::from_utf8(&text)
                .ok()
                .and_then(|text| Self::parse(text, key))),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Unreadable {
                path: file.to_owned(),
                says: "how it ended",
                source,
            }),
        }
    }

    fn parse(text: &str, key: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (head, ended, last_line) = (lines.next()?, lines.next()?, lines.next()?);
        let (of, took) = head.split_once(' ')?;
        if of != key {
            return None;
        }
        let (word, rest) = ended.split_once(' ')?;
        let ended = match word {
            "exit" => Ended::Exit(rest.parse().ok()?),
            "signal" => Ended::Signal(rest.parse().ok()?),
            "out-of-memory" => Ended::OutOfMemory(rest.to_owned()),
            "timed-out" => Ended::TimedOut,
            "stopped" => Ended::Stopped,
            "not-started" => Ended::NotStarted(rest.to_owned()),
            "lost" => Ended::Lost(rest.to_owned()),
            _ => return None,
        };
        Some(Self {
            ended,
            last_line: last_line.to_owned(),
            took: Span(took.parse().ok()?),
        })
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_is_read_as_it_was_written_and_only_under_its_key() {
        let file = std::env::temp_dir().join(format!("pilothouse-ended-{}", std::process::id()));
        for ended in [
            Ended::Exit(75),
            Ended::Signal(9),
            Ended::OutOfMemory("2GiB".to_owned()),
            Ended::TimedOut,
            Ended::Stopped,
            Ended::NotStarted("no such file".to_owned()),
            Ended::Lost("it is gone".to_owned()),
        ] {
            let end = End {
                ended,
                last_line: "the last: line".to_owned(),
                took: Span(1_234),
            };
            end.write(&file, "0.1.2").unwrap();
            assert_eq!(End::read(&file, "0.1.2").unwrap(), Some(end));
            assert_eq!(End::read(&file, "0.1.3").unwrap(), None);
        }
        let whole = fs::read_to_string(&file).unwrap();
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            assert_eq!(End::read(&file, "0.1.2").unwrap(), None, "{cut}");
        }
        fs::remove_file(&file).unwrap();
        assert_eq!(End::read(&file, "0.1.2").unwrap(), None);
        assert!(End::read(&std::env::temp_dir(), "0.1.2").is_err());
    }
}
