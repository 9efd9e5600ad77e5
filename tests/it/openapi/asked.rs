//! One request over a socket, byte by byte as it is given, and the answer taken apart. It knows no
//! document.

use crate::serving::PATIENCE;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// A stream has said what it has at first by then.
const STREAMED: Duration = Duration::from_millis(60);

/// Where the server is asked.
#[derive(Debug)]
pub(super) enum Door {
    Socket(PathBuf),
    Tcp { host: String, token: String },
}

#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// By their names in small letters.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(super) fn json(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut request = Self::new("POST", path);
        let form = ("content-type".to_owned(), "application/json".to_owned());
        request.headers.push(form);
        request.body = Some(body.into());
        request
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn bytes(&self, door: &Door) -> Vec<u8> {
        let Self { method, path, .. } = self;
        let (host, token) = match door {
            Door::Socket(_) => ("x", None),
            Door::Tcp { host, token } => (host.as_str(), Some(token)),
        };
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        let proven = self.headers.iter().any(|(name, _)| name == "authorization");
        if let (Some(token), false) = (token, proven) {
            text.extend(["authorization: Bearer ", token, "\r\n"]);
        }
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
        }
        let mut bytes = (text + "\r\n").into_bytes();
        bytes.extend(self.body.iter().flatten());
        bytes
    }
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head: {}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_lowercase(), value.to_owned())
        });
        let headers: BTreeMap<String, String> = headers.collect();
        let rest = &bytes[end + 4..];
        let chunked = headers.contains_key("transfer-encoding");
        let body = if chunked {
            unchunked(rest)
        } else {
            rest.to_vec()
        };
        Self {
            status,
            headers,
            body,
        }
    }

    pub(super) fn form(&self) -> Option<&str> {
        self.headers.get("content-type").map(String::as_str)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let Some(piece) = rest.get(end + 2..end + 2 + size) else {
            break;
        };
        body.extend_from_slice(piece);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    body
}

/// Asks, and waits until the server has said everything, or of a stream a while.
pub(super) async fn ask(door: &Door, request: &Request) -> Answer {
    let bytes = request.bytes(door);
    match door {
        Door::Socket(path) => said(UnixStream::connect(path).await.unwrap(), &bytes).await,
        Door::Tcp { host, .. } => said(TcpStream::connect(host).await.unwrap(), &bytes).await,
    }
}

async fn said(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> Answer {
    // One that is refused early is perhaps not read to its end.
    let _cut_off = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    let mut patience = PATIENCE;
    loop {
        let read = timeout(patience, stream.read(&mut piece)).await;
        let streams = bytes.windows(17).any(|some| some == b"text/event-stream");
        match read {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(n)) => bytes.extend_from_slice(&piece[..n]),
            Err(_) if streams => break,
            Err(late) => {
                let request = String::from_utf8_lossy(request);
                panic!("no answer to {request}: {late}")
            }
        }
        if bytes.windows(17).any(|some| some == b"text/event-stream") {
            patience = STREAMED;
        }
    }
    Answer::of(&bytes)
}
