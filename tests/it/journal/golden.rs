//! Journals that were written by every format there has been. Each must load for ever: a demo fleet
//! of four pipelines, a good story and a bad one, as the server of that time left it.

use super::sample::audit;
use pilothouse::{
    journal::{FILE, Journal, Sqlite},
    model::{Entry, Org, Pipeline, PipelineName, Stream},
};
use std::{collections::BTreeMap, fs, path::PathBuf};
use tempfile::TempDir;

/// Both hold the same entries.
const FORMATS: [&str; 2] = ["journal-1.db", "journal-2.db"];

/// What the chain of those entries ends with: how sums are made never changes.
const HEAD: &str = "2b254ed931267bfd3bc520206f026067d8bb4e467a44f01cd31f2f897c50daa9";

/// The pipelines in them: name, revision, releases and changes in quarantine.
const PIPELINES: [&str; 4] = [
    "checkout 323 2 0",
    "checkout-config 301 2 0",
    "checkout-os 192 2 0",
    "search 228 3 1",
];

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
    for words in ["has format 1", "works on format 2", "start the server"] {
        assert!(said.contains(words), "{said}");
    }
    drop(Sqlite::open(directory.path()).unwrap());
    let chained = audit(directory.path(), None).unwrap();
    assert_eq!(chained.head.link.to_string(), HEAD);
    if std::env::var_os("PILOTHOUSE_GOLDEN").is_some() {
        fs::copy(directory.path().join(FILE), kept(FORMATS[1])).unwrap();
    }
    let newest = golden(FORMATS[1]);
    let newest = audit(newest.path(), Some(chained.head.link)).unwrap();
    assert_eq!((newest.entries, newest.noted), (1_046, Some(1_046)));
    // Opening it again changes nothing.
    drop(Sqlite::open(directory.path()).unwrap());
    assert_eq!(audit(directory.path(), None).unwrap(), chained);
}
