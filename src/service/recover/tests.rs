//! A snapshot and the entries after it fold to what all entries fold to, and one that is wrong in any
//! way is passed over. The journal is that of a demo fleet, kept for the formats of the file.

use crate::{
    journal::{FILE, Journal, Sqlite, Writer},
    model::{FOLD, Folded},
    service::{
        recover::{World, fold, renew},
        snapshot::Snapshots,
    },
};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const ENTRIES: u64 = 1_046;

fn journal() -> (TempDir, Sqlite, Snapshots) {
    let directory = tempfile::tempdir().unwrap();
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/journal-4.db");
    fs::copy(golden, directory.path().join(FILE)).unwrap();
    let journal = Sqlite::open(directory.path()).unwrap();
    let snapshots = Snapshots::of(directory.path());
    (directory, journal, snapshots)
}

fn up_to(journal: &Sqlite, seq: u64) -> Folded {
    let mut folded = Folded::default();
    let entries = journal.history(0, usize::try_from(seq).unwrap()).unwrap();
    for entry in &entries {
        folded.apply(entry).unwrap();
    }
    folded
}

fn put(journal: &Sqlite, snapshots: &Snapshots, seq: u64) {
    let link = journal.link(seq).unwrap().unwrap();
    snapshots.write(seq, &link, &up_to(journal, seq)).unwrap();
}

fn recovered(journal: &Sqlite, snapshots: &Snapshots) -> World {
    fold(journal, snapshots, u64::MAX).unwrap()
}

#[test]
fn from_every_snapshot_the_same_state_comes_as_from_the_whole_journal() {
    let (_directory, journal, snapshots) = journal();
    let whole = up_to(&journal, ENTRIES);
    assert_eq!(whole.pipelines.len(), 4);
    for seq in (1..=ENTRIES).step_by(33).chain([ENTRIES]) {
        put(&journal, &snapshots, seq);
        let link = |at| journal.link(at).unwrap();
        let (at, read) = snapshots.newest(u64::MAX, link).unwrap();
        assert_eq!((at, &read), (seq, &up_to(&journal, seq)), "entry {seq}");
        let world = recovered(&journal, &snapshots);
        assert!(world.folded == whole, "entry {seq}");
        assert_eq!(world.last.0, ENTRIES);
    }
    assert_eq!(snapshots.all().len(), 3, "only the newest are kept");
}

#[test]
fn what_was_not_told_yet_is_folded_from_before_it() {
    let (_directory, journal, snapshots) = journal();
    let all = fold(&journal, &snapshots, 0).unwrap().untold;
    assert!(all.len() > 10);
    for seq in [200, 600, 1_000] {
        put(&journal, &snapshots, seq);
    }
    for told in [0, 150, 600, 900, ENTRIES] {
        let untold = fold(&journal, &snapshots, told).unwrap().untold;
        let after: Vec<_> = all.iter().filter(|notice| notice.seq > told).collect();
        assert_eq!(
            untold.iter().collect::<Vec<_>>(),
            after,
            "told up to {told}"
        );
    }
}

/// What is wrong with a snapshot, and what makes it so.
type Wrong = (&'static str, fn(&str) -> String);

#[test]
fn a_snapshot_that_is_wrong_in_any_way_is_passed_over() {
    let wrongs: [Wrong; 6] = [
        ("of another fold", |text| {
            text.replace(FOLD, "0123456789abcdef")
        }),
        ("of another journal", |text| {
            text.replacen("after ", "after 0", 1)
        }),
        ("with other words in it", |text| {
            text.replace("Suggest", "Forget")
        }),
        ("with another sum", |text| text.replacen("sum ", "sum 0", 1)),
        ("cut off", |text| text[..text.len() / 2].to_owned()),
        ("empty", |_text| String::new()),
    ];
    let (directory, journal, snapshots) = journal();
    let whole = up_to(&journal, ENTRIES);
    put(&journal, &snapshots, 500);
    for (what, spoil) in wrongs {
        put(&journal, &snapshots, 900);
        let file = directory.path().join("snapshots/900.json");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, spoil(&text)).unwrap();
        let link = |seq| journal.link(seq).unwrap();
        assert_eq!(snapshots.newest(u64::MAX, link).unwrap().0, 500, "{what}");
        assert!(recovered(&journal, &snapshots).folded == whole, "{what}");
    }
    // One that is ahead of the journal, as after a restore.
    let folder = directory.path().join("snapshots");
    fs::rename(folder.join("500.json"), folder.join("9000.json")).unwrap();
    assert!(recovered(&journal, &snapshots).folded == whole);
}

#[tokio::test]
async fn the_next_snapshot_continues_the_one_before_and_not_what_is_in_memory() {
    let (_directory, journal, snapshots) = journal();
    put(&journal, &snapshots, 300);
    let expected = up_to(&journal, 800);
    let link = journal.link(1_046).unwrap().unwrap();
    let writer = Writer::start(Box::new(journal)).unwrap();
    renew(&writer, &snapshots, 800).await.unwrap();
    // A page of the journal ends later than what was asked for; nothing in between is left out.
    let seq = snapshots.last();
    assert_eq!(seq, ENTRIES);
    let (_, folded) = snapshots.newest(u64::MAX, |_seq| Some(link)).unwrap();
    assert!(folded != expected && folded.org.revision == expected.org.revision);
    writer.close().await;
}
