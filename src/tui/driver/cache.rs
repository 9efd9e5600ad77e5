//! The fleet as it was last seen, kept on disk so that the first frame has something on it before
//! the network has said anything. It is marked as old, can be deleted at any time, and is only ever
//! shown for the server that it came from.

use crate::{
    client::Address,
    model::{Org, Summary, Time},
    tui::{
        app::{App, Remembered},
        screen::FleetSort,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

/// Rows beyond these are not kept, the least urgent first: reading them all would delay the frame
/// that this is for.
const ROWS: usize = 500;
/// A file longer than what we write is not ours.
const LONGEST: u64 = 4 << 20;

#[derive(Serialize, Deserialize)]
struct File {
    server: String,
    at: Time,
    rows: Vec<Summary>,
    org: Org,
}

/// What is remembered of a server; none when nothing is, or nothing that can be read.
pub(super) fn read(path: &Path, server: &Address) -> Option<Remembered> {
    let length = fs::metadata(path).ok()?.len();
    if length > LONGEST {
        return None;
    }
    let file: File = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (file.server == server.to_string()).then_some(Remembered {
        at: file.at,
        rows: file.rows,
        org: file.org,
    })
}

/// Remembers what is on the screen, for this user's eyes only. Nothing depends on it.
pub(super) fn write(path: &Path, server: &Address, app: &App) -> io::Result<()> {
    let replica = app
        .frozen
        .as_ref()
        .map_or(&app.replica, |frozen| &frozen.live);
    if replica.rows.is_empty() || replica.remembered.is_some() {
        return Ok(());
    }
    let urgent = replica.rows.sorted(FleetSort::Attention);
    let rows: Vec<Summary> = urgent.take(ROWS).cloned().collect();
    let file = File {
        server: server.to_string(),
        at: app.on_server(app.ui.now),
        rows,
        org: replica.org.clone(),
    };
    let bytes = serde_json::to_vec(&file).map_err(io::Error::other)?;
    if let Some(directory) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    // Written beside and moved over, so that a reader never finds half of it.
    let new = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&new)?.write_all(&bytes)?;
    fs::rename(new, path)
}
