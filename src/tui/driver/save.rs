//! Writes an exported list beside the others, under a name that says what and when.

use crate::tui::event::Event;
use std::{fs, io, path::PathBuf};

/// The event that says where it is, or why it is nowhere.
pub(super) async fn save(directory: Option<PathBuf>, file: String, text: String) -> Event {
    let Some(directory) = directory else {
        let why = "nothing was written: neither XDG_STATE_HOME nor HOME is set";
        return Event::Trouble(why.to_owned());
    };
    let path = directory.join(file);
    let target = path.clone();
    let write = move || -> io::Result<()> {
        fs::create_dir_all(&directory)?;
        fs::write(&target, text)
    };
    let written = tokio::task::spawn_blocking(write).await;
    match written
        .map_err(io::Error::other)
        .and_then(|written| written)
    {
        Ok(()) => Event::Done(format!("written: {}", path.display())),
        Err(why) => Event::Trouble(format!("{} was not written: {why}", path.display())),
    }
}
