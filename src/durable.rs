//! Files that are there whole or not at all, on the disk when the call returns, and nobody else's to
//! read. It does not know what is in them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Writes a file anew, by way of another one beside it.
///
/// # Errors
/// As the file system has them; then the file is what it was.
pub fn replace(path: &Path, by: &Path, parts: &[&[u8]]) -> io::Result<()> {
    // One that an interrupted write left, which may have been made for others to read.
    match fs::remove_file(by) {
        Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(by)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()?;
    fs::rename(by, path)?;
    sync_folder_of(path)
}

/// Sees to it that a file's name is on the disk, too.
///
/// # Errors
/// As the file system has them.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
