//! What others push to us: forges that a branch moved, Alertmanagers their alerts. A secret in a file
//! opens each of these ways; how it is shown is the server's.

use crate::{
    clock,
    model::{PipelineName, Source},
    secret,
    service::Service,
    watch::Inbox,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// What is pushed to those who believe its secret, while it arrives. Whatever ends that before all of
/// it was taken in means that something was missed.
#[derive(Debug)]
pub struct Arrival(Vec<Arc<Inbox>>);

/// Files without a secret, each of which the log was told of once.
#[derive(Debug, Default)]
pub(super) struct Unreadable(Mutex<BTreeSet<String>>);

impl Service {
    /// Wakes those who look at a pipeline's branches. What is new is read from git alone.
    pub fn look(&self, name: &PipelineName) {
        if let Ok(mailbox) = self.mailbox(Some(name)) {
            mailbox.look();
        }
    }

    /// The sources of a pipeline that believe notices, each with the file of its secret. Whoever asks
    /// has proven nothing yet, so the pipeline's task does not hear of it.
    pub fn noticed_sources(&self, name: &PipelineName) -> Vec<(Source, String)> {
        let mailbox = self.mailbox(Some(name)).ok();
        let Some(definition) = mailbox.and_then(|mailbox| mailbox.following()) else {
            return Vec::new();
        };
        let also = definition.also.iter().map(|also| &also.source);
        let sources = std::iter::once(&definition.source).chain(also);
        let believing = sources.filter_map(|source| {
            let file = source.push_secret_file.clone()?;
            Some((source.clone(), file))
        });
        believing.collect()
    }

    /// What is to be done with pushed alerts whose secret is as it should be; none when nobody
    /// believes them.
    pub async fn arrival(&self, shown: impl Fn(&str) -> bool) -> Option<Arrival> {
        let mut opened = Vec::new();
        for (file, inbox) in self.running.shared.inboxes.all() {
            if self
                .secret(&file)
                .await
                .is_some_and(|secret| shown(&secret))
            {
                opened.push(inbox);
            }
        }
        (!opened.is_empty()).then_some(Arrival(opened))
    }

    /// The secret in a file; none when there is no such secret, of which the log tells why, once
    /// until there is one.
    pub async fn secret(&self, file: &str) -> Option<String> {
        let read = secret::read(file).await;
        let news = self.running.unreadable.note(file, read.is_err());
        if let (Err(why), true) = (&read, news) {
            tracing::warn!(%why, "what is pushed cannot be checked");
        }
        read.ok()
    }
}

impl Arrival {
    /// Takes in all that arrived.
    ///
    /// # Errors
    /// What is wrong with it, which those who read it learn as well.
    pub fn take(mut self, body: &[u8]) -> Result<(), String> {
        let inboxes = std::mem::take(&mut self.0).into_iter();
        let now = clock::now();
        let taken: Vec<_> = inboxes.map(|inbox| inbox.take(now, body)).collect();
        taken.into_iter().collect()
    }

    /// It did not arrive as it should.
    pub fn fails(mut self, why: &str) {
        for inbox in self.0.drain(..) {
            inbox.missed(&format!("was not taken in: {why}"));
        }
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        for inbox in &self.0 {
            inbox.missed("broke off");
        }
    }
}

impl Unreadable {
    /// Takes in how a file is; says whether that it is unreadable is news.
    fn note(&self, file: &str, unreadable: bool) -> bool {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if unreadable {
            files.insert(file.to_owned())
        } else {
            files.remove(file);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_a_file_is_unreadable_is_news_once_until_it_was_readable() {
        let unreadable = Unreadable::default();
        let told = [
            ("a", true),
            ("a", true),
            ("b", true),
            ("a", false),
            ("a", true),
            ("b", true),
        ]
        .map(|(file, is)| unreadable.note(file, is));
        assert_eq!(told, [true, false, true, false, true, false]);
    }
}
