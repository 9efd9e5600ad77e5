//! Where the server listens: a Unix socket of its user, or of a group too, TCP that cannot leave
//! this machine, or TLS for the rest of the world. It hands out connections with who is behind them; it knows no HTTP.

use crate::server::{Certificate, ServerError, auth::Guard, socket};
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio_rustls::TlsAcceptor;

/// What to listen on.
#[derive(Clone)]
pub enum Listen {
    /// The operator is the user at the other end.
    Unix(PathBuf),
    /// As `Unix`, and a group of the machine gets to it too.
    Shared { path: PathBuf, group: String },
    /// Loopback only. Whoever has the token is the server's own user, who alone can read it.
    Tcp { addr: SocketAddr, token: String },
    /// For whoever has a token that an admin made, and asks for the server by one of its names.
    Tls {
        addr: SocketAddr,
        certificate: Certificate,
        names: Vec<String>,
    },
}

impl std::fmt::Debug for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Listen::Unix(path) => write!(f, "Unix({})", path.display()),
            Listen::Shared { path, group } => write!(f, "Shared({}, {group})", path.display()),
            Listen::Tcp { addr, .. } => write!(f, "Tcp({addr})"),
            Listen::Tls { addr, .. } => write!(f, "Tls({addr})"),
        }
    }
}

/// What is listened on.
pub(super) enum Socket {
    Unix {
        listener: UnixListener,
        path: PathBuf,
    },
    Tcp {
        listener: TcpListener,
        addr: SocketAddr,
    },
    Tls {
        listener: TcpListener,
        addr: SocketAddr,
        acceptor: TlsAcceptor,
    },
}

/// One accepted connection.
pub(super) enum Connection {
    Unix(UnixStream),
    Tcp(TcpStream, SocketAddr),
    /// Before it has shaken hands.
    Tls(TcpStream, SocketAddr, TlsAcceptor),
}

impl Socket {
    pub(super) async fn accept(&self) -> io::Result<Connection> {
        Ok(match self {
            Socket::Unix { listener, .. } => Connection::Unix(listener.accept().await?.0),
            Socket::Tcp { listener, .. } => {
                let (stream, from) = prompt(listener).await?;
                Connection::Tcp(stream, from)
            }
            Socket::Tls {
                listener, acceptor, ..
            } => {
                let (stream, from) = prompt(listener).await?;
                Connection::Tls(stream, from, acceptor.clone())
            }
        })
    }
}

/// Events are small and wanted at once.
async fn prompt(listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, from) = listener.accept().await?;
    // A client that has gone already is found out by the first read, and must not be taken for a
    // listener in trouble, which makes everybody wait.
    let _later = stream.set_nodelay(true);
    Ok((stream, from))
}

pub(super) fn open(listen: Listen) -> Result<(Socket, Guard), ServerError> {
    match listen {
        Listen::Unix(path) => Ok((open_unix(path, None)?, Guard::Peer)),
        Listen::Shared { path, group } => Ok((open_unix(path, Some(&group))?, Guard::Peer)),
        Listen::Tls {
            addr,
            certificate,
            names,
        } => {
            let acceptor = TlsAcceptor::from(Arc::new(certificate.config()?));
            let (listener, addr) = bind(addr)?;
            let socket = Socket::Tls {
                listener,
                addr,
                acceptor,
            };
            Ok((socket, Guard::named(&names)))
        }
        Listen::Tcp { addr, token } => {
            if !addr.ip().is_loopback() {
                return Err(ServerError::NotLoopback { addr });
            }
            let (listener, addr) = bind(addr)?;
            let guard = Guard::token_on(addr, &token);
            Ok((Socket::Tcp { listener, addr }, guard))
        }
    }
}

fn bind(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let bind = || {
        let listener = std::net::TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        Ok((TcpListener::from_std(listener)?, addr))
    };
    bind().map_err(|source| ServerError::Bind { addr, source })
}

fn open_unix(path: PathBuf, group: Option<&str>) -> Result<Socket, ServerError> {
    let listener = socket::open(&path, group)?;
    Ok(Socket::Unix { listener, path })
}
