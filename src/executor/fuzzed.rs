//! Ways into what git gets to see for the fuzz targets, which stand outside of this crate.

use crate::executor::git::names;

pub fn is_branch(text: &str) -> bool {
    names::branch(text).is_ok()
}

pub fn is_repository(text: &str) -> bool {
    names::repository(text).is_ok()
}

/// A repository as messages name it.
pub fn shown(repository: &str) -> String {
    names::shown(repository)
}
