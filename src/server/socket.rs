//! The Unix socket as a file: its directory is looked at before it is trusted, what a dead server
//! left behind is taken away, and its mode says who may connect: from the moment that it is there.

use crate::server::ServerError;
use nix::unistd::{Gid, Group, Uid, chown};
use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
        net::UnixStream as Probe,
    },
    path::Path,
    thread::sleep,
    time::Duration,
};
use tokio::net::UnixListener;

/// Others may write in such a directory, and cannot touch what is not theirs.
const STICKY: u32 = 0o1000;
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A program that a killed server was starting listens in its place until it has begun.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Listens on a socket for this user alone, or for a group of the machine too.
pub(super) fn open(path: &Path, group: Option<&str>) -> Result<UnixListener, ServerError> {
    let group = group.map(gid).transpose()?;
    let directory = path.parent();
    if let Some(directory) = directory.filter(|parent| !parent.as_os_str().is_empty()) {
        directory_of(directory, group).map_err(|source| failed("create", directory, source))?;
        look_at(directory)?;
    }
    remove_stale(path)?;
    let listener = bind(path).map_err(|source| failed("listen on", path, source))?;
    let mode = if group.is_some() { 0o660 } else { 0o600 };
    give(path, group, mode).map_err(|source| failed("protect", path, source))?;
    Ok(listener)
}

/// Linux gives the file the mode that the socket has before it has a name.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn bind(path: &Path) -> io::Result<UnixListener> {
    use nix::sys::{
        socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket},
        stat::{Mode, fchmod},
    };
    use std::os::fd::AsRawFd;

    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let unnamed = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    fchmod(&unnamed, Mode::S_IRUSR | Mode::S_IWUSR)?;
    bind(unnamed.as_raw_fd(), &UnixAddr::new(path)?)?;
    listen(&unnamed, Backlog::MAXCONN)?;
    UnixListener::from_std(unnamed.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn bind(path: &Path) -> io::Result<UnixListener> {
    UnixListener::bind(path)
}

fn gid(name: &str) -> Result<Gid, ServerError> {
    let found = Group::from_name(name).ok().flatten();
    let name = name.to_owned();
    found
        .map(|group| group.gid)
        .ok_or(ServerError::NoGroup { name })
}

/// Makes the directory unless it is there; one that is there is its owner's to open to a group.
fn directory_of(path: &Path, group: Option<Gid>) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(path)?;
    match group {
        Some(_) => give(path, group, 0o750),
        None => Ok(()),
    }
}

/// The group first: the mode must never let in the group that was there before.
fn give(path: &Path, group: Option<Gid>, mode: u32) -> io::Result<()> {
    if group.is_some() {
        chown(path, None, group)?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Whether nobody but this user and root can put another socket into a directory.
///
/// # Errors
/// Says who can.
pub fn look_at(directory: &Path) -> Result<(), ServerError> {
    let about = fs::metadata(directory).map_err(|source| failed("look at", directory, source))?;
    let wrong = |wrong: String| {
        let path = directory.to_owned();
        Err(ServerError::Directory { path, wrong })
    };
    let owner = Uid::from_raw(about.uid());
    if owner != Uid::effective() && !owner.is_root() {
        return wrong(format!("belongs to uid {owner}, not to this user or root"));
    }
    let mode = about.permissions().mode();
    if mode & WRITABLE_BY_OTHERS != 0 && mode & STICKY == 0 {
        let mode = mode & 0o7777;
        return wrong(format!(
            "can be written by others (mode {mode:04o}; chmod go-w it)"
        ));
    }
    Ok(())
}

/// Takes away the socket that a dead server left behind, and nothing else.
fn remove_stale(path: &Path) -> Result<(), ServerError> {
    match fs::symlink_metadata(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(failed("look at", path, why)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(ServerError::NotASocket {
                path: path.to_owned(),
            });
        }
        Ok(_socket) => {}
    }
    let mut probe = Probe::connect(path);
    for _look in 0..LOOKS {
        if probe.is_err() {
            break;
        }
        sleep(LOOK_EVERY);
        probe = Probe::connect(path);
    }
    match probe {
        Ok(_answers) => Err(ServerError::Running {
            path: path.to_owned(),
        }),
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|why| failed("remove the stale socket", path, why))
        }
        Err(why) => Err(failed("find out who listens on", path, why)),
    }
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> ServerError {
    ServerError::Socket {
        doing,
        path: path.to_owned(),
        source,
    }
}
