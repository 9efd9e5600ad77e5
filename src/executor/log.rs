//! The output of a step on disk: the first bytes as they come, and the last ones when it ends. It
//! never grows beyond its bound, whatever a step prints, and keeps bytes as bytes. One process writes
//! at a time: the server its own lines, the keeper of a command what the command says.
//!
//! ```text
//! head (as written) | "... N bytes left out ..." | tail (written at the end)
//! ```

use crate::model::is_unseen;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
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
    path: PathBuf,
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
    pub(crate) fn begin(path: &Path) -> io::Result<()> {
        match fs::remove_file(rest(path)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
        File::create(path).map(drop)
    }

    /// Goes on where somebody stopped with [`Log::pause`].
    pub(crate) fn resume(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        let (total, recent) = match fs::read(rest(path)) {
            Ok(kept) => beyond(&kept).ok_or_else(|| io::Error::other("its rest is damaged"))?,
            Err(_within_head) => {
                let head = fs::read(path)?;
                (head.len() as u64, head)
            }
        };
        Ok(Self {
            file,
            path: path.to_owned(),
            total,
            command_at: recent.len(),
            recent,
            trouble: None,
        })
    }

    /// Leaves what is not in the file yet beside it. Gives the first trouble there was in writing.
    pub(crate) fn pause(self) -> io::Result<()> {
        if self.total > HEAD {
            let mut kept = format!("{}\n", self.total).into_bytes();
            let tail = self.recent.len().saturating_sub(TAIL);
            kept.extend_from_slice(&self.recent[tail..]);
            fs::write(rest(&self.path), kept)?;
        }
        self.trouble.map_or(Ok(()), Err)
    }

    /// Writes the tail of a log that was paused, once its step is over.
    pub(crate) fn finish(path: &Path) -> io::Result<()> {
        if !rest(path).exists() {
            return Ok(());
        }
        let mut log = Self::resume(path)?;
        let beyond = log.total.saturating_sub(HEAD);
        let kept = usize::try_from(beyond).map_or(TAIL, |beyond| beyond.min(TAIL));
        let left_out = beyond - kept as u64;
        if left_out > 0 {
            log.put(format!("\n... {left_out} bytes left out ...\n").as_bytes());
        }
        let tail = std::mem::take(&mut log.recent);
        log.put(&tail[tail.len().saturating_sub(kept)..]);
        log.trouble.map_or(Ok(()), Err)?;
        fs::remove_file(rest(path))
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

/// Where the newest bytes of a log wait that has outgrown its head: how many came, and the last.
fn rest(log: &Path) -> PathBuf {
    log.with_extension("rest")
}

fn beyond(kept: &[u8]) -> Option<(u64, Vec<u8>)> {
    let end = kept.iter().position(|byte| *byte == b'\n')?;
    let total = std::str::from_utf8(&kept[..end]).ok()?.parse().ok()?;
    Some((total, kept[end + 1..].to_vec()))
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
