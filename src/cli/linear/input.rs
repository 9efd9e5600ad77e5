//! Lines that are typed, one at a time and only when one is wanted, so that a confirmation can read
//! the same input by itself.

use crate::cli::failure::{Exit, Failure};
use std::{io, sync::mpsc as blocking, thread};
use tokio::sync::mpsc;

#[derive(Debug)]
pub(super) struct Input {
    wanted: blocking::SyncSender<()>,
    lines: mpsc::Receiver<Option<String>>,
    /// Whether a line was asked for and has not come yet.
    asked: bool,
}

impl Input {
    pub(super) fn open() -> Result<Self, Failure> {
        // One line at a time is asked for, and answered.
        let (wanted, asked) = blocking::sync_channel(1);
        let (into, lines) = mpsc::channel(1);
        let started = thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || read(&asked, &into));
        started.map_err(|why| Failure::new(Exit::Failed, format!("cannot read lines: {why}")))?;
        Ok(Self {
            wanted,
            lines,
            asked: false,
        })
    }

    /// The next line; none at the end of the input. Nothing is lost when the future is dropped.
    pub(super) async fn line(&mut self) -> Option<String> {
        if !self.asked {
            self.wanted.try_send(()).ok()?;
            self.asked = true;
        }
        let line = self.lines.recv().await;
        self.asked = false;
        line.flatten()
    }
}

/// A thread, because reading a terminal blocks. It ends with the input, or when nobody asks any more.
fn read(wanted: &blocking::Receiver<()>, into: &mpsc::Sender<Option<String>>) {
    while wanted.recv().is_ok() {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let line = read.is_ok_and(|n_bytes| n_bytes > 0).then_some(line);
        let ended = line.is_none();
        if into.blocking_send(line).is_err() || ended {
            return;
        }
    }
}
