//! From the journal back to the state at the moment the last server ended: the same fold as ever, from
//! the newest snapshot on, and now and then a new snapshot.

use crate::{
    journal::{Journal, Link, Writer},
    model::{Entry, Folded, Impossible, Notice, Time, WAITING_MOST, notice},
    service::{
        ServiceError,
        notify::Desk,
        shared::{Shared, stopping},
        snapshot::{EVERY, Snapshots},
    },
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use tokio::{task::spawn_blocking, time::sleep};

/// Entries read at once.
const PAGE: usize = 1_000;

/// How often it is looked whether it is time for a snapshot.
const LOOK: Duration = Duration::from_secs(60);

pub(super) struct World {
    pub(super) folded: Folded,
    /// Where so much had to be folded that it is time for a snapshot.
    due: Option<(u64, Link)>,
    /// What people may not have been told, the newest [`WAITING_MOST`] of it.
    untold: VecDeque<Notice>,
    /// Position and time of the newest entry.
    pub(super) last: (u64, Time),
}

/// Recovers what a journal holds, and hands on what people may not have been told.
pub(super) async fn recover(
    writer: &Writer,
    snapshots: &Snapshots,
    desk: &Desk,
) -> Result<World, ServiceError> {
    let (shelf, told) = (snapshots.clone(), desk.behind().unwrap_or(u64::MAX));
    let world = writer.ask(move |journal| Ok(fold(journal, &shelf, told)));
    let world = world.await??;
    for notice in &world.untold {
        desk.take(notice);
    }
    if let Some((seq, link)) = world.due {
        let (snapshots, folded) = (snapshots.clone(), world.folded.clone());
        // Nobody waits for it.
        drop(spawn_blocking(move || {
            write(&snapshots, seq, &link, &folded);
        }));
    }
    Ok(world)
}

/// Folds all that a journal holds. An entry that cannot follow the ones before it is fatal: the
/// state after it would be a guess. Of what comes after `told`, people may not have been told.
fn fold(journal: &dyn Journal, snapshots: &Snapshots, told: u64) -> Result<World, ServiceError> {
    let link = |seq| journal.link(seq).ok().flatten();
    let (mut after, mut folded) = snapshots.newest(told, link).unwrap_or_default();
    let begun = after;
    let mut untold = VecDeque::new();
    loop {
        let page = journal.history(after, PAGE)?;
        let Some(newest) = page.last() else { break };
        after = newest.seq;
        for entry in &page {
            let pipeline = folded.apply(entry).map_err(|why| impossible(entry, why))?;
            if let Some(pipeline) = pipeline.filter(|_| entry.seq > told) {
                untold.extend(notice(journal.epoch(), entry, pipeline));
            }
        }
    }
    let too_many = untold.len().saturating_sub(WAITING_MOST);
    untold.drain(..too_many);
    let is_due = after - begun >= EVERY;
    let due = is_due.then(|| journal.link(after)).transpose()?.flatten();
    Ok(World {
        folded,
        due: due.map(|link| (after, link)),
        untold,
        last: journal.last(),
    })
}

/// Writes snapshots until the service stops.
pub(super) async fn keep(shared: Shared, snapshots: Snapshots) {
    let (writer, mut stopped) = (shared.writer, shared.stopped);
    loop {
        tokio::select! {
            () = stopping(&mut stopped) => return,
            () = sleep(LOOK) => {}
        }
        let due = async {
            let (seq, _) = writer.last().await?;
            if seq.saturating_sub(snapshots.last()) >= EVERY {
                renew(&writer, &snapshots, seq).await?;
            }
            Ok::<_, ServiceError>(())
        };
        if let Err(why) = due.await {
            tracing::warn!(%why, "no snapshot could be made");
        }
    }
}

/// Takes the newest snapshot up to an entry, by itself: no pipeline waits for it, and nothing that is
/// wrong in memory gets into it.
async fn renew(writer: &Writer, snapshots: &Snapshots, to: u64) -> Result<(), ServiceError> {
    let shelf = snapshots.clone();
    let links = writer.ask(move |journal| {
        let link = |seq| Ok(journal.link(seq)?.map(|link| (seq, link)));
        let links = shelf.all().into_iter().map(link);
        let links = links.filter_map(Result::transpose);
        links.collect::<Result<BTreeMap<u64, Link>, _>>()
    });
    let links = links.await?;
    let shelf = snapshots.clone();
    let newest = spawn_blocking(move || shelf.newest(to, |seq| links.get(&seq).copied()));
    let (mut after, mut folded) = newest.await.ok().flatten().unwrap_or_default();
    while after < to {
        let page = writer.history(after, PAGE).await?;
        let Some(newest) = page.last() else { break };
        after = newest.seq;
        for entry in &page {
            folded.apply(entry).map_err(|why| impossible(entry, why))?;
        }
    }
    if let Some(link) = writer.ask(move |journal| journal.link(after)).await? {
        let shelf = snapshots.clone();
        let written = spawn_blocking(move || write(&shelf, after, &link, &folded));
        drop(written.await);
    }
    Ok(())
}

fn write(snapshots: &Snapshots, seq: u64, link: &Link, folded: &Folded) {
    match snapshots.write(seq, link, folded) {
        Ok(()) => tracing::debug!(seq, "a snapshot was written"),
        Err(why) => tracing::warn!(%why, "no snapshot could be written"),
    }
}

fn impossible(entry: &Entry, why: Impossible) -> ServiceError {
    ServiceError::Impossible {
        stream: entry.stream.clone(),
        revision: entry.revision,
        why,
    }
}

#[cfg(test)]
mod tests;
