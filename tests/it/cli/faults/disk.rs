//! The disk that fails: built from C once, and what it is told and what it notes.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// The library, loaded into a program before libc.
pub(super) struct Disk {
    library: PathBuf,
    _folder: TempDir,
}

/// A kind of call: what is done to which file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    word: String,
    place: String,
}

/// Which call fails, and how.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) call: Call,
    pub(super) nth: usize,
    /// Whether all the later ones of its kind fail, too.
    pub(super) is_lasting: bool,
    pub(super) error: i32,
}

impl Disk {
    /// None where there is no compiler.
    pub(super) fn build() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault/disk.c");
        let built = Command::new("cc")
            .args([
                "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
            ])
            .arg(&library)
            .arg(source)
            .arg("-ldl")
            .output()
            .ok()?;
        assert!(built.status.success(), "{built:?}");
        Some(Self {
            library,
            _folder: folder,
        })
    }

    /// Puts a program on this disk: what is under a directory is on it.
    pub(super) fn hold(
        &self,
        program: &mut Command,
        under: &Path,
        notes: &Path,
        fault: Option<&Fault>,
    ) {
        program.env("LD_PRELOAD", &self.library);
        program.env("DISK_UNDER", under).env("DISK_NOTES", notes);
        program.envs(fault.map(|fault| ("DISK_FAILS", fault.rule())));
    }
}

impl Call {
    pub(super) fn is_on_journal(&self) -> bool {
        self.place.starts_with("journal.db")
    }

    /// Whether it is one of very many.
    pub(super) fn moves_bytes(&self) -> bool {
        self.word == "read" || self.word == "write"
    }

    /// Whether a full disk can refuse it.
    pub(super) fn takes_room(&self) -> bool {
        ["write", "create", "mkdir", "allocate"].contains(&self.word.as_str())
    }
}

impl Fault {
    /// As the disk is told it.
    pub(super) fn rule(&self) -> String {
        let Self {
            call, nth, error, ..
        } = self;
        let lasting = if self.is_lasting { '+' } else { '.' };
        format!("{} {} {nth}{lasting} {error}", call.word, call.place)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule())
    }
}

/// What the notes of a disk hold.
pub(super) fn calls(notes: &Path) -> Vec<Call> {
    let text = fs::read_to_string(notes).unwrap();
    let call = |line: &str| {
        let (word, place) = line.split_once(' ').unwrap();
        Call {
            word: word.to_owned(),
            place: place.to_owned(),
        }
    };
    text.lines().map(call).collect()
}
