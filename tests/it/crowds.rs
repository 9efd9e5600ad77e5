//! Many clients at once that are slow on purpose, against the real server: those who never read what
//! they asked for, and those who never finish asking. Whoever behaves is served meanwhile.
//!
//! `PILOTHOUSE_CROWD=1000 cargo test crowds -- --nocapture` has so many of each, holds the times of
//! commands against their bar, and prints them.

use crate::serving::{PATIENCE, hold};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use pilothouse::{
    client::{Address, Client},
    clock::Stopwatch,
    http,
    model::Span,
    server::token,
};
use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, UnixStream},
    time::{sleep, timeout},
};

/// In every run of the tests.
const FEW: usize = 100;
const COMMANDS: usize = 120;
/// The bar of the ninety-ninth of a hundred commands.
const SLOWEST: Span = Span::seconds(1);
/// What the server may hold for one who does not read, and beside all of them.
const OF_ONE: u64 = 160 * 1024;
const OF_ALL: u64 = 64 * 1024 * 1024;
/// One address may have so many connections.
const OF_ONE_ADDRESS: usize = 512;

struct Server {
    child: Child,
    home: TempDir,
    tcp: SocketAddr,
    client: Client,
}

impl Server {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("definitions")).unwrap();
        let definition = include_str!("definition/checkout.toml");
        fs::write(home.path().join("definitions/checkout.toml"), definition).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
            .args([
                "serve",
                "definitions",
                "--state",
                "state",
                "--tcp",
                "127.0.0.1:0",
                "--socket",
            ])
            .arg(socket(home.path()))
            .current_dir(home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.next().unwrap().unwrap();
        let line = lines.next().unwrap().unwrap();
        let tcp = line
            .split("http://")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        let client = Client::new(Address::Unix(socket(home.path()))).unwrap();
        Self {
            child,
            tcp: tcp.parse().unwrap(),
            home,
            client,
        }
    }

    fn socket(&self) -> PathBuf {
        socket(self.home.path())
    }

    fn token(&self) -> String {
        token::read(&self.home.path().join("state").join(token::FILE)).unwrap()
    }

    /// An operator who comes over TCP.
    fn remote(&self) -> Client {
        let token = self.token();
        let url = format!("http://{}", self.tcp);
        Client::new(Address::Tcp { url, token }).unwrap()
    }

    /// Bytes of memory that are its own.
    fn memory(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        let pages: u64 = text.split(' ').nth(1).unwrap().parse().unwrap();
        pages * 4096
    }

    async fn streams(&self) -> usize {
        let http = http::local(Some(&self.socket())).unwrap();
        let page = http.get("http://here/metrics").send().await.unwrap();
        let page = page.text().await.unwrap();
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("pilothouse_stream_clients "));
        line.unwrap().parse().unwrap()
    }

    async fn until_streams(&self, wanted: usize) {
        let reached = async {
            while self.streams().await != wanted {
                sleep(Duration::from_millis(100)).await;
            }
        };
        let reached = timeout(PATIENCE * 4, reached).await;
        assert!(
            reached.is_ok(),
            "{} streams, not {wanted}",
            self.streams().await
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn socket(home: &Path) -> PathBuf {
    home.join("socket")
}

fn many() -> Option<usize> {
    let many = env::var("PILOTHOUSE_CROWD").ok()?;
    Some(many.parse().unwrap())
}

/// Room for both ends of all connections.
fn room() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
}

/// Commands one after the other, each planned and committed; how long each took, sorted.
async fn commands(client: &Client, reason: &str) -> Vec<Span> {
    let mut took = Vec::new();
    for n in 0..COMMANDS {
        let since = Stopwatch::start();
        hold(client, "checkout", &format!("{n} {reason}"))
            .await
            .unwrap();
        took.push(since.elapsed());
    }
    took.sort();
    took
}

/// Holds the times against their bar, when there is a crowd of note.
fn judge(what: &str, took: &[Span], memory: (u64, u64)) {
    let Some(n) = many() else {
        return;
    };
    let (half, slow) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    let (before, after) = (memory.0 >> 20, memory.1 >> 20);
    println!(
        "{n} {what}: p50 {half}, p99 {slow} of {COMMANDS} commands; {before} MiB before, {after} MiB after"
    );
    assert!(slow < SLOWEST, "{what}: p99 {slow}");
}

#[tokio::test]
async fn who_never_reads_is_in_nobodys_way_and_is_dropped() {
    room();
    let server = Server::start();
    let n_readers = many().unwrap_or(FEW);
    let before = server.memory();
    let mut readers = Vec::new();
    for _ in 0..n_readers {
        let mut reader = UnixStream::connect(server.socket()).await.unwrap();
        let ask = b"GET /v1/stream?pipelines=checkout HTTP/1.1\r\nhost: x\r\n\r\n";
        reader.write_all(ask).await.unwrap();
        readers.push(reader);
    }
    server.until_streams(n_readers).await;
    // All together more than both ends' buffers hold.
    let took = commands(&server.client, &"x".repeat(4_000)).await;
    let after = server.memory();
    judge("who never read", &took, (before, after));
    let most = before + OF_ALL + OF_ONE * n_readers as u64;
    assert!(after < most, "{after} bytes of memory, {before} before");
    // There are no more places than these, and they do not stay taken.
    server.until_streams(0).await;
    for reader in &mut readers {
        let mut all = Vec::new();
        let read = timeout(PATIENCE, reader.read_to_end(&mut all)).await;
        assert!(read.is_ok(), "the connection is still open");
        let text = String::from_utf8_lossy(&all);
        assert!(
            !text.contains("\r\n0\r\n\r\n"),
            "it was broken off, and says so"
        );
    }
    hold(&server.client, "checkout", "still here")
        .await
        .unwrap();
}

#[tokio::test]
async fn who_never_finishes_asking_is_closed_and_cannot_take_all_places() {
    room();
    let server = Server::start();
    let n_slow = many().unwrap_or(FEW) + 100;
    let before = server.memory();
    let mut slow = Vec::new();
    for _ in 0..n_slow {
        slow.push(from("127.0.0.2", server.tcp).await);
    }
    let dripping = tokio::spawn(async move {
        let mut open = Vec::new();
        for mut stream in slow {
            let began = stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ")
                .await;
            open.extend(began.ok().map(|()| stream));
        }
        let since = Stopwatch::start();
        while !open.is_empty() && since.elapsed() < Span::minutes(1) {
            sleep(Duration::from_millis(500)).await;
            let mut still = Vec::new();
            for mut stream in open {
                if stream.write_all(b"x").await.is_ok() {
                    still.push(stream);
                }
            }
            open = still;
        }
        open.len()
    });
    let took = commands(&server.remote(), "over TCP").await;
    judge(
        "who never finished asking",
        &took,
        (before, server.memory()),
    );
    assert_eq!(dripping.await.unwrap(), 0, "they are closed");
}

/// Whoever has one address cannot keep others out.
#[tokio::test]
async fn one_address_has_half_of_the_places() {
    room();
    let server = Server::start();
    let (host, token) = (server.tcp, server.token());
    let mut held = Vec::new();
    for _ in 0..OF_ONE_ADDRESS {
        let mut stream = from("127.0.0.3", host).await;
        let ask = format!(
            "GET /v1/stream HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        stream.read_exact(&mut [0; 12]).await.unwrap();
        held.push(stream);
    }
    for _ in 0..20 {
        let mut more = from("127.0.0.3", host).await;
        let read = timeout(PATIENCE, more.read(&mut [0])).await.unwrap();
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
    server.remote().fleet().await.unwrap();
}

async fn from(address: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("{address}:0").parse().unwrap())
        .unwrap();
    socket.connect(to).await.unwrap()
}
