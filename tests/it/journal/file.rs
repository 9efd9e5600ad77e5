//! What only a journal in a file can get wrong: being reopened, replaced, damaged, or shared.

use super::sample::{accepted, add, asked, effect, lease, one, owed, started, stream, trouble};
use pilothouse::{
    journal::{FILE, Journal, JournalError, Sqlite},
    model::Revision,
};
use std::{fs, path::Path};

#[test]
fn a_file_is_the_same_after_it_was_closed() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Sqlite::open(directory.path()).unwrap();
    add(
        &mut first,
        asked("a", 0, "k", vec![accepted("k"), started("a-1")]),
    )
    .unwrap();
    first.lease(&[effect("a-1")], &lease("one", 0, 10)).unwrap();
    let before = (
        first.epoch().to_owned(),
        first.last(),
        first.history(0, 9).unwrap(),
    );
    drop(first);

    let mut again = Sqlite::open(directory.path()).unwrap();
    let after = (
        again.epoch().to_owned(),
        again.last(),
        again.history(0, 9).unwrap(),
    );
    assert_eq!(before, after);
    assert_eq!(owed(&again), ["a-1"]);
    assert_eq!(
        again.lease(&[effect("a-1")], &lease("two", 5, 9)).unwrap(),
        []
    );
    add(&mut again, asked("a", 2, "k", vec![])).unwrap_err();
    let other = tempfile::tempdir().unwrap();
    assert_ne!(Sqlite::open(other.path()).unwrap().epoch(), after.0);
}

/// What lies in the place of the journal, how it came there, what the refusal must say.
type Stranger = (&'static str, fn(&Path), &'static [&'static str]);

#[test]
fn what_is_no_journal_is_refused_with_advice() {
    let cases: [Stranger; 4] = [
        (
            "garbage",
            |path| fs::write(path, "not a database, not even a bit of one\n".repeat(40)).unwrap(),
            &[
                "journal.db is not a journal of Pilothouse",
                "restore it from a backup",
            ],
        ),
        (
            "another program's",
            |path| sql(path, "CREATE TABLE cookies (name TEXT)"),
            &["database of another program"],
        ),
        (
            "from the future",
            |path| {
                drop(Sqlite::open(path.parent().unwrap()).unwrap());
                sql(
                    path,
                    "PRAGMA user_version = 99; INSERT INTO writer VALUES ('9.1.0', 0)",
                );
            },
            &[
                "newer Pilothouse, 9.1.0 (format 99; this one knows up to 4)",
                "install that version",
            ],
        ),
        (
            "a directory",
            |path| fs::create_dir(path).unwrap(),
            &["opening failed in", "journal.db"],
        ),
    ];
    for (what, put, words) in cases {
        let directory = tempfile::tempdir().unwrap();
        put(&directory.path().join(FILE));
        let said = Sqlite::open(directory.path()).unwrap_err().to_string();
        for word in words {
            assert!(said.contains(word), "{what}: {said}");
        }
    }
}

#[test]
fn a_damaged_fact_is_named_and_never_skipped() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Sqlite::open(directory.path()).unwrap();
    add(
        &mut journal,
        one("a", 0, 1, vec![trouble("1"), trouble("2")]),
    )
    .unwrap();
    drop(journal);
    let file = directory.path().join(FILE);
    sql(
        &file,
        "UPDATE fact SET fact = '{\"fact\":\"nonsense\"}' WHERE seq = 2",
    );
    let journal = Sqlite::open(directory.path()).unwrap();
    let error = journal.read(&stream("a"), Revision(0), 10).unwrap_err();
    assert!(
        matches!(error, JournalError::Damaged { seq: 2, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("journal.db"), "{error}");
}

#[test]
fn a_second_server_on_the_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let first = Sqlite::open(directory.path()).unwrap();
    let said = Sqlite::open(directory.path()).unwrap_err().to_string();
    let process = format!("(process {})", std::process::id());
    for word in [
        directory.path().to_str().unwrap(),
        &process,
        "stop that one first",
    ] {
        assert!(said.contains(word), "{said}");
    }
    drop(first);
    Sqlite::open(directory.path()).unwrap();
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let said = Sqlite::open(&file.join("state")).unwrap_err().to_string();
    assert!(
        said.contains("file/state") && said.contains("make it a directory"),
        "{said}"
    );
}

fn sql(file: &Path, sql: &str) {
    let db = rusqlite::Connection::open(file).unwrap();
    db.execute_batch(sql).unwrap();
}
