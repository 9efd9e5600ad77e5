//! `backup` and `restore` on a disk that fails at each of their calls: there is a whole copy or none,
//! and what could not be done is named.

use super::{
    chosen,
    disk::{Disk, Fault, calls},
    is_long,
};
use crate::cli::{pilothouse, stderr};
use pilothouse::journal::{self, FILE, Sqlite};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// A journal from the kept ones in a state directory, and room beside it for copies of it.
struct Room(TempDir);

impl Room {
    fn new() -> Self {
        let room = Self(TempDir::new().unwrap());
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/journal-4.db");
        fs::create_dir_all(room.path("disk/state")).unwrap();
        fs::copy(golden, room.path("disk/state").join(FILE)).unwrap();
        drop(Sqlite::open(&room.path("disk/state")).unwrap());
        room
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn notes(&self) -> PathBuf {
        self.path("notes")
    }

    fn run(&self, disk: &Disk, fault: Option<&Fault>, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pilothouse"));
        command.args(words).env_clear().env("HOME", self.0.path());
        disk.hold(&mut command, &self.path("disk"), &self.notes(), fault);
        command.output().unwrap()
    }
}

/// The copy that a command makes, which is there whole if the command was content, else not at all.
#[derive(Clone, Copy)]
struct Copy {
    words: &'static [&'static str],
    file: &'static str,
}

const BACKUP: Copy = Copy {
    words: &["backup", "disk/copy.db", "--state", "disk/state"],
    file: "disk/copy.db",
};

const RESTORE: Copy = Copy {
    words: &["restore", "disk/copy.db", "--state", "disk/new"],
    file: "disk/new/journal.db",
};

#[test]
fn a_copy_on_a_failing_disk_is_whole_or_is_not_there() {
    let Some(disk) = Disk::build() else {
        println!("skipped: this machine has no C compiler");
        return;
    };
    for copy in [BACKUP, RESTORE] {
        let room = prepared(copy);
        let output = made(&room, &disk, copy, None);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let faults = chosen(&calls(&room.notes()), |call, is_last| {
            is_last || is_long() || !call.moves_bytes()
        });
        for fault in &faults {
            stands(&disk, copy, fault);
        }
    }
}

/// A room with all that the command needs.
fn prepared(copy: Copy) -> Room {
    let room = Room::new();
    if copy.file != BACKUP.file {
        let (from, to) = (room.path("disk/state"), room.path(BACKUP.file));
        journal::backup(&from, &to).unwrap();
    }
    room
}

fn made(room: &Room, disk: &Disk, copy: Copy, fault: Option<&Fault>) -> Output {
    let at = |word: &&str| {
        let is_path = word.starts_with("disk/");
        let word = (*word).to_owned();
        if is_path {
            room.path(&word).to_str().unwrap().to_owned()
        } else {
            word
        }
    };
    let words: Vec<String> = copy.words.iter().map(at).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    room.run(disk, fault, &words)
}

fn stands(disk: &Disk, copy: Copy, fault: &Fault) {
    let room = prepared(copy);
    let output = made(&room, disk, copy, Some(fault));
    let (said, file) = (stderr(&output), room.path(copy.file));
    let case = format!("{:?} with {fault}: {said}", copy.words);
    assert!(!said.contains("panicked"), "{case}");
    match output.status.code() {
        Some(0) => {}
        Some(1) => {
            assert!(!file.exists(), "{case}");
            assert!(said.contains(room.path("disk").to_str().unwrap()), "{case}");
            let again = made(&room, disk, copy, None);
            assert_eq!(again.status.code(), Some(0), "{case}, then {again:?}");
        }
        other => panic!("{other:?}: {case}"),
    }
    let audited = journal::audit(&file, None);
    assert!(audited.is_ok(), "{case}: {audited:?}");
    let state = room.path("disk/state");
    let verify = ["audit", "verify", "--state", state.to_str().unwrap()];
    let verified = pilothouse(room.0.path(), &verify);
    assert_eq!(verified.status.code(), Some(0), "{case}: {verified:?}");
}
