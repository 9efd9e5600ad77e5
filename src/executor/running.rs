//! Which steps run now and how to stop each. An id runs once at a time.

use crate::{executor::process::Stop, model::EffectId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Stays as small as what the journal owes.
#[derive(Debug, Default)]
pub(crate) struct Running(Arc<Mutex<Steps>>);

type Steps = BTreeMap<EffectId, watch::Sender<bool>>;

impl Running {
    /// Enters a step until the entry is dropped; none while it runs already.
    pub(crate) fn enter(&self, id: &EffectId) -> Option<Entry> {
        let mut steps = locked(&self.0);
        if steps.contains_key(id) {
            return None;
        }
        let (sender, receiver) = watch::channel(false);
        steps.insert(id.clone(), sender);
        Some(Entry {
            steps: Arc::clone(&self.0),
            id: id.clone(),
            receiver,
        })
    }

    pub(crate) fn contains(&self, id: &EffectId) -> bool {
        locked(&self.0).contains_key(id)
    }

    pub(crate) fn stop(&self, id: &EffectId) {
        if let Some(sender) = locked(&self.0).get(id) {
            sender.send_replace(true);
        }
    }
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

fn locked(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}
