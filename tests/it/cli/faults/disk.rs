//! The disk that fails: built from C once, and what it is told and what it notes.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// The library, loaded into a program before libc.
pub(crate) struct Disk {
    library: PathBuf,
    _folder: TempDir,
}

/// A kind of call: what is done to which file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    word: String,
    place: String,
}

/// Which call fails, and how.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) call: Call,
    pub(crate) nth: usize,
    /// Whether all the later ones of its kind fail, too.
    pub(crate) is_lasting: bool,
    pub(crate) error: i32,
}

impl Disk {
    /// None where there is no compiler.
    pub(crate) fn build() -> Option<Self> {
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
    pub(crate) fn hold(
        &self,
        program: &mut Command,
        under: &Path,
        notes: &Path,
        fault: Option<&Fault>,
    ) {
        program.envs(self.variables(under, notes, fault));
    }

    /// What puts a program on this disk, in its environment.
    pub(crate) fn variables(
        &self,
        under: &Path,
        notes: &Path,
        fault: Option<&Fault>,
    ) -> BTreeMap<&'static str, OsString> {
        let paths = [
            ("LD_PRELOAD", self.library.as_path()),
            ("DISK_UNDER", under),
            ("DISK_NOTES", notes),
        ];
        let paths = paths.map(|(name, path)| (name, path.into()));
        let fails = fault.map(|fault| ("DISK_FAILS", fault.rule().into()));
        paths.into_iter().chain(fails).collect()
    }
}

impl From<(&str, &str)> for Call {
    fn from((word, place): (&str, &str)) -> Self {
        Self {
            word: word.to_owned(),
            place: place.to_owned(),
        }
    }
}

impl Call {
    pub(crate) fn is_on_journal(&self) -> bool {
        self.place.starts_with("journal.db")
    }

    pub(crate) fn is_of_steps(&self) -> bool {
        self.place.starts_with("steps")
    }

    /// Whether it is one of very many.
    pub(crate) fn moves_bytes(&self) -> bool {
        self.word == "read" || self.word == "write"
    }

    /// Whether a full disk can refuse it.
    pub(crate) fn takes_room(&self) -> bool {
        ["write", "create", "mkdir", "allocate"].contains(&self.word.as_str())
    }
}

impl Fault {
    /// As the disk is told it.
    pub(crate) fn rule(&self) -> String {
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

/// Writes a program that becomes another one with these variables. Another process does it: what this
/// one had open for writing could not be run while a neighbour is being started.
pub(crate) fn write_program(
    file: &Path,
    variables: &BTreeMap<&'static str, OsString>,
    becomes: &str,
) {
    let sets = |(name, value): (&&str, &OsString)| {
        format!("export {name}='{}'\n", value.to_str().unwrap())
    };
    let sets: String = variables.iter().map(sets).collect();
    let text = format!("#!/bin/sh\n{sets}{becomes} \"$@\"\n");
    let mut write = Command::new("sh")
        .args(["-c", "cat > \"$1\" && chmod +x \"$1\"", "sh"])
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = write.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    assert!(write.wait().unwrap().success());
}

/// What the notes of a disk hold.
pub(crate) fn calls(notes: &Path) -> Vec<Call> {
    let text = fs::read_to_string(notes).unwrap();
    let call = |line: &str| Call::from(line.split_once(' ').unwrap());
    text.lines().map(call).collect()
}
