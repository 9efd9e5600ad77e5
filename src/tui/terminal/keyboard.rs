//! Reads the bytes of the terminal that we were given and has them decoded. It blocks, and knows
//! nothing of who waits.

use crate::tui::terminal::input::{Decoder, Input};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    unistd::read,
};
use std::{io, os::fd::AsFd as _};

#[derive(Debug)]
pub struct Keyboard {
    stdin: io::Stdin,
    decoder: Decoder,
}

impl Default for Keyboard {
    fn default() -> Self {
        Self {
            stdin: io::stdin(),
            decoder: Decoder::default(),
        }
    }
}

impl Keyboard {
    /// Waits for bytes, for the time after which a sequence that has begun goes on no more, or for
    /// so many milliseconds. What was typed by then may be nothing.
    ///
    /// # Errors
    /// When the terminal is gone or cannot be read.
    pub fn read(&mut self, longest: Option<u16>) -> io::Result<Vec<Input>> {
        let stdin = self.stdin.as_fd();
        let mut ready = [PollFd::new(stdin, PollFlags::POLLIN)];
        let patience = self.decoder.patience();
        // The rest of a sequence has its own time, which waiting in pieces would not measure.
        let wait = patience.or(longest);
        let mut bytes = [0; 1024];
        match poll(
            &mut ready,
            wait.map_or(PollTimeout::NONE, PollTimeout::from),
        ) {
            Ok(0) => return Ok(self.decoder.pause().into_iter().collect()),
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(Vec::new()),
            Err(why) => return Err(why.into()),
        }
        match read(stdin, &mut bytes) {
            // Nothing more will ever come.
            Ok(0) => Err(Errno::EIO.into()),
            Ok(n) => Ok(self.decoder.take(&bytes[..n])),
            Err(Errno::EINTR | Errno::EAGAIN) => Ok(Vec::new()),
            Err(why) => Err(why.into()),
        }
    }
}
