//! The journal under the simulated server: in memory, where the power can fail between writing and
//! syncing, or the real one on disk, where the process can.

use pilothouse::journal::{Commit, Committed, Conflict, Journal, Memory, Sqlite};
use pilothouse::model::*;
use tempfile::TempDir;

pub(crate) enum Store {
    Memory(Memory),
    Sqlite {
        directory: TempDir,
        open: Option<Box<Sqlite>>,
    },
}

impl Store {
    pub(crate) fn memory() -> Self {
        Store::Memory(Memory::new("simulated"))
    }

    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let open = Some(Box::new(Sqlite::open(directory.path()).unwrap()));
        Store::Sqlite { directory, open }
    }

    pub(crate) fn journal(&mut self) -> &mut dyn Journal {
        match self {
            Store::Memory(memory) => memory,
            Store::Sqlite { open, .. } => open.as_mut().unwrap().as_mut(),
        }
    }

    pub(crate) fn commit(&mut self, commit: Commit) -> Result<Vec<Entry>, Conflict> {
        let mut committed = self.journal().commit(&[commit]).expect("the disk is well");
        committed.remove(0)
    }

    /// Writes and does not sync; on a real disk this cannot be had, so there it is not written.
    pub(crate) fn write(&mut self, commit: Commit) -> Committed {
        match self {
            Store::Memory(memory) => memory.write(&[commit]),
            Store::Sqlite { .. } => Vec::new(),
        }
    }

    /// The process or the machine goes down, and what is durable comes up again.
    pub(crate) fn restart(&mut self, reached: usize) {
        match self {
            Store::Memory(memory) => memory.lose_power(reached),
            Store::Sqlite { directory, open } => {
                drop(open.take());
                *open = Some(Box::new(Sqlite::open(directory.path()).unwrap()));
            }
        }
    }

    pub(crate) fn all(&mut self) -> Vec<Entry> {
        self.journal().history(0, usize::MAX >> 1).unwrap()
    }
}
