//! Which steps run now and how to stop each, and which an earlier server began that nobody waits for
//! yet. An id runs once at a time.

use crate::{executor::process::Stop, model::EffectId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedMutexGuard, watch};

/// Stays as small as what the journal owes.
#[derive(Debug, Default)]
pub(crate) struct Running {
    steps: Arc<Mutex<Steps>>,
    found: Mutex<BTreeMap<EffectId, GoesOn>>,
}

type Steps = BTreeMap<EffectId, watch::Sender<bool>>;

impl Running {
    /// Takes note of a step that an earlier server began, and of the target that it holds.
    pub(crate) fn find(&self, id: &EffectId, held: Option<OwnedMutexGuard<()>>) {
        locked(&self.found).insert(id.clone(), GoesOn { held });
    }

    /// Whether an earlier server began it, and nobody waits for it yet.
    pub(crate) fn is_found(&self, id: &EffectId) -> bool {
        locked(&self.found).contains_key(id)
    }

    /// That step, for whoever waits for it from now on.
    pub(crate) fn take_found(&self, id: &EffectId) -> Option<GoesOn> {
        locked(&self.found).remove(id)
    }

    /// Enters a step until the entry is dropped; none while it runs already.
    pub(crate) fn enter(&self, id: &EffectId) -> Option<Entry> {
        let mut steps = locked(&self.steps);
        if steps.contains_key(id) {
            return None;
        }
        let (sender, receiver) = watch::channel(false);
        steps.insert(id.clone(), sender);
        Some(Entry {
            steps: Arc::clone(&self.steps),
            id: id.clone(),
            receiver,
        })
    }

    pub(crate) fn contains(&self, id: &EffectId) -> bool {
        locked(&self.steps).contains_key(id)
    }

    pub(crate) fn stop(&self, id: &EffectId) {
        if let Some(sender) = locked(&self.steps).get(id) {
            sender.send_replace(true);
        }
    }
}

/// A step that goes on without a server.
#[derive(Debug)]
pub(crate) struct GoesOn {
    /// The target of a deployment.
    pub(crate) held: Option<OwnedMutexGuard<()>>,
}

/// A step that runs.
#[derive(Debug)]
pub(crate) struct Entry {
    steps: Arc<Mutex<Steps>>,
    id: EffectId,
    receiver: watch::Receiver<bool>,
}

impl Entry {
    pub(crate) fn stop(&self) -> Stop {
        Stop(self.receiver.clone())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let _sender = locked(&self.steps).remove(&self.id);
    }
}

fn locked<T>(all: &Mutex<T>) -> MutexGuard<'_, T> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}
