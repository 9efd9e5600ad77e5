//! Keeps an outbox in a file of the state directory, whole or not at all.

use crate::{
    durable,
    model::{Outbox, RouteName},
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

const FOLDER: &str = "notices";

/// The files of all routes.
#[derive(Debug, Clone)]
pub(super) struct Shelf(PathBuf);

impl Shelf {
    /// Makes the folder. The outboxes of routes that are gone go too: one that comes back is new.
    pub(super) fn open<'a>(
        state: &Path,
        routes: impl Iterator<Item = &'a RouteName>,
    ) -> io::Result<Self> {
        let shelf = Self(state.join(FOLDER));
        fs::create_dir_all(&shelf.0)?;
        let known: BTreeSet<PathBuf> = routes.map(|route| shelf.path(route)).collect();
        for entry in fs::read_dir(&shelf.0)? {
            let path = entry?.path();
            if !known.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(shelf)
    }

    /// What is kept of a route; none of a new one, and none of one that belongs to another journal.
    /// What cannot be read is told and begun anew: it must not keep the server from starting.
    pub(super) fn load(&self, route: &RouteName, journal: &str) -> Option<Outbox> {
        let path = self.path(route);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return None,
            Err(why) => {
                tracing::error!(%route, path = %path.display(), %why, "what a route still had to tell is lost");
                return None;
            }
        };
        match serde_json::from_slice::<Outbox>(&text) {
            Ok(outbox) if outbox.journal == journal => Some(outbox),
            Ok(_other) => None,
            Err(why) => {
                tracing::error!(%route, path = %path.display(), %why, "what a route still had to tell is lost");
                None
            }
        }
    }

    /// On the disk when it returns.
    pub(super) fn save(&self, route: &RouteName, outbox: &Outbox) -> io::Result<()> {
        let (path, new) = (self.path(route), self.0.join(format!("{route}.new")));
        durable::replace(&path, &new, &[&serde_json::to_vec(outbox)?])
    }

    pub(super) fn remove(&self, route: &RouteName) {
        let gone = fs::remove_file(self.path(route));
        if let Err(why) = gone {
            tracing::debug!(%route, %why, "nothing was kept of a route");
        }
    }

    fn path(&self, route: &RouteName) -> PathBuf {
        self.0.join(format!("{route}.json"))
    }
}
