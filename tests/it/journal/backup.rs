//! Copies of a journal that is written at the same time, and what a restore accepts and leaves.

use super::sample::{add, audit, effect, lease, one, owed, started, trouble};
use pilothouse::journal::{self, FILE, Journal, Restoring, Sqlite, backup};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use tempfile::TempDir;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A state directory with a backup of it: two entries, one effect that somebody holds.
fn backed_up() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Sqlite::open(directory.path()).unwrap();
    add(
        &mut journal,
        one("a", 0, 7, vec![trouble("1"), started("a-1")]),
    )
    .unwrap();
    journal
        .lease(&[effect("a-1")], &lease("one", 0, 1_000))
        .unwrap();
    let file = directory.path().join("copy.db");
    backup(directory.path(), &file).unwrap();
    (directory, file)
}

#[test]
fn a_backup_is_of_one_moment_while_commits_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Sqlite::open(directory.path()).unwrap();
    add(&mut journal, one("a", 0, 1, vec![trouble("0")])).unwrap();
    let copies = tempfile::tempdir().unwrap();
    let over = AtomicBool::new(false);
    let (seen, written) = thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut n = 1;
            while !over.load(Ordering::Relaxed) {
                let facts = vec![trouble(&"x".repeat(2_000)), trouble("y")];
                add(&mut journal, one("a", n, 1, facts)).unwrap();
                n += 2;
            }
            n
        });
        let copy = |n: u64| {
            let file = copies.path().join(format!("{n}.db"));
            backup(directory.path(), &file).unwrap()
        };
        let seen: Vec<_> = (0..10).map(copy).collect();
        over.store(true, Ordering::Relaxed);
        (seen, writing.join().unwrap())
    });
    assert!(seen.is_sorted_by_key(|audit| audit.entries));
    for audit in &seen {
        // Commits are whole in it, and what it holds is the beginning of the journal.
        assert!(
            audit.entries % 2 == 1 && audit.entries <= written,
            "{audit:?}"
        );
        let noted = super::sample::audit(directory.path(), Some(audit.head.link));
        assert_eq!(noted.unwrap().noted, Some(audit.entries));
    }
    let ten: Vec<String> = (0..10).map(|n| format!("{n}.db")).collect();
    assert_eq!(names(copies.path()), ten, "nothing lies beside them");
    let mode = fs::metadata(copies.path().join("0.db")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_is_restored_has_another_epoch_and_the_same_entries() {
    let (first, file) = backed_up();
    let place = tempfile::tempdir().unwrap();
    let mut restoring = Restoring::begin(&file, place.path()).unwrap();
    assert_eq!(restoring.audit.entries, 2);
    let said = Sqlite::open(place.path()).unwrap_err().to_string();
    assert!(said.contains("in use by another"), "{said}");
    add(&mut restoring.journal, one("a", 2, 8, vec![trouble("3")])).unwrap();
    restoring.finish().unwrap();
    assert_eq!(names(place.path()), [FILE, "journal.lock"]);

    let mut again = Sqlite::open(place.path()).unwrap();
    let before = Sqlite::open(first.path()).unwrap();
    assert_ne!(again.epoch(), before.epoch());
    assert_eq!((before.restores(), again.restores()), (0, 1));
    assert_eq!(again.history(0, 2).unwrap(), before.history(0, 2).unwrap());
    assert_eq!(again.last().0, 3);
    // Whoever held what is owed is of the journal before.
    let ids = [effect("a-1")];
    assert_eq!(owed(&again), ["a-1"]);
    assert_eq!(again.lease(&ids, &lease("two", 1, 9)).unwrap(), ids);
    drop(again);
    let head = journal::audit(&file, None).unwrap().head.link;
    assert_eq!(audit(place.path(), Some(head)).unwrap().noted, Some(2));
}

#[test]
fn nothing_is_ever_overwritten_and_nothing_is_left_behind() {
    let (first, file) = backed_up();
    let said = backup(first.path(), &file).unwrap_err().to_string();
    assert!(said.contains("is there already"), "{said}");

    let place = tempfile::tempdir().unwrap();
    for there in [FILE, "journal.db-wal"] {
        fs::write(place.path().join(there), "").unwrap();
        let said = Restoring::begin(&file, place.path()).unwrap_err();
        assert!(said.to_string().contains(there), "{said}");
        fs::remove_file(place.path().join(there)).unwrap();
    }
    let open = Sqlite::open(place.path()).unwrap();
    let said = Restoring::begin(&file, place.path()).unwrap_err();
    assert!(said.to_string().contains("(process "), "{said}");
    drop(open);
    fs::remove_file(place.path().join(FILE)).unwrap();

    Restoring::begin(&file, place.path()).unwrap().give_up();
    assert_eq!(names(place.path()), ["journal.lock"]);
    let mut bytes = fs::read(&file).unwrap();
    let fact = b"\"why\":\"1\"";
    let at = bytes.windows(fact.len()).position(|it| it == fact).unwrap();
    bytes[at + 7] = b'2';
    for (bytes, words) in [
        (bytes.as_slice(), "entry 1 of pipeline/a (revision 1)"),
        (&bytes[..5_000], "journal"),
        (b"nothing of the kind", "is not a journal of Pilothouse"),
    ] {
        fs::write(&file, bytes).unwrap();
        let said = Restoring::begin(&file, place.path()).unwrap_err();
        assert!(said.to_string().contains(words), "{words}: {said}");
        assert_eq!(names(place.path()), ["journal.lock"]);
    }
}
