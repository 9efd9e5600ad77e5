//! The user's own files beside `config.toml`: `keymap.toml`, and the themes under `themes`. It reads
//! them and sees when they change; what they mean is for the keymap and the themes.

use crate::tui::{
    keymap::{BadKeymap, Keymap},
    theme::Shelf,
};
use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// More files than anybody has themes.
const FILES: usize = 200;
/// Longer than any theme.
const LONGEST: u64 = 64 << 10;

/// The files of the user's themes, as they were when they were read.
#[derive(Debug)]
pub struct ThemeFiles {
    place: Option<PathBuf>,
    seen: Vec<Seen>,
}

/// A file, and what changes when it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    path: PathBuf,
    changed: (i64, i64),
    length: u64,
}

impl ThemeFiles {
    /// Those under the user's configuration directory, if there is one.
    pub fn under(config: Option<&Path>) -> Self {
        Self {
            place: config.map(|place| place.join("themes")),
            seen: Vec::new(),
        }
    }

    /// Reads them all. One that cannot be read is not there.
    pub fn read(&mut self) -> Shelf {
        self.seen = self.look();
        let texts = self.seen.iter().filter(|seen| seen.length <= LONGEST);
        let named = texts.filter_map(|seen| {
            let name = seen.path.file_stem()?.to_str()?.to_owned();
            Some((name, fs::read_to_string(&seen.path).ok()?))
        });
        Shelf(named.collect())
    }

    /// Whether any was written, added or removed since they were read.
    pub fn have_changed(&self) -> bool {
        self.look() != self.seen
    }

    fn look(&self) -> Vec<Seen> {
        let entries = self
            .place
            .as_ref()
            .and_then(|place| fs::read_dir(place).ok());
        let paths = entries.into_iter().flatten();
        let paths = paths.filter_map(|entry| Some(entry.ok()?.path()));
        let themes = paths.filter(|path| path.extension().is_some_and(|ext| ext == "toml"));
        let seen = themes.take(FILES).filter_map(|path| {
            let about = fs::metadata(&path).ok()?;
            Some(Seen {
                path,
                changed: (about.mtime(), about.mtime_nsec()),
                length: about.len(),
            })
        });
        let mut seen: Vec<Seen> = seen.collect();
        seen.sort();
        seen
    }
}

/// Where the user's own keys are written.
pub fn keymap_file(config: &Path) -> PathBuf {
    config.join("keymap.toml")
}

/// The keymap that comes with the program, changed as the user's file says, and what is wrong in
/// that, which is left out.
///
/// # Errors
/// When the keymap that comes with the program is broken.
pub fn keymap(config: Option<&Path>) -> Result<(&'static Keymap, Vec<String>), BadKeymap> {
    let built_in = Keymap::built_in()?;
    let Some(path) = config.map(keymap_file) else {
        return Ok((built_in, Vec::new()));
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok((built_in, Vec::new())),
        Err(why) => {
            let problem = format!("cannot read {}: {why}", path.display());
            return Ok((built_in, vec![problem]));
        }
    };
    let (keymap, problems) = built_in.changed_by(&text);
    let problems = problems.iter();
    let said = problems.map(|bad| format!("keymap.toml:{}: {}", bad.line, bad.why));
    // Once for as long as the program runs.
    Ok((Box::leak(Box::new(keymap)), said.collect()))
}
