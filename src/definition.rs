//! Pipelines as code: the TOML files of one directory, read, inherited and checked to
//! [`Definition`]s. Every problem is reported at once, each with its place. It reads files when
//! asked and knows no engine: what a definition means is `crate::model`.

mod problem;

pub use problem::{Place, Problem, Problems};

use crate::model::{Actor, Definition, GroupName};
use std::{collections::BTreeMap, path::Path};

/// What a directory defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// By pipeline name.
    pub definitions: Vec<Definition>,
    /// From `organization.toml`.
    pub groups: BTreeMap<GroupName, Vec<Actor>>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Problem>,
}

/// Reads every definition of a directory.
///
/// # Errors
/// Everything that is wrong, in the order of files and lines.
pub fn load(directory: &Path) -> Result<Loaded, Problems> {
    let problem = Problem::of_directory(directory, "definitions cannot be read yet");
    Err(Problems(vec![problem]))
}
