//! Journals that were written by every format there has been. Each must load for ever: a demo fleet
//! of four pipelines, a good story and a bad one, as the server of that time left it.

use super::sample::audit;
use pilothouse::{
    journal::{FILE, Journal, JournalError, Sqlite},
    model::{
        Command, Effect, Entry, Fact, HoldCause, HoldScope, Lift, Org, Pipeline, PipelineName,
        RollbackScope, Run, StepResult, Stream,
    },
};
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, fs, path::PathBuf};
use tempfile::TempDir;

/// All hold the same entries.
const FORMATS: [&str; 4] = [
    "journal-1.db",
    "journal-2.db",
    "journal-3.db",
    "journal-4.db",
];
const NEWEST: &str = FORMATS[FORMATS.len() - 1];

/// What the chain of those entries ends with: how sums are made never changes.
const HEAD: &str = "2b254ed931267bfd3bc520206f026067d8bb4e467a44f01cd31f2f897c50daa9";

/// The pipelines in them: name, revision, releases and changes in quarantine.
const PIPELINES: [&str; 4] = [
    "checkout 323 2 0",
    "checkout-config 301 2 0",
    "checkout-os 192 2 0",
    "search 228 3 1",
];

/// The words that the entries of the newest format are written in.
const WORDS: &str = "words.txt";

/// A copy of a kept journal in a state directory of its own.
fn golden(name: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(kept(name), directory.path().join(FILE)).unwrap();
    directory
}

fn kept(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/golden").join(name)
}

fn fold(entries: &[Entry]) -> (Org, BTreeMap<PipelineName, Pipeline>) {
    let (mut org, mut pipelines) = (Org::default(), BTreeMap::new());
    for entry in entries {
        match &entry.stream {
            Stream::Organization => org.apply(entry).unwrap(),
            Stream::Pipeline(name) => pipelines
                .entry(name.clone())
                .or_insert_with(|| Pipeline::new(name.clone()))
                .apply(entry)
                .unwrap(),
        }
    }
    (org, pipelines)
}

#[test]
fn every_format_loads_and_folds() {
    for name in FORMATS {
        let directory = golden(name);
        let journal = Sqlite::open(directory.path()).unwrap();
        let entries = journal.history(0, 10_000).unwrap();
        assert_eq!((entries.len(), journal.last().0), (1_046, 1_046), "{name}");
        assert!(!journal.epoch().is_empty());
        let (org, pipelines) = fold(&entries);
        assert_eq!(org.revision.0, 2, "{name}");
        let end = |p: &Pipeline| {
            let known = (p.releases.0.len(), p.guards.quarantine.len());
            format!("{} {} {} {}", p.name, p.revision.0, known.0, known.1)
        };
        let ends: Vec<String> = pipelines.values().map(end).collect();
        assert_eq!(ends, PIPELINES, "{name}");
    }
}

#[test]
fn a_journal_without_a_chain_is_chained_when_it_is_opened() {
    let directory = golden(FORMATS[0]);
    let said = audit(directory.path(), None).unwrap_err().to_string();
    for words in ["has format 1", "works on format 4", "start the server"] {
        assert!(said.contains(words), "{said}");
    }
    drop(Sqlite::open(directory.path()).unwrap());
    let chained = audit(directory.path(), None).unwrap();
    assert_eq!(chained.head.link.to_string(), HEAD);
    if std::env::var_os("PILOTHOUSE_GOLDEN").is_some() {
        fs::copy(directory.path().join(FILE), kept(NEWEST)).unwrap();
    }
    let newest = golden(NEWEST);
    let newest = audit(newest.path(), Some(chained.head.link)).unwrap();
    assert_eq!((newest.entries, newest.noted), (1_046, Some(1_046)));
    // Opening it again changes nothing.
    drop(Sqlite::open(directory.path()).unwrap());
    assert_eq!(audit(directory.path(), None).unwrap(), chained);
}

#[test]
fn an_older_format_is_kept_for_the_way_back() {
    for (format, name) in (1..).zip(&FORMATS[..FORMATS.len() - 1]) {
        let directory = golden(name);
        let before = fs::read(kept(name)).unwrap();
        drop(Sqlite::open(directory.path()).unwrap());
        let way_back = format!("journal-format-{format}.db");
        let way_back = directory.path().join(way_back);
        let db = rusqlite::Connection::open(&way_back).unwrap();
        let count = |sql| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(
            count("SELECT user_version FROM pragma_user_version"),
            format
        );
        assert_eq!(count("SELECT count(*) FROM fact"), 1_046);
        drop(db);
        // The next start has nothing to keep, and nothing that was kept is lost.
        let bytes = fs::read(&way_back).unwrap();
        drop(Sqlite::open(directory.path()).unwrap());
        assert_eq!(fs::read(&way_back).unwrap(), bytes);
        assert_eq!(fs::read(kept(name)).unwrap(), before);
    }
}

#[test]
fn an_upgrade_without_room_for_the_way_back_does_not_happen() {
    let directory = golden(FORMATS[0]);
    fs::create_dir(directory.path().join("journal-format-1.db")).unwrap();
    let said = Sqlite::open(directory.path()).unwrap_err().to_string();
    for words in ["cannot keep ", "journal-format-1.db", "make room for it"] {
        assert!(said.contains(words), "{said}");
    }
    let db = rusqlite::Connection::open(directory.path().join(FILE)).unwrap();
    let format = "SELECT user_version FROM pragma_user_version";
    let format: i64 = db.query_row(format, [], |row| row.get(0)).unwrap();
    assert_eq!(format, 1);
}

#[test]
fn an_entry_of_a_newer_version_is_not_called_damaged() {
    let directory = golden(FORMATS[0]);
    let db = rusqlite::Connection::open(directory.path().join(FILE)).unwrap();
    // Format 1 has no sums yet, so that this entry gets its own.
    let says = "UPDATE fact SET fact = '{\"fact\":\"levitated\"}' WHERE seq = 1046";
    assert_eq!(db.execute(says, []).unwrap(), 1);
    drop(db);
    let journal = Sqlite::open(directory.path()).unwrap();
    let error = journal.history(1_000, 100).unwrap_err();
    let is_it = matches!(error, JournalError::Unknown { seq: 1_046, .. });
    let said = error.to_string();
    assert!(is_it && said.contains("`levitated`"), "{said}");
    assert!(said.contains("install that version again"), "{said}");
}

/// A newer program must not write what an older one of the same format cannot read.
#[test]
fn the_words_of_entries_are_those_of_the_newest_format() {
    let words = [
        words::<Fact>("fact", r#"{"fact":"-"}"#),
        words::<Command>("command", r#"{"verb":"-"}"#),
        words::<Effect>("effect", r#"{"work":"-"}"#),
        words::<StepResult>("result of a step", r#"{"result":"-"}"#),
        words::<Run>("what is run", r#"{"-":0}"#),
        words::<HoldCause>("cause of a hold", r#""-""#),
        words::<HoldScope>("scope of a hold", r#""-""#),
        words::<RollbackScope>("scope of a rollback", r#""-""#),
        words::<Lift>("what is lifted", r#"{"-":0}"#),
    ];
    let format = FORMATS.len();
    let now = format!("format {format}\n{}", words.concat());
    if std::env::var_os("PILOTHOUSE_GOLDEN").is_some() {
        fs::write(kept(WORDS), &now).unwrap();
    }
    let before = fs::read_to_string(kept(WORDS)).unwrap();
    let what = "the words of the journal changed: add a format in src/journal/sqlite/schema.rs, and \
                keep a journal of it and its words with PILOTHOUSE_GOLDEN=1 cargo test golden";
    assert_eq!(now, before, "{what}");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&format!("this one's is {format}.")));
}

/// Those that serde knows, as it says when it does not know one.
fn words<T: DeserializeOwned>(of: &str, unknown: &str) -> String {
    let Err(said) = serde_json::from_str::<T>(unknown) else {
        panic!("{of} knows {unknown}");
    };
    let said = said.to_string();
    let words = said.split('`').skip(3).step_by(2);
    let words: Vec<&str> = words.collect();
    assert!(!words.is_empty(), "{of}: {said}");
    format!("{of}: {}\n", words.join(" "))
}
