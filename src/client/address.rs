//! Where a server is: a Unix socket, or with a bearer token TCP on this machine or TLS to any other.
//! Tokens are never shown, not even in debug output.

use std::{
    fmt,
    path::{Path, PathBuf},
};

#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// The default: the operator is who the socket says.
    Unix(PathBuf),
    /// `http://127.0.0.1:7070`. Plain TCP, hence loopback only.
    Tcp { url: String, token: String },
    /// `https://deploy.example.com:7443`, with a certificate of these authorities, in a PEM file;
    /// of those that the machine trusts where there is none.
    Tls {
        url: String,
        token: String,
        authorities: Option<PathBuf>,
    },
}

impl Address {
    pub(super) fn socket(&self) -> Option<&Path> {
        match self {
            Address::Unix(path) => Some(path),
            Address::Tcp { .. } | Address::Tls { .. } => None,
        }
    }

    /// What paths are appended to. Over a Unix socket the host is only a word.
    pub(super) fn base(&self) -> &str {
        match self {
            Address::Unix(_) => "http://pilothouse",
            Address::Tcp { url, .. } | Address::Tls { url, .. } => url.trim_end_matches('/'),
        }
    }

    /// The token, after a check that it would go nowhere in clear text.
    pub(super) fn checked_token(&self) -> Result<Option<&str>, String> {
        let (url, token) = match self {
            Address::Unix(_) => return Ok(None),
            Address::Tcp { url, token } | Address::Tls { url, token, .. } => (url, token),
        };
        let parsed = reqwest::Url::parse(url).map_err(|why| why.to_string())?;
        let fits = match self {
            Address::Unix(_) | Address::Tcp { .. } => parsed.scheme() == "http" && is_here(&parsed),
            Address::Tls { .. } => parsed.scheme() == "https" && parsed.has_host(),
        };
        if !fits {
            return Err(
                "only https:// is spoken, and http:// on a loopback address; to reach a server without \
                 TLS, forward its socket, for example \
                 `ssh -L 7070:/run/user/1000/pilothouse/socket host`"
                    .to_owned(),
            );
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("a login in the address is not used; the token is in its file".to_owned());
        }
        if token.is_empty() {
            return Err("the token is empty".to_owned());
        }
        Ok(Some(token))
    }
}

fn is_here(url: &reqwest::Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => path.display().fmt(f),
            Address::Tcp { url, .. } | Address::Tls { url, .. } => f.pad(url),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}
