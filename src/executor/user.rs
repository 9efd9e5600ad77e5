//! The user as whom steps run where that is not the server's own, looked up once, and the rights on
//! the server's files that follow: that user passes through to checkouts, which are its own, and to
//! artifacts, which it reads. All else in the state directory is closed to everybody but the server.
//!
//! ```text
//! state 0711   workspaces 0710 :user   <pipeline> 0710 :user   <release> user:user
//!              artifacts  0710 :user   <sha256> 0444
//!              everything else 0600 or 0700
//! ```

use crate::executor::{ExecutorError, capability};
use nix::unistd::{Gid, Group, Uid, User, geteuid};
use std::{
    fs::{self, Permissions},
    io,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Who steps are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUser {
    name: String,
    uid: Uid,
    gid: Gid,
    home: PathBuf,
}

/// Why steps cannot run as somebody.
#[derive(Debug, thiserror::Error)]
pub enum StepUserError {
    #[error(
        "there is no user {0} on this machine that steps could run as: make one with useradd --system --user-group {0}, or name another"
    )]
    Unknown(String),
    #[error("cannot look up the user {name} that steps are to run as: {source}")]
    Lookup { name: String, source: io::Error },
    #[error("steps cannot run as {0}, whose user or group is root's: name a user of their own")]
    Root(String),
    #[error("steps cannot run as {0}, the user of the server itself: name a user of their own")]
    Own(String),
    #[error(
        "steps cannot run as {name}, whose group {group} gets to the server's socket: give {name} a group of its own"
    )]
    OfSocket { name: String, group: String },
    #[error(
        "this server may not run steps as {name}, for want of {}: start it as root, or by a unit with these AmbientCapabilities and with them in its CapabilityBoundingSet",
        lacking.join(", ")
    )]
    Powerless {
        name: String,
        lacking: Vec<&'static str>,
    },
}

impl StepUser {
    /// Finds a user of this machine, and whether this process may start anything as that one.
    pub fn named(name: &str) -> Result<Self, StepUserError> {
        let known = User::from_name(name).map_err(|source| StepUserError::Lookup {
            name: name.to_owned(),
            source: source.into(),
        })?;
        let name = name.to_owned();
        let Some(user) = known else {
            return Err(StepUserError::Unknown(name));
        };
        if user.uid.is_root() || user.gid == Gid::from_raw(0) {
            return Err(StepUserError::Root(name));
        }
        if user.uid == geteuid() {
            return Err(StepUserError::Own(name));
        }
        let lacking = Self::lacking();
        if !lacking.is_empty() {
            return Err(StepUserError::Powerless { name, lacking });
        }
        Ok(Self {
            name,
            uid: user.uid,
            gid: user.gid,
            home: user.dir,
        })
    }

    /// What this process would need to start steps as another user, and has not.
    pub fn lacking() -> Vec<&'static str> {
        capability::lacking()
    }

    /// Refuses one that could ask the server as an operator does.
    pub fn kept_from(self, socket_group: Option<&str>) -> Result<Self, StepUserError> {
        let group = socket_group.and_then(|name| Group::from_name(name).ok().flatten());
        match group.filter(|group| group.gid == self.gid) {
            Some(group) => Err(StepUserError::OfSocket {
                name: self.name,
                group: group.name,
            }),
            None => Ok(self),
        }
    }

    /// Keeps the rights that this process has to itself and its keepers. It is for the time before there
    /// are other threads, each of which has its own.
    pub fn alone() -> io::Result<()> {
        capability::keep_back()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// User and group in numbers.
    pub(crate) fn ids(&self) -> (u32, u32) {
        (self.uid.as_raw(), self.gid.as_raw())
    }

    /// Whether a running process is this user's.
    pub(crate) fn runs(&self, pid: i32) -> bool {
        fs::metadata(format!("/proc/{pid}")).is_ok_and(|about| about.uid() == self.uid.as_raw())
    }

    /// Closes a state directory, but for the way to these folders in it, and sees whether a step gets there.
    pub(crate) fn admit(&self, state: &Path, folders: [&Path; 2]) -> Result<(), ExecutorError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ExecutorError::File {
                operation: "set who may pass through",
                path,
                source,
            }
        };
        for entry in fs::read_dir(state).map_err(failed(state))? {
            let path = entry.map_err(failed(state))?.path();
            if !folders.contains(&path.as_path()) {
                close(&path).map_err(failed(&path))?;
            }
        }
        // By its mode alone: where a unit's StateDirectory belongs to another group than the unit's,
        // systemd gives all that is in it back at the next start.
        fs::set_permissions(state, Permissions::from_mode(0o711)).map_err(failed(state))?;
        for folder in folders {
            self.let_through(folder).map_err(failed(folder))?;
            self.try_in(folder)?;
        }
        Ok(())
    }

    /// Lets this user, and nobody else, through a folder of the server's.
    pub(crate) fn let_through(&self, folder: &Path) -> io::Result<()> {
        chown(folder, None, Some(self.gid.as_raw()))?;
        fs::set_permissions(folder, Permissions::from_mode(0o710))
    }

    /// Gives a tree away that nobody else has touched yet. A folder goes after all that is in it, so that its new
    /// owner cannot exchange what is still to be given.
    pub(crate) fn give(&self, tree: &Path) -> io::Result<()> {
        if fs::symlink_metadata(tree)?.is_dir() {
            for entry in fs::read_dir(tree)? {
                self.give(&entry?.path())?;
            }
        }
        let (uid, gid) = self.ids();
        lchown(tree, Some(uid), Some(gid))
    }

    /// Starts something that does nothing in a folder, as a step would be.
    fn try_in(&self, folder: &Path) -> Result<(), ExecutorError> {
        let (uid, gid) = self.ids();
        let started = Command::new("/bin/sh")
            .args(["-c", ":"])
            .current_dir(folder)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .uid(uid)
            .gid(gid)
            .status();
        started.map(drop).map_err(|source| ExecutorError::NoStep {
            user: self.name.clone(),
            path: folder.to_owned(),
            source,
        })
    }
}

/// Whether a checkout is there that whoever runs steps now can work in: that user's, or without one
/// of whoever made the folder that it lies in.
pub(crate) fn is_usable(checkout: &Path, user: Option<&StepUser>) -> bool {
    let owner = |path: &Path| fs::metadata(path).ok().map(|about| about.uid());
    let wanted = match user {
        Some(user) => Some(user.uid.as_raw()),
        None => checkout.parent().and_then(owner),
    };
    checkout.is_dir() && owner(checkout) == wanted
}

/// Leaves something to its owner alone.
fn close(path: &Path) -> io::Result<()> {
    let about = match fs::metadata(path) {
        // A link that leads nowhere, or what SQLite has put away.
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    // A socket's rights are set by whoever listens there.
    if !about.is_file() && !about.is_dir() {
        return Ok(());
    }
    let mode = about.permissions().mode();
    fs::set_permissions(path, Permissions::from_mode(mode & 0o700))
}
