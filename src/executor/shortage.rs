//! What a machine may be short of for a while: processes, open files, memory, room, a disk that answers.
//! No command can be blamed for it, so it is waited for, up to a bound. It does not know what is tried.

use crate::model::Span;
use nix::errno::Errno;
use std::{io, time::Duration};

/// Between two tries.
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After this it is told, and the engine or a person decides.
pub(crate) const ENDS_WITHIN: Span = Span::seconds(30);

/// Whether something failed for want of what comes back.
pub(crate) fn is_shortage(why: &io::Error) -> bool {
    let short = [
        Errno::EAGAIN,
        Errno::EMFILE,
        Errno::ENFILE,
        Errno::ENOMEM,
        Errno::ENOSPC,
        Errno::EDQUOT,
        Errno::EIO,
    ];
    let code = why.raw_os_error().map(Errno::from_raw);
    code.is_some_and(|code| short.contains(&code))
}
