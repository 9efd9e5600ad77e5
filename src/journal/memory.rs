//! A journal that forgets everything when the process ends: for tests and simulations. Same rules
//! as the SQLite one (a conformance suite holds them together). Writing and syncing are two steps
//! here, so that a simulation can cut the power between them.

use crate::{
    journal::{Commit, Committed, Conflict, Journal, JournalError, Lease, Link},
    model::{
        EffectId, Entry, Fact, Owed, RequestKey, Revision, Stream, Time,
        planted::{Bug, planted},
    },
};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub struct Memory {
    epoch: String,
    entries: Vec<Entry>,
    /// Where in `entries` a request was settled.
    requests: BTreeMap<RequestKey, usize>,
    effects: BTreeMap<EffectId, Opened>,
    /// How many entries each commit ended with that is not synced yet.
    unsynced: Vec<usize>,
    /// How many entries survive anything.
    synced: usize,
}

#[derive(Debug, Clone)]
struct Opened {
    stream: Stream,
    owed: Owed,
    lease: Option<(String, Time)>,
}

impl Memory {
    pub fn new(epoch: &str) -> Self {
        Self {
            epoch: epoch.to_owned(),
            entries: Vec::new(),
            requests: BTreeMap::new(),
            effects: BTreeMap::new(),
            unsynced: Vec::new(),
            synced: 0,
        }
    }

    /// The first half of a commit: what is written is read back, and gone when the power fails.
    pub fn write(&mut self, batch: &[Commit]) -> Committed {
        let written = |commit| {
            let entries = self.append(commit)?;
            self.unsynced.push(self.entries.len());
            Ok(entries)
        };
        batch.iter().map(written).collect()
    }

    fn sync(&mut self) {
        self.unsynced.clear();
        self.synced = self.entries.len();
    }

    /// The power fails when `reached` entries after the synced ones are on the disk. A commit of
    /// which only a part is there is torn: it fails its sum, and nothing of it is read back.
    pub fn lose_power(&mut self, reached: usize) {
        let whole = self
            .unsynced
            .iter()
            .rfind(|end| **end <= self.synced + reached);
        let entries = self.entries[..whole.copied().unwrap_or(self.synced)].to_vec();
        let epoch = std::mem::take(&mut self.epoch);
        *self = Self::new(&epoch);
        for (index, entry) in entries.iter().enumerate() {
            if let Fact::CommandAccepted { key, .. } | Fact::CommandRefused { key, .. } =
                &entry.fact
            {
                self.requests.insert(key.clone(), index);
            }
            self.track(entry);
        }
        self.entries = entries;
        self.sync();
    }

    /// What a server would find if this one were killed now: every commit that was acknowledged.
    pub fn fork(&self) -> Self {
        self.clone()
    }

    fn head(&self, stream: &Stream) -> Revision {
        let newest = self.entries.iter().rfind(|entry| entry.stream == *stream);
        newest.map_or(Revision(0), |entry| entry.revision)
    }

    fn append(&mut self, commit: &Commit) -> Result<Vec<Entry>, Conflict> {
        let used = |key| self.requests.get(key).map(|index| &self.entries[*index]);
        let first = commit.request.as_ref().and_then(used);
        if let Some(first) = first.filter(|_| !planted(Bug::KeyCountsTwice)) {
            return Err(Conflict::KeyUsed {
                seq: first.seq,
                revision: first.revision,
            });
        }
        let have = self.head(&commit.stream);
        if have != commit.expect {
            return Err(Conflict::Revision { have });
        }
        if let Some(key) = &commit.request {
            let index = self.entries.len() + commit.settling();
            self.requests.insert(key.clone(), index);
        }
        let entries = commit.entries(self.last());
        for entry in &entries {
            self.track(entry);
        }
        self.entries.extend_from_slice(&entries);
        Ok(entries)
    }

    /// Keeps the owed effects in step with the facts that open and close them.
    fn track(&mut self, entry: &Entry) {
        if let Some(id) = entry.fact.closes() {
            self.effects.remove(id);
        }
        if let Some(owed) = entry.fact.opens() {
            let opened = Opened {
                stream: entry.stream.clone(),
                owed: owed.clone(),
                lease: None,
            };
            self.effects.insert(owed.id.clone(), opened);
        }
    }
}

impl Journal for Memory {
    fn epoch(&self) -> &str {
        &self.epoch
    }

    fn last(&self) -> (u64, Time) {
        self.entries
            .last()
            .map_or((0, Time(i64::MIN)), |entry| (entry.seq, entry.at))
    }

    fn read(
        &self,
        stream: &Stream,
        after: Revision,
        limit: usize,
    ) -> Result<Vec<Entry>, JournalError> {
        let wanted = |entry: &&Entry| entry.stream == *stream && entry.revision > after;
        let found = self.entries.iter().filter(wanted).take(limit);
        Ok(found.cloned().collect())
    }

    fn history(&self, after_seq: u64, limit: usize) -> Result<Vec<Entry>, JournalError> {
        let later = self.entries.iter().filter(|entry| entry.seq > after_seq);
        Ok(later.take(limit).cloned().collect())
    }

    fn heads(&self) -> Result<BTreeMap<Stream, Revision>, JournalError> {
        let heads = self.entries.iter().map(|e| (e.stream.clone(), e.revision));
        Ok(heads.collect())
    }

    /// Nothing is changed behind its back, so nothing is chained.
    fn link(&self, _seq: u64) -> Result<Option<Link>, JournalError> {
        Ok(None)
    }

    fn request(&self, key: &RequestKey) -> Result<Option<Entry>, JournalError> {
        Ok(self.requests.get(key).map(|i| self.entries[*i].clone()))
    }

    fn commit(&mut self, batch: &[Commit]) -> Result<Committed, JournalError> {
        let written = self.write(batch);
        if !planted(Bug::SyncDropped) {
            self.sync();
        }
        Ok(written)
    }

    fn owed(&self) -> Result<Vec<(Stream, Owed)>, JournalError> {
        let effects = self.effects.values();
        Ok(effects
            .map(|opened| (opened.stream.clone(), opened.owed.clone()))
            .collect())
    }

    fn lease(&mut self, ids: &[EffectId], lease: &Lease) -> Result<Vec<EffectId>, JournalError> {
        let mut taken = Vec::new();
        for id in ids {
            let Some(opened) = self.effects.get_mut(id) else {
                continue;
            };
            let free = opened
                .lease
                .as_ref()
                .is_none_or(|(runner, until)| *runner == lease.runner || *until <= lease.now);
            if free {
                opened.lease = Some((lease.runner.clone(), lease.until));
                taken.push(id.clone());
            }
        }
        Ok(taken)
    }

    fn renew(&mut self, lease: &Lease) -> Result<Vec<EffectId>, JournalError> {
        let mut held = Vec::new();
        for (id, opened) in &mut self.effects {
            if let Some((runner, until)) = &mut opened.lease
                && *runner == lease.runner
            {
                *until = lease.until;
                held.push(id.clone());
            }
        }
        Ok(held)
    }
}
