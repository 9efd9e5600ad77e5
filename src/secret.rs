//! A secret from its file: one line, read anew for every use so that it can be exchanged, and in no
//! error; and holding one that was given against it. It does not know what the secret opens.

use sha2::{Digest, Sha256};
use std::{io, path::PathBuf};
use tokio::{fs::File, io::AsyncReadExt};

/// No token, password or key is longer.
const BYTES: u64 = 16 * 1024;

/// Why there is no secret in a file.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} must be one line that is not empty", path.display())]
    NotOneLine { path: PathBuf },
}

/// The one line of a file, without its end.
///
/// # Errors
/// See [`SecretError`].
pub async fn read(file: &str) -> Result<String, SecretError> {
    let path = PathBuf::from(file);
    let mut text = String::new();
    let read = async {
        let opened = File::open(&path).await?;
        opened.take(BYTES).read_to_string(&mut text).await
    };
    if let Err(source) = read.await {
        return Err(SecretError::Unreadable { path, source });
    }
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() || secret.chars().any(char::is_control) {
        return Err(SecretError::NotOneLine { path });
    }
    Ok(secret.to_owned())
}

/// Whether both are the same, without telling by its duration how much was right: digests, to the
/// last byte.
pub fn same(given: &str, expected: &str) -> bool {
    let (given, expected) = (Sha256::digest(given), Sha256::digest(expected));
    let differences = given.iter().zip(expected.iter()).map(|(a, b)| a ^ b);
    differences.fold(0, |all, one| all | one) == 0
}
