//! Why a server cannot start. Once it runs, its errors are answers: see `problem`.

use std::{io, net::SocketAddr, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(
        "{addr} is not a loopback address: others are served over TLS only; add --tls-cert, --tls-key and --tls-name, or forward the port with ssh"
    )]
    NotLoopback { addr: SocketAddr },
    #[error("cannot listen on {addr}: {source}")]
    Bind { addr: SocketAddr, source: io::Error },
    #[error("another server is running at {}; connect to it, or stop it first", path.display())]
    Running { path: PathBuf },
    #[error("{} exists and is not a socket: choose another path", path.display())]
    NotASocket { path: PathBuf },
    #[error("cannot {doing} {}: {source}", path.display())]
    Socket {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(
        "the directory {} {wrong}: whoever can write there can put a socket of his own in the place of the server's",
        path.display()
    )]
    Directory { path: PathBuf, wrong: String },
    #[error("there is no group {name} on this machine to which the socket could be given")]
    NoGroup { name: String },
    #[error("the TLS {what} {} {wrong}", path.display())]
    Tls {
        what: &'static str,
        path: PathBuf,
        wrong: String,
    },
    #[error(
        "{place} is no place for an issuer's keys: use an https:// address, one on this machine, or the whole path of a file"
    )]
    Keys { place: String },
    #[error("cannot {doing} the token file {}: {source}", path.display())]
    Token {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("the token file {} {wrong}", path.display())]
    BadToken { path: PathBuf, wrong: &'static str },
}
