//! The server's own signature under every artifact it built, and its check before every deployment:
//! what reaches a target is what this server built, from that commit, as that release of that
//! pipeline. It knows no files but its key's.

use crate::{
    durable, entropy,
    executor::ExecutorError,
    model::{Digest, PipelineName, ReleaseId, Sha, Signature, hex, unhex},
};
use ed25519_dalek::{SECRET_KEY_LENGTH, Signer, SigningKey};
use std::{
    fmt,
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Hex digits and a line's end; more is not a key.
const KEY_FILE_MOST: u64 = 256;

/// Signs and checks with the one key of this server.
#[derive(Clone)]
pub(crate) struct Signing {
    key: SigningKey,
    /// For words about it.
    pub(crate) path: PathBuf,
}

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) pipeline: PipelineName,
    pub(crate) release: ReleaseId,
    pub(crate) commit: Sha,
    pub(crate) digest: Digest,
}

impl Statement {
    /// One line for each value, none of which can hold a line's end.
    fn text(&self) -> String {
        format!(
            "pilothouse artifact 1\npipeline {}\nrelease {}\ncommit {}\ndigest {}\n",
            self.pipeline, self.release, self.commit, self.digest
        )
    }
}

impl Signing {
    /// Reads the key, or makes one at the first start. A key that others can read is refused: it
    /// may be theirs by now.
    pub(crate) fn open(path: PathBuf) -> Result<Self, ExecutorError> {
        let wrong = |why: &str| ExecutorError::Key {
            path: path.clone(),
            why: why.to_owned(),
        };
        let failed = |operation| {
            let path = path.clone();
            move |source| ExecutorError::File {
                operation,
                path,
                source,
            }
        };
        if fs::symlink_metadata(&path).is_err_and(|why| why.kind() == io::ErrorKind::NotFound) {
            make(&path).map_err(failed("make the signing key"))?;
        }
        let mut file = File::open(&path).map_err(failed("read the signing key"))?;
        let about = file.metadata().map_err(failed("read the signing key"))?;
        if !about.is_file() {
            return Err(wrong("is not a regular file"));
        }
        if about.permissions().mode() & 0o077 != 0 {
            return Err(wrong(
                "can be read by others than its owner (its mode must be 0600)",
            ));
        }
        let mut text = String::new();
        (&mut file)
            .take(KEY_FILE_MOST)
            .read_to_string(&mut text)
            .map_err(failed("read the signing key"))?;
        let secret = bytes::<SECRET_KEY_LENGTH>(text.trim_end());
        let secret = secret.ok_or_else(|| wrong("does not hold 64 hex digits"))?;
        Ok(Self {
            key: SigningKey::from_bytes(&secret),
            path,
        })
    }

    pub(crate) fn sign(&self, statement: &Statement) -> Option<Signature> {
        let signed = self.key.sign(statement.text().as_bytes()).to_bytes();
        hex(&signed).parse().ok()
    }

    /// Whether this server signed exactly this.
    pub(crate) fn holds(&self, statement: &Statement, signature: &Signature) -> bool {
        let Some(signed) = bytes(signature.as_str()) else {
            return false;
        };
        let signed = ed25519_dalek::Signature::from_bytes(&signed);
        let text = statement.text();
        let key = self.key.verifying_key();
        key.verify_strict(text.as_bytes(), &signed).is_ok()
    }
}

/// Its secret is nobody's to see.
impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Writes a new key so that it is there whole or not at all, and never readable by others.
fn make(path: &Path) -> io::Result<()> {
    let key = format!("{}\n", entropy::hex(SECRET_KEY_LENGTH)?);
    durable::replace(path, &path.with_extension("incoming"), &[key.as_bytes()])
}

fn bytes<const N: usize>(hex: &str) -> Option<[u8; N]> {
    unhex(hex)?.try_into().ok()
}
