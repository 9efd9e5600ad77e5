//! The artifact store: files by the SHA-256 of their bytes, written once, read-only, checked again
//! before every use. It knows nothing of releases.

use crate::model::{Artifact, Digest};
use nix::{errno::Errno, unistd::geteuid};
use sha2::{Digest as _, Sha256};
use std::{
    fs::{self, File, Permissions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Component, Path, PathBuf},
};

#[derive(Debug, Clone)]
pub(crate) struct Store(pub(crate) PathBuf);

/// Why an artifact is not to be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArtifactError {
    #[error("build left no {0}")]
    Missing(String),
    #[error(
        "the artifact {0:?} is not a file inside the checkout: name a regular file by a relative path without .. and without links that lead out"
    )]
    Outside(String),
    #[error(
        "the artifact {file:?} belongs to user {owner}, not to the one that steps run as: copy it, a link to it is not enough"
    )]
    NotTheirs { file: String, owner: u32 },
    #[error(
        "the artifact {} is gone: restore the file from a backup, or deploy a newer release",
        .0.display()
    )]
    NotStored(PathBuf),
    #[error(
        "the artifact {} is damaged or was exchanged (its bytes are {found}): restore the file from a backup, or deploy a newer release",
        path.display()
    )]
    Damaged { path: PathBuf, found: Digest },
    #[error("cannot {operation} the artifact {}: {source}", path.display())]
    File {
        operation: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl Store {
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.as_str())
    }

    /// Takes what a build left in its checkout. Blocks for as long as copying takes.
    pub(crate) fn collect(&self, checkout: &Path, file: &str) -> Result<Artifact, ArtifactError> {
        let mut from = inside(checkout, file)?;
        let source = checkout.join(file);
        let mode = from.metadata().map_err(failed("read", &source))?;
        // One build at a time is in a checkout, but several store at once.
        let unique = Digest::of(source.as_os_str().as_encoded_bytes());
        let incoming = self.0.join(format!(".incoming-{}", unique.short()));
        // One of an interrupted try may be read-only already.
        let _absent = fs::remove_file(&incoming);
        let (digest, bytes) =
            copy_hashing(&mut from, &incoming).map_err(failed("store", &incoming))?;
        let stored = self.path(&digest);
        let executable = mode.permissions().mode() & 0o111;
        fs::set_permissions(&incoming, Permissions::from_mode(0o444 | executable))
            .and_then(|()| fs::rename(&incoming, &stored))
            .and_then(|()| File::open(&self.0)?.sync_all())
            .map_err(failed("store", &stored))?;
        let name = Path::new(file).file_name().unwrap_or_default();
        Ok(Artifact {
            digest,
            bytes,
            file: name.to_string_lossy().into_owned(),
            signature: None,
        })
    }

    /// Reads an artifact again and compares: bits rot and people tidy. Blocks.
    pub(crate) fn verify(&self, digest: &Digest) -> Result<(), ArtifactError> {
        let path = self.path(digest);
        let mut file = match File::open(&path) {
            Err(why) if why.kind() == ErrorKind::NotFound => {
                return Err(ArtifactError::NotStored(path));
            }
            opened => opened,
        }
        .map_err(failed("read", &path))?;
        let (found, _) = hash(&mut file, &mut io::sink()).map_err(failed("read", &path))?;
        if found == *digest {
            Ok(())
        } else {
            Err(ArtifactError::Damaged { path, found })
        }
    }
}

/// A regular file that lies in the checkout, links within it followed. What is swapped for a link
/// between the look and the opening is not followed. In a checkout that is another user's than the
/// server's, what is not that user's is there by a hard link, and was perhaps not theirs to read.
pub(crate) fn inside(checkout: &Path, file: &str) -> Result<File, ArtifactError> {
    let outside = || ArtifactError::Outside(file.to_owned());
    let plain = |part: Component| matches!(part, Component::Normal(_) | Component::CurDir);
    if file.is_empty() || !Path::new(file).components().all(plain) {
        return Err(outside());
    }
    let unfit = |why: io::Error| {
        let is = |these: [Errno; 2]| {
            these
                .iter()
                .any(|each| why.raw_os_error() == Some(*each as i32))
        };
        if is([Errno::ENOENT, Errno::ENOTDIR]) {
            ArtifactError::Missing(file.to_owned())
        } else if is([Errno::ELOOP, Errno::EXDEV]) {
            // Links that lead to each other or out, and those that are there only by now.
            outside()
        } else {
            failed("read", &checkout.join(file))(why)
        }
    };
    let root = checkout.canonicalize().map_err(unfit)?;
    let path = root.join(file).canonicalize().map_err(unfit)?;
    let below = path.strip_prefix(&root).map_err(|_leads_out| outside())?;
    if !path.is_file() {
        return Err(outside());
    }
    let opened = open_below(&root, below).map_err(unfit)?;
    let about = opened.metadata().map_err(unfit)?;
    if !about.is_file() {
        return Err(outside());
    }
    let (checkout_of, owner) = (root.metadata().map_err(unfit)?.uid(), about.uid());
    if checkout_of != geteuid().as_raw() && checkout_of != owner {
        let file = file.to_owned();
        return Err(ArtifactError::NotTheirs { file, owner });
    }
    Ok(opened)
}

/// What says what could not be done to which file.
fn failed(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ArtifactError {
    let path = path.to_owned();
    move |source| ArtifactError::File {
        operation,
        path,
        source,
    }
}

/// Opens a path that has no links, and fails where it has one by now.
#[cfg(target_os = "linux")]
fn open_below(root: &Path, below: &Path) -> io::Result<File> {
    use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
    let how = OpenHow::new()
        // A pipe in its place would keep us waiting.
        .flags(OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)
        .resolve(ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS);
    match openat2(File::open(root)?, below, how) {
        Ok(opened) => Ok(opened.into()),
        // An older kernel, or a sandbox that does not know the call.
        Err(Errno::ENOSYS | Errno::EPERM) => File::open(root.join(below)),
        Err(why) => Err(why.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_below(root: &Path, below: &Path) -> io::Result<File> {
    File::open(root.join(below))
}

fn copy_hashing(from: &mut File, to: &Path) -> io::Result<(Digest, u64)> {
    let mut copy = File::create(to)?;
    let hashed = hash(from, &mut copy)?;
    copy.sync_all()?;
    Ok(hashed)
}

fn hash(from: &mut impl Read, to: &mut impl Write) -> io::Result<(Digest, u64)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            return Ok((Digest::finish(hash), bytes));
        }
        hash.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
        bytes += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        os::unix::fs::symlink,
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    #[test]
    fn a_folder_that_is_swapped_for_a_link_leads_nowhere() {
        let top = std::env::temp_dir().join(format!("pilothouse-swap-{}", std::process::id()));
        let (checkout, elsewhere) = (top.join("checkout"), top.join("elsewhere"));
        for (folder, content) in [
            (checkout.join("dist"), "ours"),
            (elsewhere.clone(), "secret"),
        ] {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("app"), content).unwrap();
        }
        symlink(&elsewhere, checkout.join("link")).unwrap();
        let over = AtomicBool::new(false);
        let mut read = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                let at = |name: &str| checkout.join(name);
                while !over.load(Ordering::Relaxed) {
                    for (from, to) in [
                        ("dist", "kept"),
                        ("link", "dist"),
                        ("dist", "link"),
                        ("kept", "dist"),
                    ] {
                        fs::rename(at(from), at(to)).unwrap();
                    }
                }
            });
            for _try in 0..3_000 {
                if let Ok(mut file) = inside(&checkout, "dist/app") {
                    let mut text = String::new();
                    file.read_to_string(&mut text).unwrap();
                    read.push(text);
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        fs::remove_dir_all(top).unwrap();
        assert!(!read.is_empty(), "nothing was read at all");
        assert!(
            read.iter().all(|text| text == "ours"),
            "a link was followed"
        );
    }
}
