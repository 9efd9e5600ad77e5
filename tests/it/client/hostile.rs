//! What a client makes of servers that mean it no good, over real sockets: it is never held up for
//! long, keeps no more than it must, and its token goes nowhere else.

use pilothouse::{
    client::{Address, Client, ClientError},
    clock::Stopwatch,
    model::Span,
};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

const TOKEN: &str = "pilothouse_0123456789abcdef";

/// A client, and where it will ask.
async fn listening() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let token = TOKEN.to_owned();
    let client = Client::new(Address::Tcp { url, token }).unwrap();
    (listener, client)
}

/// The first who asks, and the head of the request.
async fn asked(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut head = vec![0; 4096];
    let n = stream.read(&mut head).await.unwrap();
    (stream, String::from_utf8_lossy(&head[..n]).to_lowercase())
}

/// What the client says of it.
async fn said(client: &Client) -> (ClientError, String) {
    let error = client.fleet().await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains(TOKEN), "{text}");
    (error, text)
}

/// A client of a server that answers so, and goes on with this piece for ever.
async fn endless(begin: &'static str, piece: &str, pause: Duration) -> Client {
    let (listener, client) = listening().await;
    let piece = piece.to_owned();
    tokio::spawn(async move {
        let (mut stream, _) = asked(&listener).await;
        let mut sent = stream.write_all(begin.as_bytes()).await;
        while sent.is_ok() {
            sleep(pause).await;
            sent = stream.write_all(piece.as_bytes()).await;
        }
    });
    client
}

#[tokio::test]
async fn what_has_no_end_is_not_kept() {
    let watch = Stopwatch::start();
    let begin = "HTTP/1.1 500 Broken\r\ntransfer-encoding: chunked\r\n\r\n";
    let piece = format!("10000\r\n{}\r\n", "y".repeat(0x10000));
    let (error, text) = said(&endless(begin, &piece, Duration::ZERO).await).await;
    assert!(matches!(error, ClientError::Garbage { .. }), "{text}");
    assert!(text.contains("it has more than 16777216 bytes"), "{text}");
    let (begin, piece) = ("HTTP/1.1 200 OK\r\nx: ", "y".repeat(0x10000));
    let (error, text) = said(&endless(begin, &piece, Duration::ZERO).await).await;
    assert!(matches!(error, ClientError::Broken { .. }), "{text}");
    assert!(watch.elapsed() < Span::seconds(5), "{}", watch.elapsed());
}

#[tokio::test]
async fn what_drips_is_given_up() {
    let pause = Duration::from_secs(1);
    let head = endless("HTTP/1.1 200 OK\r\nx: ", "y", pause).await;
    let begin = "HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n";
    let body = endless(begin, "1", pause).await;
    for (error, text) in <[_; 2]>::from(tokio::join!(said(&head), said(&body))) {
        let is_it =
            matches!(error, ClientError::TimedOut { after, .. } if after == Span::seconds(5));
        assert!(is_it, "{text}");
    }
}

/// Neither to another place nor into what is said of it.
#[tokio::test]
async fn the_token_stays_where_it_belongs() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("location: http://{}/v1/fleet", other.local_addr().unwrap());
    for (answer, part) in [
        (format!("301 Moved\r\n{elsewhere}"), "status 301"),
        (format!("302 Found\r\n{elsewhere}"), "status 302"),
        (format!("307 Over there\r\n{elsewhere}"), "status 307"),
        (format!("308 Over there\r\n{elsewhere}"), "status 308"),
        ("401 No\r\nwww-authenticate: Basic".to_owned(), "status 401"),
        (
            "503 Busy\r\ncontent-type: text/html".to_owned(),
            "status 503",
        ),
        (
            "200 OK\r\ncontent-encoding: gzip".to_owned(),
            "expected value",
        ),
    ] {
        let (listener, client) = listening().await;
        let serving = tokio::spawn(async move {
            let (mut stream, head) = asked(&listener).await;
            let whole = format!("HTTP/1.1 {answer}\r\ncontent-length: 2\r\n\r\n\u{1f}x");
            stream.write_all(whole.as_bytes()).await.unwrap();
            head
        });
        let (_, text) = said(&client).await;
        assert!(text.contains(part), "{part}: {text}");
        let head = serving.await.unwrap();
        assert!(head.contains(TOKEN), "{head}");
        // Nothing can be blown up that is not asked for.
        assert!(!head.contains("accept-encoding"), "{head}");
    }
    let came = timeout(Duration::from_millis(50), other.accept()).await;
    assert!(came.is_err(), "it went elsewhere");
}
