//! The bearer token of TCP: made once, kept in the state directory where only the server's user can
//! read it.

use crate::{entropy, server::ServerError};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The name of the file in the state directory.
pub const FILE: &str = "token";

/// The token of a state directory; makes one if there is none.
///
/// # Errors
/// When the file cannot be read or made, is empty, or can be read by others.
pub fn open(state: &Path) -> Result<String, ServerError> {
    let path = state.join(FILE);
    match read(&path) {
        Err(ServerError::Token { source, .. }) if source.kind() == ErrorKind::NotFound => {
            let token = make(state, &path).map_err(|source| ServerError::Token {
                doing: "make",
                path: path.clone(),
                source,
            })?;
            Ok(token)
        }
        read => read,
    }
}

/// The token of a server that runs already.
///
/// # Errors
/// As [`open`], and when there is none.
pub fn read(path: &Path) -> Result<String, ServerError> {
    let failed = |source| ServerError::Token {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    let wrong = |wrong| ServerError::BadToken {
        path: PathBuf::from(path),
        wrong,
    };
    let mut file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(wrong(
            "can be read by others: remove it, and the next start makes a new one",
        ));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    let token = text.trim();
    if token.is_empty() {
        return Err(wrong(
            "is empty: remove it, and the next start makes a new one",
        ));
    }
    Ok(token.to_owned())
}

fn make(state: &Path, path: &Path) -> io::Result<String> {
    fs::create_dir_all(state)?;
    let token = entropy::hex(32)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{token}")?;
    file.sync_all()?;
    Ok(token)
}
