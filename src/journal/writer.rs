//! The one thread that touches the journal. It takes every commit that waits and makes them durable
//! together, because a sync of the disk costs the same for one as for many. After a failed commit
//! it takes no more: nobody knows what is on the disk then, and trying again could lose what was
//! acknowledged before.

use crate::{
    journal::{Commit, Conflict, Journal, JournalError, Space},
    model::{Entry, RequestKey, Revision, Stream, Time},
};
use std::{fmt, future, thread};
use tokio::sync::{mpsc, oneshot, watch};

/// Jobs that may wait. Every actor waits for its own commit, so more than the actors and the
/// readers of one server never do; beyond that they wait to hand over.
const WAITING: usize = 1024;

/// Commits in one transaction, so that one answer never waits for an endless batch.
const BATCH: usize = 256;

/// The async end of a journal. Clones speak to the same thread.
#[derive(Debug, Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    epoch: String,
    broken: watch::Receiver<Option<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("nothing is written any more before the server is started again ({why})")]
    Broken { why: String },
    #[error("the journal is closed")]
    Closed,
    #[error("cannot start the journal's thread: {0}")]
    Thread(std::io::Error),
}

impl WriterError {
    /// What went wrong first: that nothing is written any more only follows from it.
    pub fn cause(&self) -> String {
        match self {
            Self::Broken { why } => why.clone(),
            Self::Conflict(_) | Self::Journal(_) | Self::Closed | Self::Thread(_) => {
                self.to_string()
            }
        }
    }
}

type Answer = oneshot::Sender<Result<Vec<Entry>, WriterError>>;
type Question = Box<dyn FnOnce(&mut dyn Journal) + Send>;

enum Job {
    Commit(Commit, Answer),
    Look(oneshot::Sender<Result<Space, WriterError>>),
    Ask(Question),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the thread. The journal is dropped there when it is closed, or with the last writer.
    pub fn start(journal: Box<dyn Journal>) -> Result<Self, WriterError> {
        let (jobs, queue) = mpsc::channel(WAITING);
        let epoch = journal.epoch().to_owned();
        let (breaks, broken) = watch::channel(None);
        thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || run(journal, queue, &breaks))
            .map_err(WriterError::Thread)?;
        Ok(Self {
            jobs,
            epoch,
            broken,
        })
    }

    /// Waits until a commit has failed, and says why: what is on the disk then, nobody knows.
    pub async fn broken(&self) -> String {
        let mut broken = self.broken.clone();
        let why = match broken.wait_for(Option::is_some).await {
            Ok(why) => why.clone(),
            // It was closed, and cannot break any more.
            Err(_closed) => future::pending().await,
        };
        why.unwrap_or_default()
    }

    pub fn is_broken(&self) -> bool {
        self.broken.borrow().is_some()
    }

    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Adds facts; returns when they are durable, with the entries they became.
    pub async fn commit(&self, commit: Commit) -> Result<Vec<Entry>, WriterError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Commit(commit, answer)).await?;
        answered.await.map_err(|_gone| WriterError::Closed)?
    }

    /// As [`Journal::read`].
    pub async fn read(
        &self,
        stream: Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Entry>, WriterError> {
        self.ask(move |journal| journal.read(&stream, after, limit))
            .await
    }

    /// As [`Journal::history`].
    pub async fn history(&self, after_seq: u64, limit: usize) -> Result<Vec<Entry>, WriterError> {
        self.ask(move |journal| journal.history(after_seq, limit))
            .await
    }

    /// As [`Journal::request`].
    pub async fn request(&self, key: RequestKey) -> Result<Option<Entry>, WriterError> {
        self.ask(move |journal| journal.request(&key)).await
    }

    /// As [`Journal::last`].
    pub async fn last(&self) -> Result<(u64, Time), WriterError> {
        self.ask(|journal| Ok(journal.last())).await
    }

    /// As [`Journal::look`].
    pub async fn look(&self) -> Result<Space, WriterError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Look(answer)).await?;
        answered.await.map_err(|_gone| WriterError::Closed)?
    }

    /// Asks the journal something on its thread, after the commits that were sent before.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, WriterError> {
        let (answer, answered) = oneshot::channel();
        let job = move |journal: &mut dyn Journal| {
            // Whoever asked may have gone away.
            drop(answer.send(question(journal)));
        };
        self.send(Job::Ask(Box::new(job))).await?;
        Ok(answered.await.map_err(|_gone| WriterError::Closed)??)
    }

    /// Ends the thread after what was sent before, and returns when the journal is closed.
    pub async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.send(Job::Close(closed)).await.is_ok() {
            done.await.unwrap_or(());
        }
    }

    async fn send(&self, job: Job) -> Result<(), WriterError> {
        let sent = self.jobs.send(job).await;
        sent.map_err(|_gone| WriterError::Closed)
    }
}

fn run(
    mut journal: Box<dyn Journal>,
    mut queue: mpsc::Receiver<Job>,
    broken: &watch::Sender<Option<String>>,
) {
    let mut next = queue.blocking_recv();
    while let Some(job) = next {
        match job {
            Job::Commit(commit, answer) => {
                let mut batch = vec![commit];
                let mut answers = vec![answer];
                next = gather(&mut queue, &mut batch, &mut answers);
                settle(journal.as_mut(), broken, &batch, answers);
                if next.is_some() {
                    continue;
                }
            }
            // Whoever asked may have gone away.
            Job::Look(answer) => drop(answer.send(look(journal.as_mut(), broken))),
            Job::Ask(question) => question(journal.as_mut()),
            Job::Close(closed) => {
                queue.close();
                drop(queue);
                drop(journal);
                // Nobody may be waiting any more.
                closed.send(()).unwrap_or(());
                return;
            }
        }
        next = queue.blocking_recv();
    }
}

/// Takes the commits that wait, and returns the first job that is none.
fn gather(
    queue: &mut mpsc::Receiver<Job>,
    batch: &mut Vec<Commit>,
    answers: &mut Vec<Answer>,
) -> Option<Job> {
    while batch.len() < BATCH {
        match queue.try_recv().ok()? {
            Job::Commit(commit, answer) => {
                batch.push(commit);
                answers.push(answer);
            }
            other @ (Job::Look(_) | Job::Ask(_) | Job::Close(_)) => return Some(other),
        }
    }
    None
}

fn look(
    journal: &mut dyn Journal,
    broken: &watch::Sender<Option<String>>,
) -> Result<Space, WriterError> {
    if let Some(why) = broken.borrow().clone() {
        return Err(WriterError::Broken { why });
    }
    journal
        .look()
        .inspect_err(|why| breaks(broken, why))
        .map_err(WriterError::from)
}

fn breaks(broken: &watch::Sender<Option<String>>, why: &JournalError) {
    tracing::error!(%why, "nothing is written any more");
    broken.send_replace(Some(why.to_string()));
}

fn settle(
    journal: &mut dyn Journal,
    broken: &watch::Sender<Option<String>>,
    batch: &[Commit],
    answers: Vec<Answer>,
) {
    if broken.borrow().is_none() {
        match journal.commit(batch) {
            Ok(done) => {
                for (result, answer) in done.into_iter().zip(answers) {
                    drop(answer.send(result.map_err(WriterError::from)));
                }
                return;
            }
            Err(why) => breaks(broken, &why),
        }
    }
    let why = broken.borrow().clone().unwrap_or_default();
    for answer in answers {
        drop(answer.send(Err(WriterError::Broken { why: why.clone() })));
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Job::Commit(..) => "Commit",
            Job::Look(_) => "Look",
            Job::Ask(_) => "Ask",
            Job::Close(_) => "Close",
        })
    }
}
