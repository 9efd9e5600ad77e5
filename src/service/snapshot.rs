//! What a journal folded to at one of its entries, kept in files beside it, so that a server need not
//! fold all of it again. A snapshot is only a shortcut: one that was written by another fold, does not
//! belong to this journal, or is not as it was written is passed over, and all of them may be removed.

use crate::{
    durable,
    journal::Link,
    model::{Digest, FOLD, Folded},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder in the state directory.
const FOLDER: &str = "snapshots";

/// How many are kept: what people were not told yet is folded from one before it.
const KEPT: usize = 3;

/// How many entries come between two. Folding so many again takes no part of a second.
pub(super) const EVERY: u64 = 20_000;

#[derive(Debug, Clone)]
pub(super) struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    pub(super) fn of(state: &Path) -> Self {
        let folder = state.join(FOLDER);
        Self { folder }
    }

    /// The newest that is to be trusted and that is not of later than `latest`. `link` is what the
    /// journal has at an entry.
    pub(super) fn newest(
        &self,
        latest: u64,
        link: impl Fn(u64) -> Option<Link>,
    ) -> Option<(u64, Folded)> {
        let all = self.all().into_iter().rev();
        all.filter(|seq| *seq <= latest).find_map(|seq| {
            let path = self.path(seq);
            let read = link(seq).ok_or_else(|| "the journal has no such entry".to_owned());
            match read.and_then(|link| read_snapshot(&path, &link)) {
                Ok(folded) => Some((seq, folded)),
                Err(why) => {
                    let path = path.display();
                    tracing::info!(%path, %why, "a snapshot is passed over");
                    None
                }
            }
        })
    }

    /// Where the newest is; nothing is said of whether it is to be trusted.
    pub(super) fn last(&self) -> u64 {
        self.all().last().copied().unwrap_or(0)
    }

    /// Writes what everything up to an entry folds to, and removes those that are too old. On the
    /// disk when it returns.
    pub(super) fn write(&self, seq: u64, link: &Link, folded: &Folded) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let body = serde_json::to_vec(folded)?;
        let (head, new) = (head(link, &body), self.folder.join("new"));
        durable::replace(&self.path(seq), &new, &[head.as_bytes(), &body])?;
        let all = self.all();
        let old = all.len().saturating_sub(KEPT);
        all[..old]
            .iter()
            .try_for_each(|seq| fs::remove_file(self.path(*seq)))
    }

    /// The entries that there are snapshots of.
    pub(super) fn all(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let seq = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json")?.parse().ok()
        };
        let mut all: Vec<u64> = entries.filter_map(seq).collect();
        all.sort_unstable();
        all
    }

    fn path(&self, seq: u64) -> PathBuf {
        self.folder.join(format!("{seq}.json"))
    }
}

fn read_snapshot(path: &Path, link: &Link) -> Result<Folded, String> {
    let text = fs::read(path).map_err(|why| why.to_string())?;
    let end = text.iter().position(|byte| *byte == b'\n');
    let (first, body) = text.split_at(end.map_or(0, |end| end + 1));
    let expected = head(link, body);
    if first != expected.as_bytes() {
        let first = String::from_utf8_lossy(first);
        return Err(format!(
            "it says {:?} of itself, and it is {:?}",
            first.trim(),
            expected.trim()
        ));
    }
    serde_json::from_slice(body).map_err(|why| why.to_string())
}

/// What a snapshot says of itself: whose fold it is of, after which chain of entries, and its sum.
fn head(link: &Link, body: &[u8]) -> String {
    let sum = Digest::of(body);
    format!("fold {FOLD} after {link} sum {sum}\n")
}
