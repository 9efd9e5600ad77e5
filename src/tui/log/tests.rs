//! Logs as programs write them, and as somebody hostile would.

use crate::{
    api::{LogPiece, LogState},
    tui::{
        log::{Log, Way},
        theme::Role,
    },
};

fn piece(from: u64, bytes: &[u8]) -> LogPiece {
    LogPiece {
        from,
        bytes: bytes.to_vec(),
        state: LogState::Running,
    }
}

fn lines(log: &Log) -> Vec<String> {
    let numbers = log.first()..log.end();
    numbers.map(|n| log.line(n).unwrap().text()).collect()
}

fn log(bytes: &[u8]) -> Log {
    let mut log = Log::default();
    log.take(&piece(0, bytes));
    log
}

#[test]
fn a_log_in_any_pieces_is_the_same_log() {
    let text = "one\r\n\u{1b}[1;31mr\u{f6}t\u{1b}[0m two\n10%\r 50%\r100%\nopen";
    let whole = log(text.as_bytes());
    assert_eq!(lines(&whole), ["one", "r\u{f6}t two", "100%", "open"]);
    for cut in 0..text.len() {
        let (a, b) = text.as_bytes().split_at(cut);
        let mut parts = log(a);
        assert_eq!(parts.next(), cut as u64);
        parts.take(&piece(cut as u64, b));
        assert_eq!(parts, whole, "cut at {cut}");
    }
}

#[test]
fn only_listed_sequences_do_anything() {
    let table: [(&str, &[(Role, &str)]); 12] = [
        ("plain", &[(Role::Plain, "plain")]),
        (
            "\u{1b}[31mred\u{1b}[39m plain",
            &[(Role::Danger, "red"), (Role::Plain, " plain")],
        ),
        ("\u{1b}[92mok\u{1b}[m", &[(Role::Good, "ok")]),
        ("\u{1b}[34mblue", &[(Role::Plain, "blue")]),
        (
            "\u{1b}[1mB\u{1b}[22mb",
            &[(Role::Title, "B"), (Role::Plain, "b")],
        ),
        ("\u{1b}[41;37mon red", &[(Role::Plain, "on red")]),
        (
            "\u{1b}[38;5;1mx\u{1b}[48;2;31;31;31my",
            &[(Role::Plain, "xy")],
        ),
        (
            "\u{1b}[2J\u{1b}[10;10Hhere\u{1b}[K",
            &[(Role::Plain, "here")],
        ),
        (
            "\u{1b}]52;c;cm0=\u{7}a\u{1b}]0;title\u{1b}\\b",
            &[(Role::Plain, "ab")],
        ),
        ("\u{1b}Pq#0;2\u{1b}\\c\u{1b}(Bd", &[(Role::Plain, "cd")]),
        ("a\tb\u{8}c", &[(Role::Plain, "a       c")]),
        ("\u{9b}31m\u{202e}x\u{7}", &[(Role::Plain, "?31m?x?")]),
    ];
    for (bytes, wanted) in table {
        let log = log(bytes.as_bytes());
        let line = log.line(0).unwrap();
        let found: Vec<(Role, &str)> = line.pieces.iter().map(|(r, t)| (*r, t.as_str())).collect();
        assert_eq!(found, wanted, "{bytes:?}");
    }
}

#[test]
fn the_memory_is_bounded_and_lines_keep_their_numbers() {
    let mut log = Log::keeping(3);
    log.take(&piece(0, b"a\nb\nc\nd\ne\nf"));
    assert_eq!((log.first(), log.n_whole(), log.end()), (2, 5, 6));
    assert_eq!(lines(&log), ["c", "d", "e", "f"]);
    assert_eq!(log.line(1), None);
    let endless = vec![b'x'; 100_000];
    log.take(&piece(11, &endless));
    assert!(log.open.is_empty() && log.line(5).unwrap().text().len() <= 1_000);
    // A shorter file is another try of the step.
    log.take(&piece(0, b"anew\n"));
    assert_eq!((log.first(), lines(&log)), (0, vec!["anew".to_owned()]));
}

#[test]
fn words_are_found_both_ways() {
    let log = log(b"alpha\nBeta\ngamma\nbeta");
    assert_eq!(log.find("beta", 0, Way::On), Some(1));
    assert_eq!(log.find("beta", 1, Way::On), Some(3));
    assert_eq!(log.find("beta", 3, Way::On), None);
    assert_eq!(log.find("BETA", 3, Way::Back), Some(1));
    assert_eq!(log.find("beta", 1, Way::Back), None);
}
