//! The client's pure parts (bytes to events, the link that an operator sees), and what it makes of
//! servers that do not answer as they should.

mod hostile;

use pilothouse::{
    api::CommitRequest,
    client::{Address, Client, ClientError, Link, Message, Monitor, Parser, longest_pause},
    model::{Class, Command, HoldScope, Request, RequestKey, Span, Time},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn message(id: Option<&str>, event: &str, data: &str) -> Message {
    Message {
        id: id.map(str::to_owned),
        event: event.to_owned(),
        data: data.to_owned(),
    }
}

/// What a stream's text says, and what must come of it.
fn streams() -> Vec<(&'static str, &'static str, Vec<Message>)> {
    let plain = || message(None, "message", "hello");
    vec![
        ("one event", "data: hello\n\n", vec![plain()]),
        ("CRLF", "data: hello\r\n\r\n", vec![plain()]),
        ("lone CR", "data: hello\r\r", vec![plain()]),
        ("byte order mark", "\u{feff}data: hello\n\n", vec![plain()]),
        (
            "only one leading space goes, and only the first mark",
            "data:  \u{feff}x\n\n",
            vec![message(None, "message", " \u{feff}x")],
        ),
        (
            "several lines of data",
            "data: a\ndata\ndata:b\n\n",
            vec![message(None, "message", "a\n\nb")],
        ),
        (
            "id and name, in any order and with a colon inside",
            "id: e1:17\nevent: entry\ndata: {\"a\":1}\n\ndata: x\nevent: y\n\n",
            vec![
                message(Some("e1:17"), "entry", "{\"a\":1}"),
                message(None, "y", "x"),
            ],
        ),
        (
            "comments",
            ": beat\n\n:\ndata: hello\n: x\n\n",
            vec![plain()],
        ),
        (
            "unknown fields",
            "retry: 5\nwhat: ever\ndata: hello\n\n",
            vec![plain()],
        ),
        (
            "no data, no event",
            "event: x\nid: 3\n\ndata: hello\n\n",
            vec![plain()],
        ),
        (
            "empty data is data",
            "data\n\n",
            vec![message(None, "message", "")],
        ),
        ("unfinished", "data: hello\n\ndata: half\n", vec![plain()]),
        (
            "an id with NUL does not count",
            "id: a\0b\ndata: hello\n\n",
            vec![plain()],
        ),
        (
            "more than ASCII, cut anywhere",
            "data: Zürich 東京 🚦\n\n",
            vec![message(None, "message", "Zürich 東京 🚦")],
        ),
    ]
}

fn parse(pieces: &[&[u8]]) -> Vec<Message> {
    let mut parser = Parser::new(1024);
    let mut messages = Vec::new();
    for piece in pieces {
        parser.push(piece, &mut messages).unwrap();
    }
    messages
}

#[test]
fn events_are_the_same_wherever_the_bytes_are_cut() {
    for (name, text, expected) in streams() {
        let bytes = text.as_bytes();
        assert_eq!(parse(&[bytes]), expected, "{name}, whole");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(parse(&single), expected, "{name}, byte by byte");
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(parse(&[head, tail]), expected, "{name}, cut at {cut}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let expected = vec![message(None, "message", "a\u{fffd}b")];
    assert_eq!(parse(&[b"data: a\xffb\n\n"]), expected);
}

#[test]
fn an_event_beyond_the_limit_is_an_error_not_memory() {
    let long_line = [b"data: ".as_slice(), &[b'x'; 64]].concat();
    let many_lines = b"data: 12345678\n".repeat(8);
    for (name, bytes) in [("one line", long_line), ("many lines", many_lines)] {
        for size in [1, 7, bytes.len()] {
            let mut parser = Parser::new(64);
            let mut messages = Vec::new();
            let mut pushed = bytes
                .chunks(size)
                .map(|piece| parser.push(piece, &mut messages));
            assert!(
                pushed.any(|result| result.is_err()),
                "{name} in pieces of {size}"
            );
        }
    }
    // The limit is for one event, not for the stream.
    let mut parser = Parser::new(64);
    let mut messages = Vec::new();
    for _ in 0..100 {
        parser.push(b"data: 12345678\n\n", &mut messages).unwrap();
    }
    assert_eq!(messages.len(), 100);
}

const BEAT: Span = Span::seconds(5);

/// Milliseconds after the stream opened.
fn at(millis: i64) -> Time {
    Time(1_000_000 + millis)
}

fn live() -> Monitor {
    let mut monitor = Monitor::new(BEAT);
    monitor.connected(at(0), BEAT);
    monitor.heard(at(0));
    monitor
}

#[test]
fn silence_makes_a_link_slow_and_then_stale() {
    let table = [
        (0, "LIVE"),
        (7_500, "LIVE"),
        (7_501, "SLOW"),
        (15_000, "SLOW"),
        (15_001, "STALE"),
        (600_000, "STALE"),
    ];
    for (millis, word) in table {
        let mut monitor = live();
        monitor.tick(at(millis));
        assert_eq!(monitor.link().word(), word, "after {millis} ms");
        let age = Span(u64::try_from(millis).unwrap());
        assert_eq!(monitor.link().age(at(millis)), Some(age));
        monitor.heard(at(millis));
        assert_eq!(monitor.link().word(), "LIVE", "heard after {millis} ms");
        assert_eq!(monitor.link().age(at(millis)), Some(Span::ZERO));
    }
}

#[test]
fn the_deadline_is_when_the_word_changes() {
    let mut monitor = live();
    let mut words = vec![monitor.link().word()];
    while let Some(deadline) = monitor.deadline() {
        monitor.tick(Time(deadline.0 - 1));
        assert_eq!(monitor.link().word(), *words.last().unwrap(), "too early");
        monitor.tick(deadline);
        words.push(monitor.link().word());
    }
    assert_eq!(words, ["LIVE", "SLOW", "STALE"]);
}

#[test]
fn a_clock_that_steps_back_does_no_harm() {
    let mut monitor = live();
    monitor.tick(at(-60_000));
    assert_eq!(monitor.link().word(), "LIVE");
    assert_eq!(monitor.link().age(at(-60_000)), Some(Span::ZERO));
}

#[test]
fn tries_are_counted_until_the_server_is_heard() {
    let mut monitor = Monitor::new(BEAT);
    for tries in 1..=3 {
        monitor.closed(at(0), "refused".to_owned(), Span::seconds(4));
        let down = Link::Down {
            tries,
            retry_at: at(4_000),
            why: "refused".to_owned(),
        };
        assert_eq!(*monitor.link(), down);
        assert_eq!(monitor.link().age(at(9)), None);
        monitor.retry();
        assert_eq!(*monitor.link(), Link::Connecting);
        // Connecting alone proves nothing: the server may close again at once.
        monitor.connected(at(0), BEAT);
    }
    monitor.heard(at(1));
    monitor.closed(at(2), "gone".to_owned(), Span::ZERO);
    assert_eq!(monitor.tries(), 1);
}

#[test]
fn pauses_double_up_to_half_a_minute_for_ever() {
    let seconds: Vec<u64> = [0, 1, 2, 3, 4, 5, 6, 7, 63, u32::MAX]
        .map(|tries| longest_pause(tries).0)
        .to_vec();
    let expected = [
        500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000,
    ];
    assert_eq!(seconds, expected);
}

#[test]
fn what_may_be_done_depends_on_the_link() {
    let (since, last) = (at(0), at(0));
    let down = Link::Down {
        tries: 1,
        retry_at: at(1),
        why: "gone".to_owned(),
    };
    let all = [
        Class::Safer,
        Class::Restore,
        Class::Riskier,
        Class::RuleBreaking,
    ];
    let table: [(Link, &[Class]); 5] = [
        (Link::Live { since, last }, &all),
        (Link::Slow { since, last }, &all),
        (Link::Stale { since, last }, &[Class::Safer, Class::Restore]),
        (down, &[]),
        (Link::Connecting, &[]),
    ];
    for (link, allowed) in table {
        for class in all {
            let answer = link.allows(class);
            assert_eq!(
                answer.is_ok(),
                allowed.contains(&class),
                "{class:?} when {}",
                link.word()
            );
        }
    }
}

#[test]
fn an_address_that_would_leave_the_machine_is_refused() {
    let refused = [
        ("http://10.0.0.1:7070", "t", "loopback"),
        ("http://example.com", "t", "loopback"),
        ("https://127.0.0.1:7070", "t", "loopback"),
        ("http://127.0.0.1.example.com", "t", "loopback"),
        ("nonsense", "t", "relative URL"),
        ("http://127.0.0.1:1", "", "token is empty"),
        ("http://127.0.0.1:1", "a\nb", "not plain text"),
    ];
    for (url, token, expected) in refused {
        let (url, token) = (url.to_owned(), token.to_owned());
        let error = Client::new(Address::Tcp { url, token }).unwrap_err();
        assert!(matches!(error, ClientError::Address { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for url in [
        "http://127.0.0.1:1",
        "http://localhost:1/",
        "http://[::1]:1",
    ] {
        let (url, token) = (url.to_owned(), "secret".to_owned());
        let client = Client::new(Address::Tcp { url, token }).unwrap();
        assert!(!format!("{client:?}").contains("secret"), "{client:?}");
    }
}

#[tokio::test]
async fn without_a_server_the_error_says_how_to_start_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let client = Client::new(Address::Unix(path.clone())).unwrap();
    let error = client.fleet().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    let text = error.to_string();
    for part in [
        path.to_str().unwrap(),
        "pilothouse serve DIR",
        "pilothouse demo",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

/// A server that takes one request and says exactly this.
fn answering(answer: &'static [u8]) -> (tempfile::TempDir, Client) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(connection.read(&mut request).await.unwrap() > 0);
        connection.write_all(answer).await.unwrap();
    });
    (directory, Client::new(Address::Unix(path)).unwrap())
}

const NONSENSE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
const NEWER: &[u8] =
    b"HTTP/1.1 200 OK\r\npilothouse-version: 99.0.0\r\ncontent-length: 2\r\n\r\n{}";

#[tokio::test]
async fn an_answer_that_is_not_understood_says_what_it_may_be() {
    let table: [(&[u8], &str); 3] = [
        (NONSENSE, "is it a Pilothouse server?"),
        (NEWER, "runs version 99.0.0"),
        (b"", "broke while loading the fleet"),
    ];
    for (answer, expected) in table {
        let (_directory, client) = answering(answer);
        let text = client.fleet().await.unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn a_command_without_a_clear_answer_has_an_unknown_outcome() {
    let key = RequestKey::parse("k1").unwrap();
    let request = CommitRequest {
        pipeline: None,
        request: Request {
            key: key.clone(),
            expect: "0123456789abcdef".parse().unwrap(),
            command: Command::Hold {
                scope: HoldScope::Organization,
                reason: "stop the line".to_owned(),
                lasts: None,
            },
        },
    };
    let answers: [&[u8]; 3] = [b"", NONSENSE, NEWER];
    for answer in answers {
        let (_directory, client) = answering(answer);
        let error = client.commit(&request).await.unwrap_err();
        let ClientError::UnknownOutcome { key: named, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*named, key);
        assert!(
            error.to_string().contains("do not send it again"),
            "{error}"
        );
    }
    // Where nobody listens nothing was sent, and that is certain.
    let (directory, client) = answering(b"");
    std::fs::remove_file(directory.path().join("socket")).unwrap();
    let error = client.commit(&request).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
}
