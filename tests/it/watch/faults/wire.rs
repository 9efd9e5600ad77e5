//! A server that says raw bytes: whatever a broken, slow or hostile one could send.

use pilothouse::{clock, model::Time};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};

/// What is done with a connection, one after the other; then it is closed.
#[derive(Clone)]
pub(super) enum Act {
    Say(Vec<u8>),
    /// Byte by byte, for as long as somebody reads.
    Drip(Vec<u8>),
    /// Over and over, for as long as somebody reads.
    Forever(Vec<u8>),
    /// Nothing more, and the connection stays.
    Hang,
}

/// What somebody asks for.
pub(super) struct Asked<'a> {
    pub(super) head: &'a str,
    /// How often was asked before.
    pub(super) nth: usize,
    pub(super) now: Time,
}

type Script = Arc<dyn Fn(&Asked<'_>) -> Vec<Act> + Send + Sync>;

/// Gone with this.
pub(super) struct Wire {
    pub(super) url: String,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/it", listener.local_addr().unwrap());
        let silent: Script = Arc::new(|_asked| Vec::new());
        let script = Arc::new(Mutex::new(silent));
        let task = tokio::spawn(serve(listener, Arc::clone(&script)));
        Self { url, script, task }
    }

    pub(super) fn plays(&self, script: impl Fn(&Asked<'_>) -> Vec<Act> + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }
}

async fn serve(listener: TcpListener, script: Arc<Mutex<Script>>) {
    for nth in 0.. {
        let (client, _) = listener.accept().await.unwrap();
        let script = script.lock().unwrap().clone();
        tokio::spawn(talk(client, nth, script));
    }
}

async fn talk(mut client: TcpStream, nth: usize, script: Script) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = client.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let acts = script(&Asked {
        head: &head,
        nth,
        now: clock::now(),
    });
    for act in acts {
        if done(&mut client, act).await.is_err() {
            return;
        }
    }
}

async fn done(client: &mut TcpStream, act: Act) -> std::io::Result<()> {
    match act {
        Act::Say(bytes) => client.write_all(&bytes).await,
        Act::Drip(bytes) => {
            for byte in bytes {
                client.write_all(&[byte]).await?;
                client.flush().await?;
                sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        }
        Act::Forever(bytes) => loop {
            client.write_all(&bytes).await?;
        },
        // Nobody waits longer.
        Act::Hang => {
            sleep(Duration::from_secs(30)).await;
            Ok(())
        }
    }
}

/// A whole answer with a status, more lines of its head, and the length that it says it has.
pub(super) fn answer(status: &str, lines: &str, body: &[u8]) -> Act {
    said(status, lines, body.len(), body)
}

/// As [`answer`], with a length that may be a lie.
pub(super) fn said(status: &str, lines: &str, length: usize, body: &[u8]) -> Act {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{lines}\r\n"
    );
    Act::Say([head.as_bytes(), body].concat())
}
