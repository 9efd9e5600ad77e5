//! How a service ends: in order, without waiting for the steps that it runs, or because its journal
//! failed.

use crate::service::{Service, ServiceError};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::{
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};

/// How long stopping may take: appends under way are all that is waited for.
const STOP_MOST: Duration = Duration::from_secs(8);

/// How long the last appends and the closing of the file may take.
const CLOSE_MOST: Duration = Duration::from_secs(1);

impl Service {
    /// Takes nothing in any more, lets appends under way finish, ends observers, closes the journal.
    /// Steps stay owed: those that were begun go on, and the next server finds them.
    pub async fn stop(&self) {
        self.running.stop.send_replace(true);
        let tasks = std::mem::take(&mut *self.running.tasks.lock().await);
        join_all(tasks.into_iter().map(ended)).await;
        if timeout(CLOSE_MOST, self.running.shared.writer.close())
            .await
            .is_err()
        {
            tracing::error!("the journal did not close in time");
        }
    }

    /// Stops, and ends the steps that were begun: for whoever has no next server.
    pub async fn end(&self) -> Result<(), ServiceError> {
        self.stop().await;
        let executor = self.running.shared.executor.clone();
        let ended = spawn_blocking(move || executor.end_left());
        Ok(ended.await.unwrap_or(Ok(()))?)
    }

    /// Waits until the journal has failed, and says why. Nothing moves from then on: whoever serves
    /// ends, and the next server finds out what is on the disk.
    pub async fn broken(&self) -> String {
        self.running.shared.writer.broken().await
    }
}

/// Waits for a task to end by itself, and ends it when that takes too long.
async fn ended(mut task: JoinHandle<()>) {
    if timeout(STOP_MOST, &mut task).await.is_err() {
        tracing::error!("a task did not stop in time and was ended");
        task.abort();
    }
}
