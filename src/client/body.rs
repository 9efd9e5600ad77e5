//! The body of an answer: all of it, as far as it is no larger than anything that a server of ours
//! says. It knows no patience.

use reqwest::Response;

/// Bytes of a good answer. A fleet of 10,000 pipelines of 30 stages takes a part of this.
pub(super) const ANSWER_MOST: usize = 256 * 1024 * 1024;
/// Of one that is no success: a refusal may bring a new plan along.
pub(super) const PROBLEM_MOST: usize = 16 * 1024 * 1024;

/// Why it was not read to its end.
#[derive(Debug)]
pub(super) enum Cut {
    Broken(reqwest::Error),
    TooLarge,
}

pub(super) async fn whole(mut answer: Response, most: usize) -> Result<Vec<u8>, Cut> {
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(Cut::Broken)? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > most {
            return Err(Cut::TooLarge);
        }
    }
    Ok(bytes)
}
