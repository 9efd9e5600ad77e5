//! Where subscribers get their news from: every entry once and in the journal's order, although
//! the tasks that append finish in any order, and the newest row of every pipeline.

use crate::{
    api::{Cursor, StreamEvent},
    journal::Writer,
    model::{Entry, Notice, PipelineName, Revision, Summary, TeamName, Time},
    service::{News, notify::Desk},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// News that a subscriber may be behind. One that falls further back is told to load anew, which
/// costs less than what it missed.
const BEHIND_MOST: usize = 4_096;

#[derive(Debug)]
pub(super) struct Hub {
    epoch: String,
    desk: Desk,
    news: broadcast::Sender<Arc<News>>,
    board: Mutex<Board>,
}

#[derive(Debug)]
struct Board {
    /// Every entry up to here is applied and published.
    seq: u64,
    /// Time of the newest entry.
    at: Time,
    /// Entries that came before their turn.
    early: BTreeMap<u64, (Entry, Option<Notice>)>,
    rows: BTreeMap<PipelineName, Row>,
}

#[derive(Debug)]
struct Row {
    summary: Arc<Summary>,
    /// The position at which it changed last.
    changed: u64,
}

impl Hub {
    pub(super) fn new(writer: &Writer, (seq, at): (u64, Time), desk: Desk) -> Self {
        Self {
            epoch: writer.epoch().to_owned(),
            desk,
            news: broadcast::Sender::new(BEHIND_MOST),
            board: Mutex::new(Board {
                seq,
                at,
                early: BTreeMap::new(),
                rows: BTreeMap::new(),
            }),
        }
    }

    /// Tells entries that were applied, as soon as all before them have been, and what of them
    /// people are to be told.
    pub(super) fn publish(&self, entries: &[Entry], mut notices: BTreeMap<u64, Notice>) {
        let mut board = self.board();
        for entry in entries {
            board.at = board.at.max(entry.at);
            let notice = notices.remove(&entry.seq);
            board.early.insert(entry.seq, (entry.clone(), notice));
        }
        while let Some((entry, notice)) = {
            let next = board.seq + 1;
            board.early.remove(&next)
        } {
            board.seq = entry.seq;
            if let Some(notice) = notice {
                self.desk.take(&notice);
            }
            self.tell(entry.seq, StreamEvent::Entry(entry));
        }
    }

    /// Takes a pipeline's row, and tells it if it is a different one.
    pub(super) fn row(&self, summary: Summary) {
        let mut board = self.board();
        let known = board.rows.get(&summary.pipeline);
        if known.is_some_and(|row| *row.summary == summary) {
            return;
        }
        let changed = board.seq;
        let name = summary.pipeline.clone();
        self.tell(changed, StreamEvent::Summary(summary.clone()));
        let summary = Arc::new(summary);
        board.rows.insert(name, Row { summary, changed });
    }

    /// All rows, with a position that none of them is behind of.
    pub(super) fn rows(&self) -> (Cursor, Vec<Summary>) {
        let board = self.board();
        let rows = board.rows.values().map(|row| row.summary.as_ref().clone());
        (self.at_seq(board.seq), rows.collect())
    }

    /// Rows that may have changed after somebody was at a position.
    pub(super) fn rows_since(&self, seq: u64) -> Vec<Arc<Summary>> {
        let board = self.board();
        let changed = board.rows.values().filter(|row| row.changed >= seq);
        changed.map(|row| Arc::clone(&row.summary)).collect()
    }

    /// The revision of a pipeline's row.
    pub(super) fn revision(&self, pipeline: &PipelineName) -> Revision {
        let board = self.board();
        let row = board.rows.get(pipeline);
        row.map_or(Revision(0), |row| row.summary.revision)
    }

    /// The team that owns a pipeline, by its row.
    pub(super) fn owner(&self, pipeline: &PipelineName) -> Option<TeamName> {
        let board = self.board();
        let row = board.rows.get(pipeline);
        row.map(|row| row.summary.owner.clone())
    }

    /// News from now on, and the position that they continue.
    pub(super) fn listen(&self) -> (broadcast::Receiver<Arc<News>>, u64) {
        let board = self.board();
        (self.news.subscribe(), board.seq)
    }

    /// Where people are told.
    pub(super) fn desk(&self) -> &Desk {
        &self.desk
    }

    pub(super) fn epoch(&self) -> &str {
        &self.epoch
    }

    pub(super) fn cursor(&self) -> Cursor {
        self.at_seq(self.board().seq)
    }

    pub(super) fn at_seq(&self, seq: u64) -> Cursor {
        Cursor {
            epoch: self.epoch.clone(),
            seq,
        }
    }

    pub(super) fn at(&self) -> Time {
        self.board().at
    }

    /// With the position up to which all entries have been told. Only while the board is locked, so
    /// that positions never go back.
    fn tell(&self, seq: u64, event: StreamEvent) {
        let news = News::new(Some(self.at_seq(seq)), event);
        // That nobody listens is no error.
        drop(self.news.send(Arc::new(news)));
    }

    /// Nothing panics while it is locked, and no board is ever left half changed.
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
