//! What was read, value by value: for `explain`, and for telling two definitions apart. It does not
//! know what the values mean.

use crate::definition::{Place, node::Value};
use std::fmt;

/// One effective value while it is still a value.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// What it is, without the names of things: `stage.deploy.timeout`.
    pub(crate) kind: String,
    /// Which one it is: `stage.gamma.deploy.timeout`.
    pub(crate) path: String,
    pub(crate) value: Value,
    /// None for a default.
    pub(crate) place: Option<Place>,
    /// Where a parent protects it.
    pub(crate) protected: Option<Place>,
}

/// One effective value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// `stage.gamma.deploy.timeout`.
    pub path: String,
    /// As TOML would write it.
    pub value: String,
    /// None for a default.
    pub place: Option<Place>,
    /// Where a parent says that it must not be loosened.
    pub protected: Option<Place>,
}

impl From<Line> for Explained {
    fn from(line: Line) -> Self {
        Self {
            value: line.value.to_string(),
            path: line.path,
            place: line.place,
            protected: line.protected,
        }
    }
}

/// `path = value  # where`, as `explain` prints it.
impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path, self.value)?;
        match &self.place {
            Some(place) => write!(f, "  # {}:{}", place.file, place.line)?,
            None => f.write_str("  # default")?,
        }
        match &self.protected {
            Some(place) => write!(f, ", protected by {}:{}", place.file, place.line),
            None => Ok(()),
        }
    }
}
