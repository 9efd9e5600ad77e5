//! What can go wrong with a journal as a whole, said to the person who can do something about it.

use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(
        "the SQLite built into this program is {have}, and journals need {need} or newer (older \
         ones can corrupt them): build it again from the supplied Cargo.lock"
    )]
    OldSqlite { have: i32, need: i32 },
    #[error("cannot use {} for the journal: {source}; make it a directory that this user may write to", path.display())]
    Directory {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{} is in use by another Pilothouse server{holder}: stop that one first, or give this one \
         another state directory", directory.display()
    )]
    InUse { directory: PathBuf, holder: String },
    #[error(
        "{} is not a journal of Pilothouse: {why}. Move it away, restore it from a backup, or use \
         another state directory", path.display()
    )]
    Foreign { path: PathBuf, why: String },
    #[error(
        "{} was written by a newer Pilothouse{writer} (format {have}; this one knows up to \
         {known}): install that version again, or restore a backup from before the upgrade, such as \
         the one that it kept beside the journal", path.display()
    )]
    Newer {
        path: PathBuf,
        have: i64,
        known: i64,
        /// Its version, as a remark; empty when the file does not say.
        writer: String,
    },
    #[error(
        "entry {seq} in {} is as it was recorded, and this version does not know what it says \
         ({why}); Pilothouse {writer} has written to the journal: install that version again, or \
         restore a backup from before it", path.display()
    )]
    Unknown {
        path: PathBuf,
        seq: u64,
        why: String,
        writer: String,
    },
    #[error(
        "cannot keep {}, the journal as it is before it is brought to a newer format ({why}): make \
         room for it, or install the version again that was here before", path.display()
    )]
    NotKept { path: PathBuf, why: String },
    #[error(
        "{} has format {have}, and this version works on format {known}: start the server on it \
         once, which brings it there", path.display()
    )]
    Older {
        path: PathBuf,
        have: i64,
        known: i64,
    },
    #[error("entry {seq} in {} is damaged: {why}; restore the file from a backup", path.display())]
    Damaged {
        path: PathBuf,
        seq: u64,
        why: String,
    },
    #[error(
        "{} was removed or replaced while the server was using it ({saved})", path.display()
    )]
    Removed { path: PathBuf, saved: &'static str },
    #[error(
        "{} ends at entry {last}, and entry {noted} was there before, or another one in its place: \
         its log was lost, or an older copy was put there. Put the newest one back. To go on from \
         this one, make a backup of it, move it away, and restore the backup: then nothing is done \
         twice before somebody has looked", path.display()
    )]
    Behind {
        path: PathBuf,
        last: u64,
        noted: u64,
    },
    #[error("{doing} failed in {}: {source}", path.display())]
    Sql {
        doing: &'static str,
        path: PathBuf,
        source: rusqlite::Error,
    },
    #[error("cannot make a name for the new journal from the system's randomness: {0}")]
    Epoch(std::io::Error),
    #[error("a fact cannot be written as JSON: {0}")]
    Unwritable(serde_json::Error),
}
