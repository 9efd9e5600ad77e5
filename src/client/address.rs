//! Where a server is: a Unix socket, or TCP on this machine with a bearer token. Tokens are never
//! shown, not even in debug output.

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
}

impl Address {
    pub(super) fn socket(&self) -> Option<&Path> {
        match self {
            Address::Unix(path) => Some(path),
            Address::Tcp { .. } => None,
        }
    }

    /// What paths are appended to. Over a Unix socket the host is only a word.
    pub(super) fn base(&self) -> &str {
        match self {
            Address::Unix(_) => "http://pilothouse",
            Address::Tcp { url, .. } => url.trim_end_matches('/'),
        }
    }

    /// The token, after a check that it would not leave this machine in clear text.
    pub(super) fn checked_token(&self) -> Result<Option<&str>, String> {
        let Address::Tcp { url, token } = self else {
            return Ok(None);
        };
        let parsed = reqwest::Url::parse(url).map_err(|why| why.to_string())?;
        let loopback = match parsed.host_str() {
            Some("localhost") => true,
            Some(host) => host
                .trim_matches(['[', ']'])
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            None => false,
        };
        if parsed.scheme() != "http" || !loopback {
            return Err(
                "only http:// on a loopback address is spoken; to reach another machine, forward its \
                 socket, for example `ssh -L 7070:/run/user/1000/pilothouse/socket host`"
                    .to_owned(),
            );
        }
        if token.is_empty() {
            return Err("the token is empty".to_owned());
        }
        Ok(Some(token))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => path.display().fmt(f),
            Address::Tcp { url, .. } => f.pad(url),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}
