//! The thread that owns a journal: group commit, conflicts, a disk that fails, closing.

use super::sample::{accepted, asked, one, stream, trouble};
use pilothouse::{
    journal::{
        Commit, Committed, Conflict, Journal, JournalError, Lease, Link, Memory, Sqlite, Writer,
        WriterError,
    },
    model::{EffectId, Entry, Owed, RequestKey, Revision, Stream, Time},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, mpsc},
};

#[tokio::test]
async fn commits_that_wait_become_durable_together() {
    let (gate, open) = mpsc::channel();
    let batches = Arc::default();
    let journal = Watched {
        inner: Memory::new("e"),
        batches: Arc::clone(&batches),
        broken: false,
    };
    let writer = Writer::start(Box::new(journal)).unwrap();
    let held = writer.ask(move |_| {
        open.recv().unwrap();
        Ok(())
    });
    let commits = (0..20).map(|n| {
        let writer = writer.clone();
        async move {
            writer
                .commit(one(&format!("p{n}"), 0, 1, vec![trouble("x")]))
                .await
        }
    });
    let all = futures_util::future::join_all(commits);
    let release = async move {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        gate.send(()).unwrap();
    };
    let (held, all, ()) = tokio::join!(held, all, release);
    held.unwrap();
    let mut seqs: Vec<u64> = all.into_iter().map(|done| done.unwrap()[0].seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    assert_eq!(*batches.lock().unwrap(), [20]);
}

#[tokio::test]
async fn a_conflict_goes_to_the_one_who_caused_it() {
    let writer = Writer::start(Box::new(Memory::new("e"))).unwrap();
    writer
        .commit(asked("a", 0, "k", vec![accepted("k")]))
        .await
        .unwrap();
    let late = writer.commit(one("a", 0, 1, vec![trouble("late")])).await;
    let have = Revision(1);
    assert!(
        matches!(late, Err(WriterError::Conflict(Conflict::Revision { have: h })) if h == have)
    );
    let found = writer
        .request(RequestKey::parse("k").unwrap())
        .await
        .unwrap();
    assert_eq!(found.unwrap().seq, 1);
    assert_eq!(
        writer
            .read(stream("a"), Revision(0), 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn after_a_failed_commit_nothing_is_written_any_more() {
    let journal = Watched {
        inner: Memory::new("e"),
        batches: Arc::default(),
        broken: true,
    };
    let writer = Writer::start(Box::new(journal)).unwrap();
    for _ in 0..2 {
        let refused = writer
            .commit(one("a", 0, 1, vec![trouble("x")]))
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("no space left"), "{refused}");
    }
    assert_eq!(
        writer.history(0, 9).await.unwrap().len(),
        0,
        "reading still works"
    );
}

#[tokio::test]
async fn closing_frees_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let writer = Writer::start(Box::new(Sqlite::open(directory.path()).unwrap())).unwrap();
    let other = writer.clone();
    writer
        .commit(one("a", 0, 1, vec![trouble("x")]))
        .await
        .unwrap();
    writer.close().await;
    let again = Sqlite::open(directory.path()).unwrap();
    assert_eq!(again.last(), (1, Time(1)));
    let late = other.commit(one("a", 1, 1, vec![trouble("y")])).await;
    assert!(matches!(late, Err(WriterError::Closed)));
}

/// Counts batches, or fails every commit as a full disk does.
struct Watched {
    inner: Memory,
    batches: Arc<Mutex<Vec<usize>>>,
    broken: bool,
}

impl Journal for Watched {
    fn epoch(&self) -> &str {
        self.inner.epoch()
    }
    fn last(&self) -> (u64, Time) {
        self.inner.last()
    }
    fn read(&self, s: &Stream, after: Revision, n: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.read(s, after, n)
    }
    fn history(&self, after: u64, n: usize) -> Result<Vec<Entry>, JournalError> {
        self.inner.history(after, n)
    }
    fn heads(&self) -> Result<BTreeMap<Stream, Revision>, JournalError> {
        self.inner.heads()
    }
    fn link(&self, seq: u64) -> Result<Option<Link>, JournalError> {
        self.inner.link(seq)
    }
    fn request(&self, key: &RequestKey) -> Result<Option<Entry>, JournalError> {
        self.inner.request(key)
    }
    fn commit(&mut self, batch: &[Commit]) -> Result<Committed, JournalError> {
        if self.broken {
            let path = "/full".into();
            let source = std::io::Error::other("no space left");
            return Err(JournalError::Directory { path, source });
        }
        self.batches.lock().unwrap().push(batch.len());
        self.inner.commit(batch)
    }
    fn owed(&self) -> Result<Vec<(Stream, Owed)>, JournalError> {
        self.inner.owed()
    }
    fn lease(&mut self, i: &[EffectId], l: &Lease) -> Result<Vec<EffectId>, JournalError> {
        self.inner.lease(i, l)
    }
    fn renew(&mut self, lease: &Lease) -> Result<Vec<EffectId>, JournalError> {
        self.inner.renew(lease)
    }
}
