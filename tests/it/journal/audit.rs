//! Real journal files that somebody tampered with, or a disk damaged: what is wrong is named.

use super::sample::{accepted, add, asked, audit, finished, one, started, trouble};
use pilothouse::journal::{FILE, Journal, JournalError, Link, Sqlite};
use std::{fs, path::Path};
use tempfile::TempDir;

/// Twelve entries in two streams: one request, one effect that is owed and one that is done.
fn journal() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Sqlite::open(directory.path()).unwrap();
    let mut put = |commit| add(&mut journal, commit).unwrap();
    put(one("a", 0, 1, vec![trouble("1"), trouble("2")]));
    put(one("b", 0, 2, vec![trouble("3"), trouble("4")]));
    put(asked("a", 2, "k", vec![accepted("k"), started("a-1")]));
    put(one("b", 2, 4, vec![started("b-1"), finished("b-1")]));
    put(one("a", 4, 5, vec![trouble("9"), trouble("10")]));
    put(one("b", 4, 6, vec![started("b-2"), trouble("12")]));
    directory
}

fn head(directory: &Path) -> Link {
    audit(directory, None).unwrap().head.link
}

fn sql(directory: &Path, sql: &str) {
    let db = rusqlite::Connection::open(directory.join(FILE)).unwrap();
    db.execute_batch(&format!("PRAGMA foreign_keys = off; {sql}"))
        .unwrap();
}

#[test]
fn a_whole_journal_has_a_head_that_stays() {
    let directory = journal();
    let path = directory.path();
    let before = audit(path, None).unwrap();
    let streams: Vec<(&str, u64)> = before.streams.iter().map(|(s, r)| (&**s, r.0)).collect();
    assert_eq!((before.entries, before.noted), (12, None));
    assert_eq!(streams, [("pipeline/a", 6), ("pipeline/b", 6)]);

    let mut journal = Sqlite::open(path).unwrap();
    add(&mut journal, one("a", 6, 7, vec![trouble("13")])).unwrap();
    // Beside the server that has it open, and after it.
    let after = audit(path, Some(before.head.link)).unwrap();
    drop(journal);
    assert_eq!((after.entries, after.noted), (13, Some(12)));
    assert_eq!(audit(path, Some(before.head.link)).unwrap(), after);
    assert_eq!(audit(path, Some(after.head.link)).unwrap().noted, Some(13));

    let empty = tempfile::tempdir().unwrap();
    drop(Sqlite::open(empty.path()).unwrap());
    let empty = audit(empty.path(), None).unwrap();
    assert_eq!((empty.entries, empty.streams.len()), (0, 0));
}

/// What is done to that journal, and what the refusal must say.
const TAMPERED: [(&str, &[&str]); 13] = [
    (
        "UPDATE fact SET fact = replace(fact, '3', '7') WHERE seq = 3",
        &[
            "entry 3 of pipeline/b (revision 1)",
            "it was changed",
            "the 2 before it are whole",
        ],
    ),
    (
        "UPDATE fact SET at = at - 1 WHERE seq = 6",
        &["entry 6 of pipeline/a (revision 4)", "it was changed"],
    ),
    (
        "UPDATE fact SET stream = 'pipeline/c' WHERE seq = 12",
        &["entry 12 of pipeline/c (revision 6)", "it was changed"],
    ),
    (
        "UPDATE fact SET link = zeroblob(32) WHERE seq = 5",
        &[
            "entry 5 of pipeline/a (revision 3)",
            "another sum",
            "was not changed",
        ],
    ),
    (
        "CREATE TABLE t AS SELECT * FROM fact WHERE seq IN (4, 9);
             UPDATE fact SET (fact) = (SELECT fact FROM t WHERE t.seq = 13 - fact.seq)
             WHERE seq IN (4, 9); DROP TABLE t;",
        &[
            "entry 4 of pipeline/b (revision 2)",
            "was swapped with entry 9",
        ],
    ),
    (
        "CREATE TABLE t AS SELECT * FROM fact WHERE seq IN (4, 9);
             UPDATE fact SET (fact, link) = (SELECT fact, link FROM t WHERE t.seq = 13 - fact.seq)
             WHERE seq IN (4, 9); DROP TABLE t;",
        &[
            "entry 4 of pipeline/b (revision 2)",
            "was swapped with entry 9",
        ],
    ),
    (
        "UPDATE fact SET seq = -seq WHERE seq IN (4, 9);
             UPDATE fact SET seq = 13 + seq WHERE seq < 0",
        &[
            "entry 4 of pipeline/a (revision 5)",
            "was swapped with entry 9",
        ],
    ),
    (
        "DELETE FROM fact WHERE seq = 5",
        &[
            "entry 5 is missing",
            "the next one there is 6",
            "the 4 before it",
        ],
    ),
    (
        "DELETE FROM fact WHERE seq < 3",
        &["entry 1 is missing", "is 3"],
    ),
    (
        "DELETE FROM fact WHERE seq = 5; UPDATE fact SET seq = seq - 1 WHERE seq > 5",
        &["entry 5 of pipeline/a (revision 4)", "it was changed"],
    ),
    (
        "DELETE FROM fact WHERE seq > 10",
        &["effect b-2 is of entry 11, behind the last one, 10"],
    ),
    ("DELETE FROM request", &["the table of requests has k"]),
    (
        "UPDATE effect SET id = 'b-9' WHERE id = 'b-2'",
        &["the table of effects has b-9"],
    ),
];

#[test]
fn tampering_is_named_by_entry_and_stream() {
    for (tamper, words) in TAMPERED {
        let directory = journal();
        sql(directory.path(), tamper);
        let said = audit(directory.path(), None).unwrap_err().to_string();
        for word in words.iter().chain(&["journal.db"]) {
            assert!(said.contains(word), "{tamper}: {word}: {said}");
        }
    }
}

#[test]
fn a_noted_head_tells_that_the_end_was_cut_off_or_all_was_made_anew() {
    let noted = {
        let directory = journal();
        let noted = head(directory.path());
        sql(directory.path(), "DELETE FROM fact WHERE seq = 12");
        assert_eq!(audit(directory.path(), None).unwrap().entries, 11);
        let said = audit(directory.path(), Some(noted))
            .unwrap_err()
            .to_string();
        assert!(said.contains(&format!("has the head {noted}")), "{said}");
        assert!(
            said.contains("the last one, 11") && said.contains("cut off"),
            "{said}"
        );
        noted
    };
    // The same entries under another epoch: every sum of it is right.
    audit(journal().path(), Some(noted)).unwrap_err();
}

#[test]
fn a_server_does_not_go_on_from_a_journal_that_was_changed() {
    let directory = journal();
    sql(
        directory.path(),
        "UPDATE fact SET fact = replace(fact, '9', '8') WHERE seq = 9",
    );
    let journal = Sqlite::open(directory.path()).unwrap();
    for (after, limit) in [(0, 100), (3, 6), (8, 1), (7, 2)] {
        let error = journal.history(after, limit).unwrap_err();
        assert!(
            matches!(error, JournalError::Damaged { seq: 9, .. }),
            "{error}"
        );
        assert!(error.to_string().contains("audit verify"), "{error}");
    }
    assert_eq!(journal.history(9, 100).unwrap().len(), 3);
    assert_eq!(journal.history(0, 8).unwrap().len(), 8);
}

#[test]
fn a_server_does_not_go_on_over_an_entry_that_is_missing() {
    let directory = journal();
    sql(directory.path(), "DELETE FROM fact WHERE seq = 9");
    let journal = Sqlite::open(directory.path()).unwrap();
    for (after, limit) in [(0, 100), (3, 6), (8, 1), (9, 1)] {
        let error = journal.history(after, limit).unwrap_err();
        assert!(
            matches!(error, JournalError::Damaged { seq: 9, .. }),
            "{error}"
        );
        let missing = "it is missing, and entry 10 is there";
        assert!(error.to_string().contains(missing), "{error}");
    }
    assert_eq!(journal.history(0, 8).unwrap().len(), 8);
}

#[test]
fn no_flipped_bit_goes_unseen_that_changes_anything() {
    let directory = journal();
    let (path, file) = (directory.path(), directory.path().join(FILE));
    let whole = audit(path, None).unwrap();
    let bytes = fs::read(&file).unwrap();
    let mut found = 0;
    for at in (0..bytes.len()).step_by(61) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        fs::write(&file, flipped).unwrap();
        match audit(path, None) {
            Ok(audit) => assert_eq!(audit, whole, "byte {at}"),
            Err(_named) => found += 1,
        }
    }
    assert!(found > 20, "{found}");

    let fact = b"\"why\":\"10\"";
    let at = bytes.windows(fact.len()).position(|bytes| bytes == fact);
    let mut flipped = bytes.clone();
    flipped[at.unwrap() + 8] ^= 0x01;
    fs::write(&file, flipped).unwrap();
    let said = audit(path, None).unwrap_err().to_string();
    assert!(
        said.contains("entry 10 of pipeline/a (revision 6)"),
        "{said}"
    );
}

#[test]
fn a_truncated_file_is_named() {
    let directory = journal();
    let (path, file) = (directory.path(), directory.path().join(FILE));
    let bytes = fs::read(&file).unwrap();
    for left in (0..bytes.len()).step_by(512).skip(1) {
        fs::write(&file, &bytes[..left]).unwrap();
        let said = audit(path, None).unwrap_err().to_string();
        assert!(said.contains("journal.db"), "{left}: {said}");
        assert!(said.contains("backup"), "{left}: {said}");
    }
}
