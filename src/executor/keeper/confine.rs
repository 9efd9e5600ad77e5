//! What a keeper makes of itself before it starts anything, and its command inherits: a session of its
//! own, nothing of the server's but its three standard streams, no core dumps, a known mask for new
//! files. Orphans below it become its children, so that none is lost from sight.

use crate::executor::capability;
use nix::{
    sys::{
        resource::{Resource, setrlimit},
        stat::{Mode, umask},
    },
    unistd::{close, setsid},
};
use std::{fs, io};

/// New files can be read by all and written by their owner, whatever the server was started with.
const MASK: Mode = Mode::S_IWGRP.union(Mode::S_IWOTH);

/// Confines this process. Descriptors are closed first, while it has opened none.
pub(crate) fn this_process() -> io::Result<()> {
    close_inherited()?;
    // A leader of a group, which whoever starts it by hand makes of it, cannot lead a session.
    let _leads_already = setsid();
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    let _mask_before = umask(MASK);
    adopt_orphans()
}

/// Leaves its command nothing of what this user may do: none of the capabilities that a keeper has to
/// become another user, and no group.
pub(crate) fn before_another_user() -> io::Result<()> {
    capability::keep_back()?;
    leave_groups()
}

#[cfg(target_os = "linux")]
fn leave_groups() -> io::Result<()> {
    Ok(nix::unistd::setgroups(&[])?)
}

/// The standard library does it, where root starts something as somebody else.
#[cfg(not(target_os = "linux"))]
fn leave_groups() -> io::Result<()> {
    Ok(())
}

/// Closes what was open already when this process began: nobody here knows what it is.
fn close_inherited() -> io::Result<()> {
    let open: Vec<i32> = fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|descriptor| *descriptor > 2)
        .collect();
    for descriptor in open {
        // The one that listed them is among them and closed by now.
        let _closed = close(descriptor);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn adopt_orphans() -> io::Result<()> {
    Ok(nix::sys::prctl::set_child_subreaper(true)?)
}

#[cfg(not(target_os = "linux"))]
fn adopt_orphans() -> io::Result<()> {
    Ok(())
}
