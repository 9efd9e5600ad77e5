//! A POST with the notice as JSON. A receiver checks the signature over `TIMESTAMP.BODY` and refuses
//! what is old, and takes each idempotency key once.

use crate::{
    executor::notify::{Undelivered, Worded, answer, secret},
    model::{Time, hex},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub(super) async fn send(
    http: &reqwest::Client,
    (url, secret_file): (&str, Option<&str>),
    worded: &Worded<'_>,
    now: Time,
) -> Result<(), Undelivered> {
    let body = worded.json();
    let timestamp = now.0.div_euclid(1_000).to_string();
    let mut request = http
        .post(url)
        .header("content-type", "application/json")
        .header("idempotency-key", &worded.notice.key)
        .header("x-pilothouse-timestamp", &timestamp);
    if let Some(file) = secret_file {
        let secret = secret(file).await?;
        let signature = signature(secret.as_bytes(), &timestamp, &body)?;
        request = request.header("x-pilothouse-signature", signature);
    }
    answer::settle(request.body(body), now).await
}

fn signature(secret: &[u8], timestamp: &str, body: &[u8]) -> Result<String, Undelivered> {
    let mac = Hmac::<Sha256>::new_from_slice(secret);
    let mut mac = mac.map_err(|why| Undelivered::later(format!("its secret: {why}")))?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(format!("sha256={}", hex(&mac.finalize().into_bytes())))
}
