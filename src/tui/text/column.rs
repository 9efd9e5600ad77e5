//! Names one below the other: what all of them begin with says nothing there, so where they do not
//! fit it goes first, whole words of it, and only then the middle of each.

use crate::tui::text::{middle_cut, width};
use std::borrow::Cow;

/// What ends a word within a name.
const SEPARATORS: [char; 5] = ['-', '_', '/', '.', ':'];

/// How the names of one column are made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    cells: usize,
    /// Bytes that all names share and that are left out.
    shared: usize,
}

impl Names {
    /// For a column of so many cells with these names in it.
    pub fn of<'a>(names: impl Iterator<Item = &'a str> + Clone, cells: usize) -> Self {
        let fits = names.clone().all(|name| width(name) <= cells);
        let shared = if fits { 0 } else { shared(names) };
        Self { cells, shared }
    }

    pub fn fit<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match name.get(self.shared..) {
            Some(own) if self.shared > 0 => {
                let own = middle_cut(own, self.cells.saturating_sub(2));
                Cow::Owned(format!("..{own}"))
            }
            Some(_) | None => middle_cut(name, self.cells),
        }
    }
}

/// The length of the longest beginning of whole words that two names or more have in common and
/// after which each of them goes on.
fn shared<'a>(mut names: impl Iterator<Item = &'a str>) -> usize {
    let (Some(first), Some(second)) = (names.next(), names.next()) else {
        return 0;
    };
    let mut common = first;
    for name in [second].into_iter().chain(names) {
        let letters = common.char_indices().zip(name.chars());
        let other = letters.into_iter().find(|((_, a), b)| a != b);
        let shorter = common.len().min(name.len());
        let cut = other.map_or(shorter, |((at, _), _)| at);
        // A name that ends here is shown by its last word, not by nothing.
        common = &common[..cut.min(name.len().saturating_sub(1))];
    }
    let common = &common[..common.len().min(first.len().saturating_sub(1))];
    common.rfind(SEPARATORS).map_or(0, |at| at + 1)
}
