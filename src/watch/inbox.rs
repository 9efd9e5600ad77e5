//! Where pushed alerts are kept, shared between who takes them in and the alarms that read them. What
//! comes under different secrets is kept apart. Nothing of it outlives the server: after a restart
//! there is no data until the watchdog has been heard for long enough.

mod course;
mod payload;
mod store;
mod vigil;

use crate::{
    clock,
    model::{Alarm, AlarmSource, Time},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};
use store::Store;

pub(crate) use store::Heed;

/// All inboxes of a server, by the file with the secret that opens them. An inbox is there as long
/// as somebody holds it. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct Inboxes(Arc<Mutex<BTreeMap<String, Weak<Inbox>>>>);

/// What was pushed under one secret.
#[derive(Debug, Default)]
pub struct Inbox(Mutex<Store>);

impl Inboxes {
    /// The inboxes that these alarms read, which stay as long as they are held.
    pub fn hold(&self, alarms: &[Alarm]) -> Vec<Arc<Inbox>> {
        let files = alarms.iter().filter_map(|alarm| match &alarm.source {
            AlarmSource::Webhook(it) => Some(it.secret_file.as_str()),
            AlarmSource::Scrape(_)
            | AlarmSource::Prometheus(_)
            | AlarmSource::Alertmanager(_)
            | AlarmSource::Json(_)
            | AlarmSource::Command(_)
            | AlarmSource::Anomalies(_) => None,
        });
        files.map(|file| self.of(file)).collect()
    }

    /// Each inbox that somebody holds, with the file of its secret.
    pub fn all(&self) -> Vec<(String, Arc<Inbox>)> {
        let inboxes = self.lock();
        let held = inboxes
            .iter()
            .filter_map(|(file, inbox)| Some((file.clone(), inbox.upgrade()?)));
        held.collect()
    }

    pub(crate) fn of(&self, file: &str) -> Arc<Inbox> {
        let mut inboxes = self.lock();
        if let Some(inbox) = inboxes.get(file).and_then(Weak::upgrade) {
            return inbox;
        }
        inboxes.retain(|_, inbox| inbox.strong_count() > 0);
        let inbox = Arc::new(Inbox::default());
        inboxes.insert(file.to_owned(), Arc::downgrade(&inbox));
        inbox
    }

    /// Never held while waiting for anything.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Weak<Inbox>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Takes what Alertmanager pushed; `now` is by the clock on the wall, as its times are.
    ///
    /// # Errors
    /// What is wrong with it. Then something may have been missed, which alarms are told.
    pub fn take(&self, now: Time, body: &[u8]) -> Result<(), String> {
        self.lock().take(clock::since_boot(), now, body)
    }

    /// Something was pushed that could not be taken in.
    pub fn missed(&self, why: &str) {
        self.lock().missed(clock::since_boot(), why);
    }

    /// Listens for a watchdog from now on.
    pub(crate) fn attend(&self, heed: &Heed) {
        self.lock().attend(clock::since_boot(), heed);
    }

    /// How many alerts fire that somebody heeds.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub(crate) fn firing(&self, heed: &Heed) -> Result<u64, String> {
        self.lock().firing(clock::since_boot(), heed)
    }

    /// Never held while waiting for anything.
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
