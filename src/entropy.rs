//! The only reader of randomness, from the operating system: request keys, tokens and the jitter
//! of reconnects. The model and the engine never see it.

use crate::model::{self, RequestKey};
use std::{fs::File, io::Read};

/// Random bytes as lower-case hex digits, two for each byte.
///
/// # Errors
/// When the operating system's random device cannot be read.
pub fn hex(n_bytes: usize) -> std::io::Result<String> {
    let mut bytes = vec![0_u8; n_bytes];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(model::hex(&bytes))
}

/// A request key that nobody else has.
///
/// # Errors
/// As [`hex`].
pub fn request_key() -> std::io::Result<RequestKey> {
    RequestKey::parse(&hex(16)?).map_err(std::io::Error::other)
}

/// A number below `bound`, for jitter only: falls back to half of it without randomness.
pub fn below(bound: u64) -> u64 {
    let random = hex(7)
        .ok()
        .and_then(|digits| u64::from_str_radix(&digits, 16).ok());
    random.map_or(bound / 2, |number| number % bound.max(1))
}
