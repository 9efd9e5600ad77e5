//! The build script. It gives the program a mark of its own fold: a number over every source that has
//! a say in what facts fold to and how that is written down. A snapshot with another mark is not read,
//! so nobody has to remember to say that the fold changed.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

/// The model is the fold; the lock file says which version of everything writes it down.
const SOURCES: [&str; 4] = [
    "Cargo.lock",
    "src/model.rs",
    "src/model",
    "src/service/snapshot.rs",
];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
        collect(Path::new(source), &mut files)?;
    }
    files.sort();
    // Another compiler may sum them up in another way: then, too, facts are folded anew once.
    let mut mark = DefaultHasher::new();
    for file in files {
        file.hash(&mut mark);
        fs::read(&file)?.hash(&mut mark);
    }
    println!("cargo:rustc-env=PILOTHOUSE_FOLD={:016x}", mark.finish());
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
