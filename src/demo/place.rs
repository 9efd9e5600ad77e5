//! Where the demo lives: one directory with everything in it, made at the start and removed at the
//! end, however that comes about. It does not know what the files are.

use crate::{demo::DemoError, entropy};
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
};

/// The longest path that a Unix socket can have, with some room for other systems.
const SOCKET_PATH_MAX: usize = 100;

#[derive(Debug, Clone)]
pub(super) struct Place {
    root: PathBuf,
}

/// Removes the directory when dropped, so also when a panic passes by.
#[derive(Debug)]
pub(super) struct Removal(PathBuf);

impl Drop for Removal {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(directory = %self.0.display(), %error, "the demo's directory stays");
        }
    }
}

impl Place {
    /// Makes the directory, in the system's place for temporary files unless told where.
    pub(super) fn create(wanted: Option<PathBuf>) -> Result<(Self, Removal), DemoError> {
        let directory = wanted.map_or_else(temporary, Ok)?;
        let cannot = |source| DemoError::Directory {
            path: directory.clone(),
            source,
        };
        if fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(DemoError::NotEmpty { path: directory });
        }
        let mut builder = DirBuilder::new();
        // Private, because whoever can open the socket in it is an operator.
        builder.recursive(true).mode(0o700);
        builder.create(&directory).map_err(cannot)?;
        let root = directory.canonicalize().map_err(cannot)?;
        let removal = Removal(root.clone());
        let place = Self { root };
        let socket = place.socket();
        if socket.as_os_str().len() > SOCKET_PATH_MAX {
            return Err(DemoError::PathTooLong { path: socket });
        }
        for folder in [
            place.definitions(),
            place.repositories(),
            place.targets(),
            place.state(),
        ] {
            fs::create_dir(&folder).map_err(cannot)?;
        }
        Ok((place, removal))
    }

    pub(super) fn definitions(&self) -> PathBuf {
        self.root.join("definitions")
    }

    pub(super) fn repositories(&self) -> PathBuf {
        self.root.join("repositories")
    }

    pub(super) fn targets(&self) -> PathBuf {
        self.root.join("targets")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.root.join("socket")
    }
}

fn temporary() -> Result<PathBuf, DemoError> {
    let tag = entropy::hex(4).map_err(DemoError::Random)?;
    Ok(std::env::temp_dir().join(format!("pilothouse-demo-{tag}")))
}
