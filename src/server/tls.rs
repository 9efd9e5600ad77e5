//! The certificate that the TLS door shows, with its key: read from two files, and read again while
//! connections go on. A pair that is not good is not taken over. It knows no HTTP.

use crate::server::ServerError;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

/// A chain of certificates is a few thousand bytes; more is another file.
const FILE_MOST: u64 = 1024 * 1024;
const READ_BY_OTHERS: u32 = 0o004;
const WRITTEN_BY_OTHERS: u32 = 0o022;

/// A certificate with its key, as they are now. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Certificate {
    shown: Arc<Shown>,
}

#[derive(Debug)]
struct Shown {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    /// Reads both files, in PEM form.
    ///
    /// # Errors
    /// When one cannot be read or holds nothing that fits, or the key can be read by others.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, ServerError> {
        let current = read(certificate, key)?;
        Ok(Self {
            shown: Arc::new(Shown {
                certificate: certificate.to_owned(),
                key: key.to_owned(),
                current: RwLock::new(Arc::new(current)),
            }),
        })
    }

    /// Reads both files again, for connections from now on.
    ///
    /// # Errors
    /// As [`Certificate::open`]; then the one that was there stays.
    pub fn reload(&self) -> Result<(), ServerError> {
        let shown = &self.shown;
        let next = Arc::new(read(&shown.certificate, &shown.key)?);
        *shown
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// How TLS is spoken with it: 1.2 and 1.3, without asking clients for a certificate.
    pub(super) fn config(&self) -> Result<ServerConfig, ServerError> {
        let versions = ServerConfig::builder_with_provider(provider());
        let versions = versions.with_safe_default_protocol_versions();
        let versions = versions.map_err(|why| {
            let path = &self.shown.certificate;
            wrong("certificate", path)(format!("cannot be used here: {why}"))
        })?;
        let shown = Arc::clone(&self.shown);
        let mut config = versions.with_no_client_auth().with_cert_resolver(shown);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, ServerError> {
    let chain = pem("certificate", certificate)?;
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_slice_iter(&chain).collect();
    let chain =
        chain.map_err(|why| wrong("certificate", certificate)(format!("is damaged: {why}")));
    let chain = chain?;
    if chain.is_empty() {
        let why = "holds no certificate in PEM form".to_owned();
        return Err(wrong("certificate", certificate)(why));
    }
    private(key)?;
    let secret = PrivateKeyDer::from_pem_slice(&pem("key", key)?);
    // What it says of a damaged key is not repeated: nothing of the file belongs into a log.
    let secret = secret
        .map_err(|_unread| wrong("key", key)("holds no private key in PEM form".to_owned()))?;
    CertifiedKey::from_der(chain, secret, &provider())
        .map_err(|why| wrong("key", key)(format!("is not the certificate's: {why}")))
}

/// A key that others can read may be theirs by now. Its group may be let in, as distributions do.
fn private(key: &Path) -> Result<(), ServerError> {
    let about = fs::metadata(key).map_err(|why| wrong("key", key)(why.to_string()))?;
    let mode = about.permissions().mode();
    if mode & (READ_BY_OTHERS | WRITTEN_BY_OTHERS) != 0 {
        let mode = mode & 0o7777;
        return Err(wrong("key", key)(format!(
            "can be read or written by others (mode {mode:04o}; chmod 600 it)"
        )));
    }
    Ok(())
}

fn pem(what: &'static str, path: &Path) -> Result<Vec<u8>, ServerError> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(path)?.take(FILE_MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|why: std::io::Error| wrong(what, path)(why.to_string()))
}

fn wrong(what: &'static str, path: &Path) -> impl Fn(String) -> ServerError {
    let path = path.to_owned();
    move |wrong| ServerError::Tls {
        what,
        path: path.clone(),
        wrong,
    }
}
