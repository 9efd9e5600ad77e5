//! How far the journal had come, noted beside it now and then: a log that was lost, or an older copy
//! in the journal's place, is found at the next start. It is no part of the journal, and of another
//! epoch it says nothing.

use crate::journal::Link;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const FILE: &str = "journal.mark";

#[derive(Debug)]
pub(super) struct Mark {
    file: PathBuf,
    /// What this process has noted.
    noted: Option<u64>,
}

/// An entry that is on the disk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) epoch: String,
    pub(super) seq: u64,
    pub(super) link: Link,
}

impl Mark {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self {
            file: directory.join(FILE),
            noted: None,
        }
    }

    /// None where there is none, or none that can be read: then less is found, and nothing is lost.
    pub(super) fn read(&self) -> Option<Noted> {
        let text = fs::read_to_string(&self.file).ok()?;
        let mut words = text.split_ascii_whitespace();
        Some(Noted {
            epoch: words.next()?.to_owned(),
            seq: words.next()?.parse().ok()?,
            link: words.next()?.parse().ok()?,
        })
    }

    /// Notes an entry that is on the disk, if it is another one than before. Not synced: an older mark
    /// is a good one, too.
    pub(super) fn note(&mut self, noted: &Noted) {
        if self.noted == Some(noted.seq) {
            return;
        }
        match self.write(noted) {
            Ok(()) => self.noted = Some(noted.seq),
            Err(why) => {
                let path = self.file.display();
                tracing::warn!(%path, %why, "how far the journal has come cannot be noted");
            }
        }
    }

    fn write(&self, Noted { epoch, seq, link }: &Noted) -> io::Result<()> {
        let part = self.file.with_extension("mark.new");
        fs::write(&part, format!("{epoch} {seq} {link}\n"))?;
        fs::rename(part, &self.file)
    }
}
