//! Bytes for a terminal that may take them slowly, or not at all: a stopped screen (Ctrl-s), a link
//! that is gone without a word. Writing never waits; what is not taken stays here until it is asked
//! for again. So signals, keys and news are served whatever the terminal does.

use crate::{clock::Stopwatch, model::Span};
use nix::{
    libc::{O_NOCTTY, O_NONBLOCK},
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd::ttyname,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::{fd::AsFd as _, unix::fs::OpenOptionsExt as _},
};

#[derive(Debug)]
pub(super) struct Output {
    to: File,
    /// What the terminal has not taken yet, from `taken` on.
    rest: Vec<u8>,
    taken: usize,
    /// Since when there is such a rest.
    behind: Option<Stopwatch>,
}

impl Output {
    /// The terminal behind standard output, opened anew: whether writing waits belongs to what was
    /// opened, and the shell shares what we were given.
    pub(super) fn open() -> io::Result<Self> {
        let stdout = io::stdout();
        let anew = ttyname(stdout.as_fd()).map(|path| {
            OpenOptions::new()
                .write(true)
                .custom_flags(O_NONBLOCK | O_NOCTTY)
                .open(path)
        });
        let to = match anew {
            Ok(Ok(to)) => to,
            // It has no name here, as in some containers; then writing waits.
            Ok(Err(_)) | Err(_) => File::from(stdout.as_fd().try_clone_to_owned()?),
        };
        Ok(Self {
            to,
            rest: Vec::new(),
            taken: 0,
            behind: None,
        })
    }

    /// Writes as much as the terminal takes now.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        self.drain()
    }

    /// Writes more of what it did not take before.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        while self.taken < self.rest.len() {
            match self.to.write(&self.rest[self.taken..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.taken += n,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) if why.kind() == io::ErrorKind::WouldBlock => {
                    self.behind.get_or_insert_with(Stopwatch::start);
                    return Ok(());
                }
                Err(why) => return Err(why),
            }
        }
        self.rest.clear();
        self.taken = 0;
        self.behind = None;
        Ok(())
    }

    /// Waits until everything is taken, but no longer than so many milliseconds in one piece.
    pub(super) fn finish(&mut self, patience: u16) -> io::Result<()> {
        self.drain()?;
        while self.behind.is_some() {
            let mut ready = [PollFd::new(self.to.as_fd(), PollFlags::POLLOUT)];
            if poll(&mut ready, PollTimeout::from(patience))? == 0 {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.drain()?;
        }
        Ok(())
    }

    /// How long the terminal has been behind; none when it has taken everything.
    pub(super) fn behind(&self) -> Option<Span> {
        self.behind.as_ref().map(Stopwatch::elapsed)
    }
}
