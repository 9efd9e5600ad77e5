//! Where the server listens: a Unix socket of its user, or of a group too, or TCP that cannot leave
//! this machine. It hands out connections with who is behind them; it knows no HTTP.

use crate::server::{ServerError, auth::Guard, socket};
use std::{io, net::SocketAddr, path::PathBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// What to listen on.
#[derive(Clone, PartialEq, Eq)]
pub enum Listen {
    /// The operator is the user at the other end.
    Unix(PathBuf),
    /// As `Unix`, and a group of the machine gets to it too.
    Shared { path: PathBuf, group: String },
    /// Loopback only. Whoever has the token is the server's own user, who alone can read it.
    Tcp { addr: SocketAddr, token: String },
}

impl std::fmt::Debug for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Listen::Unix(path) => write!(f, "Unix({})", path.display()),
            Listen::Shared { path, group } => write!(f, "Shared({}, {group})", path.display()),
            Listen::Tcp { addr, .. } => write!(f, "Tcp({addr})"),
        }
    }
}

/// What is listened on.
#[derive(Debug)]
pub(super) enum Socket {
    Unix {
        listener: UnixListener,
        path: PathBuf,
    },
    Tcp {
        listener: TcpListener,
        addr: SocketAddr,
    },
}

/// One accepted connection.
#[derive(Debug)]
pub(super) enum Connection {
    Unix(UnixStream),
    Tcp(TcpStream, SocketAddr),
}

impl Socket {
    pub(super) async fn accept(&self) -> io::Result<Connection> {
        Ok(match self {
            Socket::Unix { listener, .. } => Connection::Unix(listener.accept().await?.0),
            Socket::Tcp { listener, .. } => {
                let (stream, from) = listener.accept().await?;
                // Events are small and wanted at once.
                stream.set_nodelay(true)?;
                Connection::Tcp(stream, from)
            }
        })
    }
}

pub(super) fn open(listen: Listen) -> Result<(Socket, Guard), ServerError> {
    match listen {
        Listen::Unix(path) => Ok((open_unix(path, None)?, Guard::Peer)),
        Listen::Shared { path, group } => Ok((open_unix(path, Some(&group))?, Guard::Peer)),
        Listen::Tcp { addr, token } => {
            let (listener, addr) = open_tcp(addr)?;
            let guard = Guard::token_on(addr, &token);
            Ok((Socket::Tcp { listener, addr }, guard))
        }
    }
}

fn open_tcp(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    if !addr.ip().is_loopback() {
        return Err(ServerError::NotLoopback { addr });
    }
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
