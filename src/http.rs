//! The ways we speak HTTP: to our own server, here or elsewhere, and out to other systems. A bare
//! `reqwest::Client::new()` panics on a machine without CA certificates, so nothing else builds one.

use std::{error::Error as _, fs, path::Path, time::Duration};

/// A client for our own server: over its Unix socket, or plain TCP on loopback. It needs no
/// certificates and follows no redirects. Without a total time limit, for streams. Connections are
/// not kept: a command sent on one that the server is just closing would have no known outcome.
///
/// # Errors
/// When the client cannot be built, which says what is wrong with the machine.
pub fn local(socket: Option<&Path>) -> Result<reqwest::Client, reqwest::Error> {
    choose_cryptography();
    let builder = reqwest::Client::builder()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .pool_max_idle_per_host(0)
        .no_proxy();
    match socket {
        Some(path) => builder.unix_socket(path).build(),
        None => builder.build(),
    }
}

/// As [`local`], for a server elsewhere: over TLS and nothing else. Its certificate must come from
/// the authorities in a PEM file, or from those that this machine trusts where none is given.
///
/// # Errors
/// In words: when the file cannot be read or holds no certificate, or as for [`local`].
pub fn remote(authorities: Option<&Path>) -> Result<reqwest::Client, String> {
    choose_cryptography();
    let builder = reqwest::Client::builder()
        .https_only(true)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .pool_max_idle_per_host(0)
        .no_proxy();
    let builder = match authorities {
        None => builder,
        Some(path) => {
            let wrong = |why: String| format!("the authorities in {}: {why}", path.display());
            let text = fs::read(path).map_err(|why| wrong(why.to_string()))?;
            let found = reqwest::Certificate::from_pem_bundle(&text);
            let found = found.map_err(|why| wrong(innermost(&why)))?;
            if found.is_empty() {
                return Err(wrong("there is no certificate in PEM form".to_owned()));
            }
            builder.tls_certs_only(found)
        }
    };
    builder.build().map_err(|why| innermost(&why))
}

/// A client for the systems that are watched: bounded in time, following no redirects.
///
/// # Errors
/// As [`local`]; without CA certificates it still serves `http://`.
pub fn outbound(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    choose_cryptography();
    let builder = || {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(timeout)
            .pool_idle_timeout(Duration::from_secs(30))
    };
    builder()
        .build()
        .or_else(|_no_certificates| builder().tls_certs_only([]).build())
}

/// The innermost reason of a failure; the layers above it say nothing that an operator can use.
pub fn innermost(why: &reqwest::Error) -> String {
    beneath(why).unwrap_or_else(|| why.to_string())
}

/// As [`innermost`], where there is something beneath the failure itself, which may name its URL.
pub fn beneath(why: &reqwest::Error) -> Option<String> {
    let mut cause = why.source()?;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Some(cause.to_string())
}

/// Without a choice, building a client panics, even one that will never speak TLS.
fn choose_cryptography() {
    // An error means that it was chosen before, which is as good.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
}
