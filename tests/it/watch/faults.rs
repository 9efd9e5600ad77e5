//! Whatever a source of alarms can answer that is no answer: one table of faults over all of them. Each
//! comes to an alarm to which all was well, and none of them ever is well again.
//!
//! A file for each source says what it makes of each fault. `ACCEPT=1` writes what is said now; that
//! nothing is said to be well is checked either way.

mod bodies;
mod pushed;
mod subjects;
mod wire;

use super::{read, watch};
use futures_util::{StreamExt as _, stream};
use pilothouse::model::*;
use regex::Regex;
use std::{fs, pin::Pin, process::Command, time::Duration};
use subjects::Subject;
use wire::{Act, Asked, Wire, answer, said};

/// Cases side by side. Some only wait; the others must not wait for each other for as long as an answer
/// may take.
const AT_ONCE: usize = 12;

type Fault = fn(&str) -> Vec<Act>;

/// What any server can do, given what it would say if all were well.
const WIRE: [(&str, Fault); 25] = [
    ("closes without a word", |_| vec![]),
    ("says nothing", |_| vec![Act::Hang]),
    ("garbage", |_| {
        vec![Act::Say(b"\0\xff\x13\r\n\r\n".to_vec())]
    }),
    ("a head and nothing more", |_| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
        vec![Act::Say(head.to_vec()), Act::Hang]
    }),
    ("half a head", |_| {
        vec![Act::Say(b"HTTP/1.1 200 OK\r\ncont".to_vec()), Act::Hang]
    }),
    ("an endless head", |_| {
        let first = Act::Say(b"HTTP/1.1 200 OK\r\n".to_vec());
        vec![first, Act::Forever(b"x-more: and more\r\n".repeat(100))]
    }),
    ("half an answer, then silence", |well| {
        let half = &well.as_bytes()[..well.len() / 2];
        vec![said("200 OK", "", well.len(), half), Act::Hang]
    }),
    ("half an answer, then the end", |well| {
        let half = &well.as_bytes()[..well.len() / 2];
        vec![said("200 OK", "", well.len(), half)]
    }),
    ("an answer that does not say how long it is", |well| {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        vec![Act::Say([head, well].concat().into_bytes())]
    }),
    ("a chunk that never ends", |well| {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let piece = format!("{:x}\r\n{well}\r\n", well.len());
        vec![Act::Say([head, &piece].concat().into_bytes())]
    }),
    ("drop by drop", |well| {
        let whole = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{well}",
            well.len()
        );
        vec![Act::Drip(whole.into_bytes())]
    }),
    ("an endless body", |_| {
        let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let blanks = [b"40000\r\n", &[b' '; 0x4_0000][..], b"\r\n"].concat();
        vec![Act::Say(head.to_vec()), Act::Forever(blanks)]
    }),
    ("a page of HTML", |_| {
        vec![answer(
            "200 OK",
            "content-type: text/html\r\n",
            b"<!doctype html><title>Sign in</title>",
        )]
    }),
    ("nothing in it", |_| vec![answer("200 OK", "", b"")]),
    ("null", |_| vec![answer("200 OK", "", b"null")]),
    ("an empty object", |_| vec![answer("200 OK", "", b"{}")]),
    ("an empty list", |_| vec![answer("200 OK", "", b"[]")]),
    ("no text", |_| vec![answer("200 OK", "", b"\xff\xfe\0")]),
    ("a hundred thousand brackets", |_| {
        vec![answer("200 OK", "", &vec![b'['; 100_000])]
    }),
    ("a compressed bomb", |_| {
        vec![answer("200 OK", "content-encoding: gzip\r\n", &bomb())]
    }),
    ("well, and said to be compressed", |well| {
        vec![answer(
            "200 OK",
            "content-encoding: br\r\n",
            well.as_bytes(),
        )]
    }),
    ("well, and an hour old", |well| {
        vec![answer("200 OK", "age: 3600\r\n", well.as_bytes())]
    }),
    ("well, and a redirect", |well| {
        vec![answer("302 Found", "location: /well\r\n", well.as_bytes())]
    }),
    ("well, and a part of it", |well| {
        vec![answer("206 Partial Content", "", well.as_bytes())]
    }),
    ("well, and an error", |well| {
        vec![answer("500 Internal Server Error", "", well.as_bytes())]
    }),
];

/// Twenty megabytes in twenty kilobytes.
fn bomb() -> Vec<u8> {
    let script = "head -c 20000000 /dev/zero | gzip -9";
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    assert!(output.stdout.starts_with(&[0x1f, 0x8b]), "{output:?}");
    output.stdout
}

/// A reading in a line that is the same in every run.
fn told(reading: &Reading, url: &str) -> String {
    let value = reading.value.map_or_else(String::new, |v| format!(" {v}"));
    let why = reading.why.replace(url, "URL");
    let why = Regex::new(r"\d{4}-\d\d-\d\dT[0-9:.]+Z")
        .unwrap()
        .replace_all(&why, "TIME")
        .into_owned();
    assert!(why.len() < 400, "nobody reads all that: {why}");
    match reading.level {
        AlarmLevel::Ok => format!("ok{value}"),
        AlarmLevel::Firing => format!("FIRING{value} {why}").trim_end().to_owned(),
        AlarmLevel::NoData => format!("? {why}"),
    }
}

/// Lets all be well, then a fault come.
async fn faulty(
    subject: &Subject,
    fault: impl Fn(&Asked<'_>) -> Vec<Act> + Send + Sync + 'static,
) -> String {
    let wire = Wire::start().await;
    let mut watch = watch(&[subjects::alarm((subject.alarm)(&wire.url))]);
    let well = subject.well;
    wire.plays(move |asked| vec![answer("200 OK", "", well(asked).as_bytes())]);
    for _round in 0..100 {
        if read(&mut watch).await.level == AlarmLevel::Ok {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        read(&mut watch).await.level,
        AlarmLevel::Ok,
        "{}",
        subject.name
    );
    wire.plays(fault);
    told(&read(&mut watch).await, &wire.url)
}

/// What a command can do.
const COMMANDS: [(&str, &str); 7] = [
    ("an exit that nobody agreed on", "echo '<html>'; exit 77"),
    ("killed", "kill -9 $$"),
    ("hangs", "sleep 60"),
    ("prints without end", "yes"),
    ("prints no text", "printf '\\377\\000\\033[2J'; exit 3"),
    ("closes its output and hangs", "exec >&-; sleep 60"),
    ("not there", "exec /no/such/plugin"),
];

async fn commanded(script: &str) -> String {
    let source = AlarmSource::Command(Run::Shell(script.to_owned()));
    told(&read(&mut watch(&[super::alarm_on(source)])).await, "URL")
}

async fn no_fault_is_well_over_http(subject: &'static Subject) {
    let mut cases: Vec<Case> = Vec::new();
    for (name, fault) in WIRE {
        let well = subject.well;
        let case = faulty(subject, move |asked| fault(&well(asked)));
        cases.push((name, Box::pin(case)));
    }
    for (name, body) in subject.bodies {
        let well = subject.well;
        let case = faulty(subject, move |asked| {
            // The alert that always fires is well, unless it is what is missing.
            let beside = asked.head.contains("Watchdog") && *name != "no watchdog";
            let body = if beside { well(asked) } else { body(asked) };
            vec![answer("200 OK", "", body.as_bytes())]
        });
        cases.push((name, Box::pin(case)));
    }
    checked(subject.name, cases).await;
}

#[tokio::test]
async fn no_fault_of_prometheus_is_well() {
    no_fault_is_well_over_http(&subjects::PROMETHEUS).await;
}

#[tokio::test]
async fn no_fault_of_alertmanager_is_well() {
    no_fault_is_well_over_http(&subjects::ALERTMANAGER).await;
}

#[tokio::test]
async fn no_fault_of_a_scraped_page_is_well() {
    no_fault_is_well_over_http(&subjects::SCRAPE).await;
}

#[tokio::test]
async fn no_fault_of_a_page_for_anomalies_is_well() {
    no_fault_is_well_over_http(&subjects::ANOMALIES).await;
}

#[tokio::test]
async fn no_fault_of_a_document_is_well() {
    no_fault_is_well_over_http(&subjects::JSON).await;
}

#[tokio::test]
async fn no_fault_of_what_is_pushed_is_well() {
    let cases = pushed::cases().into_iter();
    let cases = cases.map(|(name, pushes)| (name, Box::pin(pushed::said(pushes)) as Said));
    checked("webhook", cases.collect()).await;
}

#[tokio::test]
async fn no_fault_of_a_command_is_well() {
    let cases = COMMANDS.into_iter();
    let cases = cases.map(|(name, script)| (name, Box::pin(commanded(script)) as Said));
    checked("command", cases.collect()).await;
}

type Said = Pin<Box<dyn Future<Output = String>>>;

/// A fault, and what is said of it.
type Case = (&'static str, Said);

/// Holds what is said against what was, and nothing may be well.
async fn checked(source: &str, cases: Vec<Case>) {
    let cases = cases.into_iter();
    let cases = cases.map(async |(name, said)| format!("{name} | {}\n", said.await));
    let lines: Vec<String> = stream::iter(cases).buffered(AT_ONCE).collect().await;
    for line in &lines {
        assert!(!line.contains(" | ok"), "{line}");
    }
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/tests/it/watch/faults/{source}.txt");
    let said = lines.concat();
    if std::env::var_os("ACCEPT").is_some() {
        fs::write(path, said).unwrap();
    } else {
        assert_eq!(said, fs::read_to_string(path).unwrap());
    }
}
