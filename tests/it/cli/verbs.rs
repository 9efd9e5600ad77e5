//! Every verb in every situation, with the status that scripts rely on: done, refused, changed,
//! unknown names, wrong usage, no server; and an answer that gets lost.

use super::{pilothouse, served::Served, stderr, stdout};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    thread,
};
use tempfile::TempDir;

/// Command lines against a server on which r1 of web asks for approval in gamma, and their status.
const WITH_SERVER: [(i32, &str); 77] = [
    (0, "status"),
    (0, "status web"),
    (0, "why web"),
    (0, "release web"),
    (0, "forecast web"),
    (0, "events web"),
    (0, "tickets web"),
    (0, "tickets --mine"),
    (0, "tickets web --mine --json"),
    (0, "alarms web"),
    (0, "metrics"),
    (0, "notices"),
    (0, "notices --json"),
    (0, "handover --since 1h"),
    (0, "logs web --steps"),
    (0, "windows web"),
    (0, "get pipelines"),
    (0, "get stages web -o wide"),
    (0, "get alarms -o json"),
    (0, "get blockers -o name"),
    (0, "get events web --no-headers"),
    (0, "get tickets"),
    (0, "get ops"),
    (
        0,
        "watch web --until stage=gamma,state=approve --timeout 10s",
    ),
    (0, "watch web --exit-status --compact --timeout 10s"),
    (0, "approve web --reason seen --dry-run"),
    (0, "reject web --reason no --dry-run"),
    (0, "hold web --reason stop --dry-run"),
    (0, "reload --dry-run"),
    (0, "token list"),
    (0, "token create ci --role viewer"),
    (0, "token revoke ci --json"),
    (1, "token revoke nobody"),
    (2, "token create ci --role viewer --for soon"),
    (2, "token create ci --role emperor"),
    (2, "handover --since soon"),
    (1, "status wbe"),
    (1, "why web --stage delta"),
    (1, "release web r9"),
    (1, "forecast wbe"),
    (1, "events wbe"),
    (1, "tickets wbe"),
    (1, "alarms wbe"),
    (1, "logs wbe"),
    (1, "windows wbe"),
    (1, "get stages wbe"),
    (1, "watch wbe"),
    (1, "watch web --until stage=delta,state=ok"),
    (1, "op no-such-key"),
    (1, "notices --test nobody"),
    (1, "open wbe"),
    (1, "open web/delta"),
    (1, "open web/gamma/r9"),
    (1, "open web/r9"),
    (2, "open http://127.0.0.1:1/web/r1"),
    (2, "open http://127.0.0.1:1"),
    (1, "approve wbe --dry-run"),
    (1, "hold wbe --reason stop --dry-run"),
    (2, "watch web --until maybe"),
    (2, "get everything"),
    (2, "open web/gamma/r1/x"),
    (2, "open web"),
    (2, "approve"),
    (2, "tickets"),
    (2, "tickets web --mine --all"),
    (2, "reject"),
    (2, "approve --stage gamma"),
    (2, "approve web --reason seen"),
    (2, "approve web --reason seen --yes"),
    (
        3,
        "override web window/other --stage wave-1 --release r1 --reason because --dry-run",
    ),
    (
        3,
        "rollback web --stage wave-1 --release r1 --reason bad --dry-run",
    ),
    (3, "lift web h9 --reason over --dry-run"),
    (3, "retry web --stage gamma --release r1 --dry-run"),
    (3, "undo web --stage gamma --release r1 --dry-run"),
    (3, "yield web --stage gamma --release r1 --dry-run"),
    (3, "ticket web t9 --acknowledge --dry-run"),
    (
        4,
        "approve web --reason seen --yes --expect 0123456789abcdef",
    ),
];

/// Verbs that need no server, with their status where there is none.
const ALONE: [(i32, &str); 22] = [
    (0, "doctor"),
    (0, "schema"),
    (0, "term"),
    (0, "config print"),
    (0, "config path"),
    (0, "config check"),
    (0, "themes list"),
    (0, "themes print mono"),
    (1, "themes import nowhere.yaml"),
    (1, "themes print nice"),
    (1, "themes check nowhere.toml"),
    (0, "keys print"),
    (1, "keys check nowhere.toml"),
    (0, "completion bash"),
    (0, "man"),
    (1, "replay nowhere.jsonl"),
    (0, "demo --help"),
    (1, "explain nowhere web"),
    (1, "serve nowhere"),
    (1, "audit verify --state nowhere"),
    (1, "backup nowhere/copy.db --state nowhere"),
    (1, "restore nowhere/copy.db"),
];

/// Shown in other tests, because they have more to be looked at.
const ELSEWHERE: [&str; 3] = ["check", "window", "help"];

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn every_verb_has_the_status_that_it_should() {
    let served = Served::start();
    served.until(0, &words("approve web --reason seen --dry-run"));
    for (status, line) in WITH_SERVER {
        let output = served.run(&words(line));
        assert_eq!(output.status.code(), Some(status), "{line}: {output:?}");
        assert_eq!(
            stderr(&output).is_empty(),
            status == 0,
            "{line}: {output:?}"
        );
    }
}

#[test]
fn without_a_server_every_verb_that_needs_one_says_so() {
    let home = TempDir::new().unwrap();
    let mut seen = BTreeSet::new();
    for (_, line) in WITH_SERVER.iter().filter(|(status, _)| *status != 2) {
        if seen.insert(words(line)[0]) {
            let output = pilothouse(home.path(), &words(line));
            assert_eq!(output.status.code(), Some(6), "{line}: {output:?}");
            let said = stderr(&output);
            assert!(said.contains("pilothouse serve DIR"), "{line}: {said}");
        }
    }
}

#[test]
fn what_needs_no_server_works_without_one() {
    let home = TempDir::new().unwrap();
    for (status, line) in ALONE {
        let output = pilothouse(home.path(), &words(line));
        assert_eq!(output.status.code(), Some(status), "{line}: {output:?}");
        let said = stderr(&output);
        assert!(
            status == 0 || said.starts_with("pilothouse: "),
            "{line}: {said}"
        );
    }
}

#[test]
fn no_verb_is_left_out_and_none_takes_what_it_does_not_know() {
    let home = TempDir::new().unwrap();
    let help = stdout(&pilothouse(home.path(), &["--help"]));
    let verbs = help.split("Commands:\n").nth(1).unwrap();
    let verbs = verbs.split("\n\n").next().unwrap().lines();
    let verbs: Vec<&str> = verbs
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(verbs.len() > 25, "{help}");
    let table = WITH_SERVER
        .iter()
        .chain(&ALONE)
        .map(|(_, line)| words(line)[0]);
    let known: BTreeSet<&str> = table.chain(ELSEWHERE).collect();
    for verb in verbs {
        assert!(known.contains(verb), "{verb} is in no table");
        let output = pilothouse(home.path(), &[verb, "--no-such-thing"]);
        assert_eq!(output.status.code(), Some(2), "{verb}: {output:?}");
    }
}

/// Answers each request in turn and closes; an empty answer is none.
fn fake(home: &TempDir, answers: Vec<String>) -> thread::JoinHandle<usize> {
    let listener = UnixListener::bind(home.path().join("socket")).unwrap();
    thread::spawn(move || {
        let mut sent = 0;
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            sent += usize::from(request.starts_with("POST /v1/commands "));
            stream.write_all(answer.as_bytes()).unwrap();
        }
        sent
    })
}

fn read_request(stream: &mut UnixStream) -> String {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut buffer).unwrap();
        text.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return text;
        }
    }
}

#[test]
fn a_lost_answer_is_an_unknown_outcome_and_is_sent_once() {
    let served = Served::start();
    served.until(0, &words("status web"));
    let line = "hold web --reason stop";
    let plan: Value = served.json(&words(&format!("{line} --dry-run")));
    let body = plan.to_string();
    let length = body.len();
    let plan = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let home = TempDir::new().unwrap();
    // The plan, then the commit and five questions about it without an answer.
    let answers = [plan].into_iter().chain(vec![String::new(); 6]).collect();
    let server = fake(&home, answers);
    let socket = home.path().join("socket");
    let digest = serde_json::from_str::<Value>(&body).unwrap();
    let digest = digest["digest"].as_str().unwrap().to_owned();
    let line = format!(
        "{line} --yes --expect {digest} --socket {}",
        socket.display()
    );
    let output = pilothouse(home.path(), &words(&line));
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    let said = stderr(&output);
    assert!(
        said.contains("UNKNOWN OUTCOME") && said.contains("--key"),
        "{said}"
    );
    assert_eq!(server.join().unwrap(), 1);
}
