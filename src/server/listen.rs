//! Where the server listens: a private Unix socket, or TCP that cannot leave this machine. It hands
//! out connections with the user behind them; it knows no HTTP.

use crate::server::{ServerError, auth::Guard};
use std::{
    fs,
    io::{self, ErrorKind},
    net::SocketAddr,
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, PermissionsExt},
        net::UnixStream as Probe,
    },
    path::{Path, PathBuf},
};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// What to listen on.
#[derive(Clone, PartialEq, Eq)]
pub enum Listen {
    /// The operator is the user at the other end.
    Unix(PathBuf),
    /// Loopback only. The operator is the server's own user, who alone can read the token.
    Tcp { addr: SocketAddr, token: String },
}

impl std::fmt::Debug for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Listen::Unix(path) => write!(f, "Unix({})", path.display()),
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
    Tcp(TcpStream),
}

impl Socket {
    pub(super) async fn accept(&self) -> io::Result<Connection> {
        Ok(match self {
            Socket::Unix { listener, .. } => Connection::Unix(listener.accept().await?.0),
            Socket::Tcp { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                // Events are small and wanted at once.
                stream.set_nodelay(true)?;
                Connection::Tcp(stream)
            }
        })
    }
}

pub(super) fn open(listen: Listen) -> Result<(Socket, Guard), ServerError> {
    match listen {
        Listen::Unix(path) => Ok((open_unix(path)?, Guard::Peer)),
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

fn open_unix(path: PathBuf) -> Result<Socket, ServerError> {
    let failed = |doing| {
        let path = path.clone();
        move |source| ServerError::Socket {
            doing,
            path,
            source,
        }
    };
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder
            .create(parent)
            .map_err(failed("create the directory of"))?;
    }
    remove_stale(&path)?;
    let listener = UnixListener::bind(&path).map_err(failed("listen on"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed("protect"))?;
    Ok(Socket::Unix { listener, path })
}

/// Takes away the socket that a dead server left behind, and nothing else.
fn remove_stale(path: &Path) -> Result<(), ServerError> {
    let failed = |doing, source| ServerError::Socket {
        doing,
        path: path.to_owned(),
        source,
    };
    match fs::symlink_metadata(path) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(failed("look at", why)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(ServerError::NotASocket {
                path: path.to_owned(),
            });
        }
        Ok(_socket) => {}
    }
    match Probe::connect(path) {
        Ok(_answers) => Err(ServerError::Running {
            path: path.to_owned(),
        }),
        Err(why) if why.kind() == ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|why| failed("remove the stale socket", why))
        }
        Err(why) => Err(failed("find out who listens on", why)),
    }
}
