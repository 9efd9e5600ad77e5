//! How many connections each peer has open, so that one cannot take them all. It knows no sockets.

use crate::server::peer::Counted;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// All that are counted and have a connection. It does not grow beyond the connections there are.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    most: usize,
    open: Arc<Mutex<BTreeMap<Counted, usize>>>,
}

/// One connection's place; given up when it is dropped.
#[derive(Debug)]
pub(super) struct Inside {
    crowd: Crowd,
    peer: Counted,
}

impl Crowd {
    /// Of which each may have so many.
    pub(super) fn of(most: usize) -> Self {
        let open = Arc::default();
        Self { most, open }
    }

    /// A place for one more connection, unless it would be one too many.
    pub(super) fn enter(&self, peer: Counted) -> Option<Inside> {
        let mut open = self.open();
        let n_open = open.entry(peer).or_default();
        if *n_open >= self.most {
            return None;
        }
        *n_open += 1;
        drop(open);
        let crowd = self.clone();
        Some(Inside { crowd, peer })
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<Counted, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut open = self.crowd.open();
        let n_open = open.get_mut(&self.peer).map(|n_open| {
            *n_open -= 1;
            *n_open
        });
        if n_open == Some(0) {
            open.remove(&self.peer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_gets_them_back() {
        let crowd = Crowd::of(2);
        let (ana, bo) = (Counted::User(1), Counted::User(2));
        let first = crowd.enter(ana).unwrap();
        let second = crowd.enter(ana).unwrap();
        assert!(crowd.enter(ana).is_none());
        let other = crowd.enter(bo).unwrap();
        drop(first);
        let third = crowd.enter(ana).unwrap();
        drop((second, other, third));
        assert!(crowd.open().is_empty(), "who has left is forgotten");
    }
}
