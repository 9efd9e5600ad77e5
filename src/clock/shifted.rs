//! Clocks that a test sets, in a program that is compiled for tests: a file says how many milliseconds
//! the wall clock, and what counts the time since the start of the machine, are ahead of the real ones.

use crate::model::Span;
use std::{env, fs, path::PathBuf, sync::LazyLock};

static FILE: LazyLock<Option<PathBuf>> =
    LazyLock::new(|| Some(env::var_os("PILOTHOUSE_SHIFTED_CLOCK")?.into()));

/// Wall clock and time since the start; nothing without such a file.
pub(super) fn ahead() -> (Span, Span) {
    let read = || {
        let text = fs::read_to_string(FILE.as_ref()?).ok()?;
        let (wall, boot) = text.split_once(' ')?;
        Some((Span(wall.parse().ok()?), Span(boot.parse().ok()?)))
    };
    read().unwrap_or_default()
}
