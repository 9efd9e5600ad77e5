//! The output of a step on disk: the first bytes as they come, and the last ones when it ends. It
//! never grows beyond its bound, whatever a step prints, and keeps bytes as bytes.
//!
//! ```text
//! head (as written) | "... N bytes left out ..." | tail (written at the end)
//! ```

use crate::model::is_unseen;
use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// Together about a mebibyte: some ten thousand lines, more than anybody reads at night, and a
/// thousand steps still fit in a gigabyte.
const HEAD: u64 = 512 * 1024;
const TAIL: usize = 512 * 1024;

/// Characters of the last line that go into a message.
const LAST_LINE: usize = 200;

#[derive(Debug)]
pub(crate) struct Log {
    file: File,
    /// Bytes that came, kept or not.
    total: u64,
    /// The newest bytes: at least `TAIL` of them once so many came, never more than twice that.
    recent: Vec<u8>,
    /// Where in `recent` the output of the present command starts.
    command_at: usize,
    /// The first trouble in writing; the step goes on without its log.
    trouble: Option<io::Error>,
}

impl Log {
    /// Starts an empty log, replacing one of an earlier try.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::create(path)?,
            total: 0,
            recent: Vec::new(),
            command_at: 0,
            trouble: None,
        })
    }

    /// A line of our own, before the output of a command.
    pub(crate) fn heading(&mut self, text: &str) {
        if self.recent.last().is_some_and(|last| *last != b'\n') {
            self.write(b"\n");
        }
        self.write(format!("[pilothouse] {text}\n").as_bytes());
        self.command_at = self.recent.len();
    }

    /// Takes output. Plain writes, because they go to the page cache and are few.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let room = usize::try_from(HEAD.saturating_sub(self.total)).unwrap_or(0);
        let head = &bytes[..bytes.len().min(room)];
        self.total += bytes.len() as u64;
        self.put(head);
        self.recent.extend_from_slice(bytes);
        if self.recent.len() > 2 * TAIL {
            let surplus = self.recent.len() - TAIL;
            self.recent.drain(..surplus);
            self.command_at = self.command_at.saturating_sub(surplus);
        }
    }

    /// Writes the tail. Gives the first trouble there was in writing.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let beyond = self.total.saturating_sub(HEAD);
        let kept = usize::try_from(beyond).map_or(TAIL, |beyond| beyond.min(TAIL));
        let left_out = beyond - kept as u64;
        if left_out > 0 {
            self.put(format!("\n... {left_out} bytes left out ...\n").as_bytes());
        }
        let tail = std::mem::take(&mut self.recent);
        self.put(&tail[tail.len() - kept..]);
        self.trouble.map_or(Ok(()), Err)
    }

    /// The last line of the present command that says something, made fit for a message.
    pub(crate) fn last_line(&self) -> String {
        let output = &self.recent[self.command_at.min(self.recent.len())..];
        output
            .rsplit(|byte| matches!(byte, b'\n' | b'\r'))
            .map(|line| printable(&line[..line.len().min(8 * LAST_LINE)]))
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.trouble.is_none() {
            self.trouble = self.file.write_all(bytes).err();
        }
    }
}

/// Hostile or garbled bytes as one short line of plain text: no control characters, no terminal
/// sequences, nothing that turns the direction of writing.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            // A sequence such as ESC [ 31 m ends with its first letter.
            '\u{1b}' => {
                let _sequence = chars.find(char::is_ascii_alphabetic);
            }
            '\t' => plain.push(' '),
            c if is_unseen(c) => {}
            c => plain.push(c),
        }
    }
    let plain = plain.trim();
    match plain.char_indices().nth(LAST_LINE) {
        Some((cut, _)) => format!("{}…", &plain[..cut]),
        None => plain.to_owned(),
    }
}
