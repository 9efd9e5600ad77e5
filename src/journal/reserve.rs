//! Space on the disk of a journal that is taken before it is needed, and given back when the disk is
//! full, so that what must go on then can. It knows no facts.

use crate::journal::Space;
use nix::{fcntl::posix_fallocate, sys::statvfs::statvfs};
use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// The file beside the journal that holds the space.
const FILE: &str = "journal.reserve";

/// Enough for the facts and the logs of thousands of rollback steps.
const SIZE: u64 = 64 * 1024 * 1024;

/// With less than this the disk counts as full: what runs still wants some.
const LOW: u64 = 16 * 1024 * 1024;

/// With so much there is space again: what is taken once more leaves twice what counts as full.
const ENOUGH: u64 = SIZE + 2 * LOW;

#[derive(Debug)]
pub(super) struct Reserve {
    directory: PathBuf,
    file: PathBuf,
    held: bool,
    space: Space,
}

impl Reserve {
    /// Takes the space, or finds that there is none to take.
    pub(super) fn take(directory: &Path) -> Self {
        let mut reserve = Self {
            directory: directory.to_owned(),
            file: directory.join(FILE),
            held: false,
            space: Space::Enough,
        };
        reserve.hold();
        reserve.look();
        reserve
    }

    /// Looks at the disk. What was taken is given back when it is full, and taken again when others
    /// have made room.
    pub(super) fn look(&mut self) -> Space {
        match (self.space, self.free()) {
            (Space::Enough, Some(free)) if free < LOW => drop(self.give_back()),
            (Space::Low, Some(free)) if free >= ENOUGH => {
                self.space = Space::Enough;
                self.hold();
            }
            (Space::Enough | Space::Low, Some(_) | None) => {}
        }
        self.space
    }

    /// Whether there was something to give back.
    pub(super) fn give_back(&mut self) -> bool {
        self.space = Space::Low;
        let gone = self.held && fs::remove_file(&self.file).is_ok();
        self.held = false;
        if gone {
            let (path, bytes) = (self.file.display(), SIZE);
            tracing::error!(%path, bytes, "the disk is full; the space that was reserved is given back");
        }
        gone
    }

    fn hold(&mut self) {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(&self.file);
        let length = i64::try_from(SIZE).unwrap_or(i64::MAX);
        let taken = file.and_then(|file| Ok(posix_fallocate(file, 0, length)?));
        match taken {
            Ok(()) => self.held = true,
            Err(why) => {
                drop(fs::remove_file(&self.file));
                if why.kind() == io::ErrorKind::StorageFull {
                    self.space = Space::Low;
                } else {
                    // Some file systems cannot; the disk is still watched.
                    let path = self.file.display();
                    tracing::warn!(%path, %why, "no space can be reserved for when the disk is full");
                }
            }
        }
    }

    /// Bytes that this user may still write; none when the disk does not say.
    fn free(&self) -> Option<u64> {
        let disk = statvfs(&self.directory).ok()?;
        Some(disk.blocks_available().saturating_mul(disk.fragment_size()))
    }
}
