//! What the keepers of an earlier server made of a step that is still owed: the next server goes on
//! from there, and nothing of it is begun a second time. It looks and touches nothing.
//!
//! ```text
//! the folder is held by a keeper of this try -----------------> wait for it, and read its end
//! the end of this try's work is there ------------------------> that is how it ended
//! a keeper of this try began, is gone and left no end --------> nobody knows
//! it did so before the machine started, or never began -------> begin, under the same id
//! ```

use crate::{
    executor::{
        ended::{End, Ended, Unreadable},
        hold::{Holder, is_held},
    },
    model::Span,
};
use std::path::{Path, PathBuf};

/// What is there of the present try of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is to be begun.
    Nothing,
    /// It was begun so long ago, and is going on, has ended, or was lost.
    Begun(Span),
}

/// Looks at a step's folder for a try of it.
pub(crate) fn look(folder: &Path, tried: &str) -> Result<Found, Unreadable> {
    let is_of_it = |key: &str| key.rsplit_once('.').is_some_and(|(of, _)| of == tried);
    let last = Holder::last_of(folder)?.filter(|last| is_of_it(&last.key));
    if is_held(folder)?
        && let Some(keeper) = &last
    {
        return Ok(Found::Begun(keeper.age()));
    }
    let work = End::read(&end_of_work(folder), &key_of_work(tried))?;
    Ok(match (work, last) {
        // Somebody stopped it while no server was there to want that: it is run again.
        (Some(end), _) if end.ended == Ended::Stopped => Found::Nothing,
        (Some(end), _) => Found::Begun(end.took),
        (None, Some(lost)) => Found::Begun(lost.age()),
        (None, None) => Found::Nothing,
    })
}

/// Where the end of a step's work is told, which decides.
pub(crate) fn end_of_work(folder: &Path) -> PathBuf {
    folder.join("end")
}

/// The name of the work among the commands of a try.
pub(crate) fn key_of_work(tried: &str) -> String {
    format!("{tried}.1")
}

/// Where the last health check of a target is told.
pub(crate) fn end_of_check(folder: &Path) -> PathBuf {
    folder.join("health")
}
