//! A secret from its file, read anew for every use so that it can be exchanged, and in no reason.

use crate::executor::notify::Undelivered;
use tokio::{fs::File, io::AsyncReadExt};

/// No key is longer.
const BYTES: u64 = 16 * 1024;

/// The one line of a file.
pub(super) async fn read(path: &str) -> Result<String, Undelivered> {
    let cannot = |why: std::io::Error| Undelivered::later(format!("its secret {path}: {why}"));
    let file = File::open(path).await.map_err(cannot)?;
    let mut text = String::new();
    let read = file.take(BYTES).read_to_string(&mut text).await;
    read.map_err(cannot)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() || secret.chars().any(char::is_control) {
        let why = format!("its secret {path} must be one line that is not empty");
        return Err(Undelivered::later(why));
    }
    Ok(secret.to_owned())
}
