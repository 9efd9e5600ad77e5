//! The directories of a server: who may read and write them, what they lie on, and who is there
//! already.

use super::Finding;
use crate::server::look_at_socket_directory;
use nix::{
    sys::statfs::{NFS_SUPER_MAGIC, statfs},
    sys::statvfs::statvfs,
    unistd::{AccessFlags, Uid, access},
};
use std::{
    fs,
    io::ErrorKind,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net::UnixStream,
    },
    path::{Path, PathBuf},
};

/// What the name of a Unix socket may have at the most, without its end.
const SOCKET_PATH: usize = 107;
/// Artifacts and logs fill this within hours on a busy day.
const ROOM: u64 = 5 << 30;
/// With less the journal may fail before anybody has read the warning.
const ROOM_LEAST: u64 = 200 << 20;

pub(super) fn state(path: &Path) -> Finding {
    const WHAT: &str = "state";
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(why) if why.kind() == ErrorKind::NotFound => return missing(path),
        Err(why) => {
            let todo = "give the server's user a directory of its own";
            return Finding::wrong(WHAT, format!("{shown} cannot be looked at: {why}"), todo);
        }
    };
    if !found.is_dir() {
        let todo = "name another place with --state";
        return Finding::wrong(WHAT, format!("{shown} is no directory"), todo);
    }
    let me = Uid::current();
    if found.uid() != me.as_raw() && !me.is_root() {
        let said = format!("{shown} belongs to user {}, not to this one", found.uid());
        return Finding::wrong(WHAT, said, "run this as the server's user");
    }
    if let Err(why) = access(path, AccessFlags::W_OK | AccessFlags::X_OK) {
        let said = format!("{shown} cannot be written: {why}");
        return Finding::wrong(
            WHAT,
            said,
            format!("chown it to {me}, and chmod 700 {shown}"),
        );
    }
    let mode = found.permissions().mode() & 0o777;
    if is_open(path, mode) {
        let said = format!("{shown} is open to others (mode {mode:o}): logs and tokens lie in it");
        return Finding::doubt(WHAT, said, format!("chmod 700 {shown}"));
    }
    if statfs(path).is_ok_and(|on| on.filesystem_type() == NFS_SUPER_MAGIC) {
        let said = format!("{shown} lies on NFS, whose locks SQLite cannot rely on");
        return Finding::wrong(WHAT, said, "name a place on a local disk with --state");
    }
    Finding::ok(WHAT, format!("{shown}, mode {mode:o}, writable"))
}

/// Whether somebody else may look at what lies there. Where steps run as another user, everybody may pass
/// through, and what lies there is closed.
fn is_open(state: &Path, mode: u32) -> bool {
    let inside = fs::read_dir(state).into_iter().flatten().flatten();
    let mut modes = inside.filter_map(|entry| Some(entry.metadata().ok()?.permissions().mode()));
    mode & 0o066 != 0 || (mode & 0o011 != 0 && modes.any(|mode| mode & 0o007 != 0))
}

/// A server makes it when it starts, if it may.
fn missing(path: &Path) -> Finding {
    const WHAT: &str = "state";
    let shown = path.display();
    let above = nearest(path);
    match access(&above, AccessFlags::W_OK | AccessFlags::X_OK) {
        Ok(()) => Finding::ok(WHAT, format!("{shown} is made at the first start")),
        Err(why) => {
            let said = format!(
                "{shown} is not there, and {} cannot be written: {why}",
                above.display()
            );
            Finding::wrong(
                WHAT,
                said,
                format!("make it for the server's user: mkdir -m 700 {shown}"),
            )
        }
    }
}

/// The path, or what of it is there.
fn nearest(path: &Path) -> PathBuf {
    let there = path.ancestors().find(|part| part.exists());
    there.unwrap_or(Path::new("/")).to_owned()
}

pub(super) fn room(state: &Path) -> Finding {
    const WHAT: &str = "disk";
    let place = nearest(state);
    let free = match statvfs(&place) {
        Ok(on) => on.blocks_available().saturating_mul(on.fragment_size()),
        Err(why) => {
            let said = format!("the room at {} is not known: {why}", place.display());
            return Finding::doubt(WHAT, said, "look with df");
        }
    };
    let said = format!("{} MB free at {}", free >> 20, place.display());
    let todo = "make room, or name a place on a larger disk with --state";
    match free {
        0..ROOM_LEAST => Finding::wrong(WHAT, said, todo),
        ROOM_LEAST..ROOM => Finding::doubt(WHAT, said, todo),
        ROOM.. => Finding::ok(WHAT, said),
    }
}

pub(super) fn socket(path: &Path) -> Finding {
    const WHAT: &str = "socket";
    let shown = path.display();
    let length = path.as_os_str().len();
    if length > SOCKET_PATH {
        let said =
            format!("{shown} has {length} bytes; a socket's path has {SOCKET_PATH} at the most");
        return Finding::wrong(WHAT, said, "name a shorter one with --socket");
    }
    let parent = path.parent().unwrap_or(Path::new("/"));
    if parent.exists()
        && let Err(why) = look_at_socket_directory(parent)
    {
        let todo = "name one in a directory of the server's own with --socket";
        return Finding::wrong(WHAT, why.to_string(), todo);
    }
    match UnixStream::connect(path) {
        Ok(_answers) => Finding::ok(WHAT, format!("{shown}: a server answers")),
        Err(why) if why.kind() == ErrorKind::NotFound => {
            Finding::ok(WHAT, format!("{shown}: no server yet"))
        }
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            let said = format!("{shown}: left by a server that is gone; the next start removes it");
            Finding::ok(WHAT, said)
        }
        Err(why) => {
            let todo = "ask for the server's group, or for --socket-group at its start";
            Finding::doubt(
                WHAT,
                format!("{shown} does not let this user in: {why}"),
                todo,
            )
        }
    }
}
