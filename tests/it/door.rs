//! What does not get through the server's door, byte by byte: requests that two readers would read
//! differently, that come from a browser's page, too slowly, too large or too often.

use crate::serving::{PATIENCE, on_socket, serve, service};
use pilothouse::{
    api,
    client::Address,
    server::{Listen, token},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// Everything that comes back until the server closes.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &[u8]) -> String {
    let said = async {
        // One that is refused early is perhaps not read to its end.
        let _cut_off = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        loop {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => return String::from_utf8_lossy(&bytes).into_owned(),
                Ok(n) => bytes.extend_from_slice(&piece[..n]),
            }
        }
    };
    timeout(PATIENCE, said).await.expect("the server closes")
}

const HEAD: &str = "host: x\r\nconnection: close\r\ncontent-type: application/json\r\n";

/// What is added to a plan's head and body, and how it is answered.
const BODIES: [(&str, &str, &str, &str); 7] = [
    (
        "a length and chunks",
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "0\r\n\r\n",
        "411 ",
    ),
    (
        "chunks and a length",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "0\r\n\r\n",
        "411 ",
    ),
    (
        "chunks alone",
        "transfer-encoding: chunked\r\n",
        "2\r\n{}\r\n0\r\n\r\n",
        "411 ",
    ),
    (
        "two lengths",
        "content-length: 2\r\ncontent-length: 3\r\n",
        "{}x",
        "400 ",
    ),
    (
        "an unheard-of encoding",
        "transfer-encoding: xchunked\r\n",
        "{}",
        "400 ",
    ),
    ("no number", "content-length: +2\r\n", "{}", "400 "),
    ("a good one", "content-length: 2\r\n", "{}", "422 "),
];

#[tokio::test]
async fn a_request_has_one_end() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    for (what, lengths, body, expected) in BODIES {
        let request = format!("POST {} HTTP/1.1\r\n{HEAD}{lengths}\r\n{body}", api::PLAN);
        let stream = UnixStream::connect(&path).await.unwrap();
        // What is behind it must never be taken for a request of its own.
        let behind = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
        let said = answer(stream, format!("{request}{behind}").as_bytes()).await;
        let status = said.strip_prefix("HTTP/1.1 ").unwrap_or(&said);
        assert!(status.starts_with(expected), "{what}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "{what}: {said}");
    }
    serving.stop().await.stop().await;
}

/// Lines of a head that a browser sends for a page from elsewhere, or to ask for it.
const FOREIGN: [(&str, &str); 5] = [
    ("sec-fetch-site: cross-site", "foreign-site"),
    ("sec-fetch-site: same-site", "foreign-site"),
    ("origin: https://evil.example", "foreign-origin"),
    ("origin: null", "foreign-origin"),
    ("origin: http://x", "foreign-origin"),
];

#[tokio::test]
async fn no_page_of_a_browser_gets_in_and_none_is_told_that_it_may() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    let ask = async |line: &str, header: &str| {
        let request =
            format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n\r\n");
        let stream = UnixStream::connect(&path).await.unwrap();
        let said = answer(stream, request.as_bytes()).await;
        assert!(!said.to_lowercase().contains("access-control-"), "{said}");
        assert!(said.contains("cache-control: no-store\r\n"), "{said}");
        assert!(
            said.contains("x-content-type-options: nosniff\r\n"),
            "{said}"
        );
        said
    };
    for (header, kind) in FOREIGN {
        for line in [
            "GET /v1/fleet",
            "GET /healthz",
            "GET /metrics",
            "POST /v1/plan",
        ] {
            let said = ask(line, header).await;
            assert!(said.starts_with("HTTP/1.1 403 "), "{line} {header}: {said}");
            assert!(said.contains(kind), "{line} {header}: {said}");
        }
    }
    let said = ask(
        "OPTIONS /v1/commands",
        "access-control-request-method: POST",
    )
    .await;
    assert!(said.starts_with("HTTP/1.1 405 "), "{said}");
    for own in ["sec-fetch-site: none", "sec-fetch-site: same-origin"] {
        let said = ask("GET /v1/fleet", own).await;
        assert!(said.starts_with("HTTP/1.1 200 "), "{own}: {said}");
    }
    serving.stop().await.stop().await;
}

/// Every path that takes a command or a question with a body.
const POSTS: [&str; 7] = [
    api::PLAN,
    api::COMMANDS,
    api::DEFINITIONS,
    api::DEFINITIONS_PLAN,
    api::NOTICES_TEST,
    api::TOKENS,
    api::TOKENS_REVOKE,
];

#[tokio::test]
async fn what_a_form_could_send_is_no_command() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    for post in POSTS {
        for form in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ] {
            let request = format!(
                "POST {post} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {form}\r\ncontent-length: 2\r\n\r\n{{}}"
            );
            let stream = UnixStream::connect(&path).await.unwrap();
            let said = answer(stream, request.as_bytes()).await;
            assert!(said.starts_with("HTTP/1.1 415 "), "{post} {form}: {said}");
            assert!(said.contains("application/problem+json"), "{said}");
        }
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    let many = (0..100).map(|n| format!("x-{n}: y\r\n"));
    let many = many.collect::<Vec<_>>().concat();
    let long = format!("x-long: {}\r\n", "y".repeat(200_000));
    for headers in [many, long] {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
        let stream = UnixStream::connect(&path).await.unwrap();
        let said = answer(stream, request.as_bytes()).await;
        // One that is cut off while it still writes may not see why.
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 431 "),
            "{said}"
        );
    }
    // However it arrives, all at once too.
    for (length, path_too, status, part) in [
        (65_000, false, "200", ""),
        (66_000, false, "431", "problem:large-head"),
        (90_000, false, "431", "problem:large-head"),
        (64_000, true, "404", "problem:no-such-route"),
        (65_530, true, "431", "problem:large-head"),
        (80_000, true, "414", ""),
    ] {
        let long = "y".repeat(length);
        let (at, header) = if path_too {
            (format!("/{long}"), String::new())
        } else {
            ("/healthz".to_owned(), format!("x-long: {long}\r\n"))
        };
        let request = format!("GET {at} HTTP/1.1\r\n{HEAD}{header}\r\n");
        let stream = UnixStream::connect(&path).await.unwrap();
        let said = answer(stream, request.as_bytes()).await;
        let is_it = said.starts_with(&format!("HTTP/1.1 {status} ")) && said.contains(part);
        assert!(is_it, "{length}: {:?}", said.get(..500));
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_not_waited_for() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    let request = format!(
        "POST {} HTTP/1.1\r\n{HEAD}content-length: 200\r\n\r\n{{",
        api::PLAN
    );
    let stream = UnixStream::connect(&path).await.unwrap();
    let said = answer(stream, request.as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(said.contains("slow-body"), "{said}");
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_ask_again() {
    let directory = tempfile::tempdir().unwrap();
    let service = service(directory.path()).await;
    let token = token::open(directory.path()).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    let serving = serve(service, Listen::Tcp { addr, token });
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    let host = url.strip_prefix("http://").unwrap();
    let ask = async |times: usize| {
        let one = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n");
        let all = format!("{one}\r\n").repeat(times - 1) + &one + "connection: close\r\n\r\n";
        let (mut read, mut write) = TcpStream::connect(host).await.unwrap().into_split();
        // The half that writes is kept until the end: closing it would break off what is under way.
        let sending = async move { write.write_all(all.as_bytes()).await.map(|()| write) };
        let sending = tokio::spawn(sending);
        let mut said = String::new();
        let reading = read.read_to_string(&mut said);
        timeout(PATIENCE, reading).await.unwrap().unwrap();
        let _kept = sending.await.unwrap().unwrap();
        said
    };
    let said = ask(3_000).await;
    let refused = said.matches("HTTP/1.1 429 ").count();
    let served = said.matches("HTTP/1.1 200 ").count();
    assert_eq!(served + refused, 3_000);
    assert!(served >= 1_000, "{served}: a screen must be able to open");
    assert!(refused > 0, "nobody was stopped");
    assert!(said.contains("retry-after: 1\r\n"), "it does not say when");
    assert!(
        said.contains("problem:too-many-requests\""),
        "it does not say why"
    );
    let watch = pilothouse::clock::Stopwatch::start();
    while !ask(1).await.starts_with("HTTP/1.1 200 ") {
        assert!(watch.elapsed().std() < PATIENCE, "it stays refused");
    }
    serving.stop().await.stop().await;
}
