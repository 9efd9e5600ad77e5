//! What is wrong with a definition, and where. It does not know how problems are found.

use std::{fmt, path::Path, sync::Arc};

/// A place in a definition file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's name inside the directory of definitions.
    pub file: Arc<str>,
    pub line: usize,
    pub column: usize,
}

/// One thing that is wrong or doubtful: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// None when it is about the directory as a whole.
    pub place: Option<Place>,
    pub what: String,
}

/// Everything that is wrong with a directory of definitions; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    pub(crate) fn at(place: &Place, what: impl Into<String>) -> Self {
        Self {
            place: Some(place.clone()),
            what: what.into(),
        }
    }

    pub(crate) fn of_directory(directory: &Path, what: impl fmt::Display) -> Self {
        Self {
            place: None,
            what: format!("{}: {what}", directory.display()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
