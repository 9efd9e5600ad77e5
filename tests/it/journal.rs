//! One conformance suite for every journal: what SQLite keeps and what memory keeps must follow the
//! same rules.

mod audit;
mod backup;
mod file;
mod golden;
mod sample;
mod writer;

use pilothouse::{
    journal::{Commit, Conflict, Journal, Memory, Sqlite},
    model::{EffectId, Revision, Stream, Time},
};
use sample::{
    accepted, add, asked, effect, finished, key, lease, one, owed, places, started, stream, trouble,
};
use std::collections::BTreeMap;

type Case = fn(&mut dyn Journal);

const CASES: &[Case] = &[
    begins_empty,
    numbers_entries,
    refuses_stale_revision,
    conflict_stands_alone,
    batch_sees_itself,
    key_counts_once,
    finds_settling_entry,
    time_never_goes_back,
    reads_in_pages,
    owes_open_effects,
    lease_is_exclusive,
    renewing_tells,
    keeps_every_word,
];

#[test]
fn sqlite_follows_the_rules() {
    for case in CASES {
        let directory = tempfile::tempdir().unwrap();
        case(&mut Sqlite::open(directory.path()).unwrap());
    }
}

#[test]
fn memory_follows_the_rules() {
    for case in CASES {
        case(&mut Memory::new("e"));
    }
}

fn begins_empty(journal: &mut dyn Journal) {
    assert_eq!(journal.last(), (0, Time(i64::MIN)));
    assert_eq!(journal.heads().unwrap(), BTreeMap::new());
    assert_eq!(journal.history(0, 10).unwrap(), vec![]);
    assert_eq!(journal.request(&key("k")).unwrap(), None);
    assert!(!journal.epoch().is_empty());
}

fn numbers_entries(journal: &mut dyn Journal) {
    add(journal, one("a", 0, 10, vec![trouble("1"), trouble("2")])).unwrap();
    add(journal, one("b", 0, 11, vec![trouble("3")])).unwrap();
    let last = add(journal, one("a", 2, 12, vec![trouble("4")])).unwrap();
    assert_eq!(places(&last), [("a".to_owned(), 3, 4, 12)]);
    let all = [
        ("a", 1, 1, 10),
        ("a", 2, 2, 10),
        ("b", 1, 3, 11),
        ("a", 3, 4, 12),
    ];
    assert_eq!(
        places(&journal.history(0, 10).unwrap()),
        all.map(|(s, r, seq, at)| (s.to_owned(), r, seq, at))
    );
    let heads = BTreeMap::from([(stream("a"), Revision(3)), (stream("b"), Revision(1))]);
    assert_eq!(journal.heads().unwrap(), heads);
    assert_eq!(journal.last(), (4, Time(12)));
}

fn refuses_stale_revision(journal: &mut dyn Journal) {
    add(journal, one("a", 0, 1, vec![trouble("first")])).unwrap();
    for wrong in [0, 2] {
        let conflict = add(journal, one("a", wrong, 2, vec![trouble("late")])).unwrap_err();
        assert_eq!(conflict, Conflict::Revision { have: Revision(1) });
    }
    assert_eq!(journal.history(0, 10).unwrap().len(), 1);
}

fn conflict_stands_alone(journal: &mut dyn Journal) {
    let batch = [
        one("a", 0, 1, vec![trouble("wins")]),
        one("a", 0, 1, vec![trouble("loses"), trouble("loses too")]),
        one("b", 0, 1, vec![trouble("elsewhere")]),
    ];
    let done = journal.commit(&batch).unwrap();
    assert_eq!(done[0].as_ref().unwrap()[0].seq, 1);
    let have = Revision(1);
    assert_eq!(done[1], Err(Conflict::Revision { have }));
    assert_eq!(done[2].as_ref().unwrap()[0].seq, 2);
    assert_eq!(journal.history(0, 10).unwrap().len(), 2);
}

fn batch_sees_itself(journal: &mut dyn Journal) {
    let batch = [
        one("a", 0, 5, vec![trouble("1")]),
        asked("a", 1, "k", vec![accepted("k")]),
        asked("b", 0, "k", vec![accepted("k")]),
    ];
    let done = journal.commit(&batch).unwrap();
    assert!(done[1].is_ok());
    let (seq, revision) = (2, Revision(2));
    assert_eq!(done[2], Err(Conflict::KeyUsed { seq, revision }));
}

fn key_counts_once(journal: &mut dyn Journal) {
    add(journal, asked("a", 0, "k", vec![accepted("k")])).unwrap();
    let (seq, revision) = (1, Revision(1));
    for (place, expect) in [("a", 1), ("a", 7), ("b", 0)] {
        let again = add(journal, asked(place, expect, "k", vec![accepted("k")]));
        assert_eq!(again.unwrap_err(), Conflict::KeyUsed { seq, revision });
    }
    // A commit that conflicted did not use its key up.
    add(journal, asked("a", 9, "other", vec![accepted("other")])).unwrap_err();
    add(journal, asked("a", 1, "other", vec![accepted("other")])).unwrap();
}

fn finds_settling_entry(journal: &mut dyn Journal) {
    let facts = vec![trouble("before"), accepted("k"), trouble("after")];
    add(journal, asked("a", 0, "k", facts)).unwrap();
    let found = journal.request(&key("k")).unwrap().unwrap();
    assert_eq!((found.revision, found.fact), (Revision(2), accepted("k")));
    assert_eq!(journal.request(&key("other")).unwrap(), None);
}

fn time_never_goes_back(journal: &mut dyn Journal) {
    add(journal, one("a", 0, 100, vec![trouble("1")])).unwrap();
    let early = add(journal, one("b", 0, 40, vec![trouble("2")])).unwrap();
    assert_eq!(early[0].at, Time(100));
    let later = add(journal, one("b", 1, 101, vec![trouble("3")])).unwrap();
    assert_eq!(later[0].at, Time(101));
}

fn reads_in_pages(journal: &mut dyn Journal) {
    let facts = (0..25).map(|n| trouble(&n.to_string())).collect();
    add(journal, one("a", 0, 1, facts)).unwrap();
    add(journal, one("b", 0, 1, vec![trouble("b")])).unwrap();
    let mut after = Revision(0);
    let mut pages = Vec::new();
    loop {
        let page = journal.read(&stream("a"), after, 10).unwrap();
        let Some(newest) = page.last() else { break };
        after = newest.revision;
        pages.push(page.len());
    }
    assert_eq!(pages, [10, 10, 5]);
    assert_eq!(journal.history(24, 10).unwrap().len(), 2);
    assert_eq!(journal.read(&stream("c"), Revision(0), 10).unwrap(), vec![]);
}

fn owes_open_effects(journal: &mut dyn Journal) {
    add(
        journal,
        one("a", 0, 1, vec![started("a-1"), started("a-2")]),
    )
    .unwrap();
    add(
        journal,
        one("b", 0, 1, vec![started("b-1"), finished("b-1")]),
    )
    .unwrap();
    assert_eq!(owed(journal), ["a-1", "a-2"]);
    add(
        journal,
        one("a", 2, 2, vec![finished("a-1"), started("a-3")]),
    )
    .unwrap();
    assert_eq!(owed(journal), ["a-2", "a-3"]);
    // A commit that conflicts closes nothing.
    add(journal, one("a", 0, 2, vec![finished("a-2")])).unwrap_err();
    assert_eq!(owed(journal), ["a-2", "a-3"]);
}

fn lease_is_exclusive(journal: &mut dyn Journal) {
    add(
        journal,
        one("a", 0, 1, vec![started("a-1"), started("a-2")]),
    )
    .unwrap();
    let both = [effect("a-1"), effect("a-2"), effect("unknown")];
    let mut take = |runner: &str, now, until, ids: &[EffectId]| {
        let taken = journal.lease(ids, &lease(runner, now, until)).unwrap();
        taken.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(take("one", 0, 10, &both[..1]), ["a-1"]);
    assert_eq!(take("two", 5, 15, &both), ["a-2"]);
    assert_eq!(take("one", 6, 12, &both), ["a-1"], "its own, again");
    assert_eq!(take("two", 11, 21, &both), ["a-2"], "not yet expired");
    assert_eq!(take("two", 12, 22, &both), ["a-1", "a-2"], "expired");
}

fn renewing_tells(journal: &mut dyn Journal) {
    add(
        journal,
        one("a", 0, 1, vec![started("a-1"), started("a-2")]),
    )
    .unwrap();
    let both = [effect("a-1"), effect("a-2")];
    journal.lease(&both, &lease("one", 0, 10)).unwrap();
    assert_eq!(journal.renew(&lease("one", 5, 20)).unwrap(), both);
    assert_eq!(journal.lease(&both, &lease("two", 15, 30)).unwrap(), []);
    journal.lease(&both[..1], &lease("two", 20, 30)).unwrap();
    assert_eq!(
        journal.renew(&lease("one", 21, 40)).unwrap(),
        [effect("a-2")]
    );
    add(journal, one("a", 2, 1, vec![finished("a-2")])).unwrap();
    assert_eq!(journal.renew(&lease("one", 22, 50)).unwrap(), []);
}

fn keeps_every_word(journal: &mut dyn Journal) {
    let facts = vec![
        trouble("quote ' \" \u{1b}[31m \u{0} \u{1f680} end"),
        started("a-1"),
    ];
    add(journal, one("a", 0, 1, facts.clone())).unwrap();
    let read = journal.read(&stream("a"), Revision(0), 10).unwrap();
    assert_eq!(read.into_iter().map(|e| e.fact).collect::<Vec<_>>(), facts);
    let hold = Commit {
        stream: Stream::Organization,
        ..one("a", 0, 1, vec![trouble("o")])
    };
    add(journal, hold).unwrap();
    assert_eq!(
        journal
            .read(&Stream::Organization, Revision(0), 9)
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn memory_shows_what_a_restart_would_see() {
    let mut memory = Memory::new("e");
    add(&mut memory, one("a", 0, 1, vec![trouble("kept")])).unwrap();
    let fork = memory.fork();
    add(&mut memory, one("a", 1, 1, vec![trouble("after")])).unwrap();
    assert_eq!(fork.history(0, 9).unwrap().len(), 1);
}
