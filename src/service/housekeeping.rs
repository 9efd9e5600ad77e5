//! Gives back the space of what nothing needs any more, now and then and a little at a time. The
//! store is one for all pipelines, so nothing goes before each of them has said what it needs.

use crate::{
    model::{Digest, Pipeline},
    service::{Running, shared::stopping},
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

/// Between two rounds, and before the first, because a start is no calm moment.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Tidies up until the service stops or is gone.
pub(super) async fn keep(running: Weak<Running>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = stopping(&mut stopped) => return,
            () = sleep(EVERY) => {}
        }
        let Some(running) = running.upgrade() else {
            return;
        };
        tidy(&running).await;
    }
}

/// One round.
pub(super) async fn tidy(running: &Arc<Running>) {
    let Some(retained) = retained(running).await else {
        return;
    };
    let executor = running.shared.executor.clone();
    match spawn_blocking(move || executor.prune(&retained)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(gone)) => tracing::info!(gone, "removed artifacts and logs that nothing needs"),
        Ok(Err(why)) => tracing::warn!(%why, "cannot tidy up"),
        Err(why) => tracing::warn!(%why, "tidying up ended early"),
    }
}

/// What all pipelines need, those at rest too; none when one of them does not say.
async fn retained(running: &Arc<Running>) -> Option<BTreeSet<Digest>> {
    // While it is held, no pipeline starts.
    let applied = running.applied.lock().await;
    let resting = applied.resting.values();
    let mut retained: BTreeSet<Digest> = resting.flat_map(Pipeline::retained).collect();
    let mailboxes: Vec<_> = running.mailboxes().values().cloned().collect();
    for mailbox in mailboxes {
        retained.extend(mailbox.show().await.ok()?.retained());
    }
    Some(retained)
}
