//! `GET /metrics` and `GET /readyz` of the real server: a page that Prometheus' own tool has nothing
//! against, with figures that are those of the fleet, and checks that fail when they should.

use crate::{
    fixture,
    serving::{Serving, hold, planned_hold, serve, service},
};
use pilothouse::{
    api::{self, Ready},
    client::{Address, Client},
    http,
    model::{Span, Time, waits},
    server::{Listen, token},
};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A server on loopback that shows its page to whoever has the token.
struct Exposed {
    serving: Serving,
    http: reqwest::Client,
    url: String,
    token: String,
    _directory: TempDir,
}

impl Exposed {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let service = service(directory.path()).await;
        let token = token::open(directory.path()).unwrap();
        let addr = "127.0.0.1:0".parse().unwrap();
        let listen = Listen::Tcp {
            addr,
            token: token.clone(),
        };
        let serving = serve(service, listen);
        let Address::Tcp { url, .. } = serving.address.clone() else {
            panic!("this is TCP");
        };
        Self {
            serving,
            http: http::local(None).unwrap(),
            url,
            token,
            _directory: directory,
        }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let get = self.http.get(format!("{}{path}", self.url));
        get.bearer_auth(&self.token).send().await.unwrap()
    }

    async fn page(&self) -> String {
        let answer = self.get(api::METRICS).await;
        let form = answer.headers()["content-type"].to_str().unwrap();
        assert_eq!(form, "text/plain; version=0.0.4; charset=utf-8");
        answer.text().await.unwrap()
    }
}

/// The value of the sample with this name and these labels.
fn figure(page: &str, sample: &str) -> f64 {
    let values = page.lines().filter_map(|line| {
        let rest = line.strip_prefix("pilothouse_")?.strip_prefix(sample)?;
        rest.strip_prefix(' ')?.parse().ok()
    });
    let values: Vec<f64> = values.collect();
    assert_eq!(values.len(), 1, "{sample}\n{page}");
    values[0]
}

#[tokio::test]
async fn a_page_for_prometheus() {
    let exposed = Exposed::start().await;
    let refused = exposed.http.get(format!("{}{}", exposed.url, api::METRICS));
    let refused = refused.send().await.unwrap();
    assert_eq!(
        refused.status(),
        401,
        "names of pipelines are nobody's business"
    );
    let before = exposed.page().await;
    for sample in [
        "pipelines{status=\"held\"}",
        "oldest_status_seconds{status=\"held\"}",
        "pipeline_releases_behind{pipeline=\"cart\",owner=\"payments\"}",
        "pipeline_oldest_change_seconds{pipeline=\"cart\",owner=\"payments\"}",
        "pipeline_oldest_approval_seconds{pipeline=\"cart\",owner=\"payments\"}",
        "stream_clients",
        "effects_owed{kind=\"deploy\"}",
        "effects_owed_oldest_seconds{kind=\"deploy\"}",
        "commands_accepted_total",
        "commands_refused_total{reason=\"changed\"}",
        "journal_broken",
        "pipelines_halted",
        "delivery_deployments{days=\"30\"}",
    ] {
        assert_eq!(figure(&before, sample).to_string(), "0", "{sample}");
    }
    let pipelines = before
        .lines()
        .filter_map(|line| line.strip_prefix("pilothouse_pipelines{"));
    let counts = pipelines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(counts.sum::<u64>(), 2, "{before}");
    let stream = exposed.get(api::STREAM).await;
    let after = exposed.page().await;
    assert_eq!(figure(&after, "stream_clients").to_string(), "1");
    drop(stream);
    checked(&after);
    exposed.serving.stop().await.stop().await;
}

#[tokio::test]
async fn what_operators_do_is_counted_once() {
    let exposed = Exposed::start().await;
    let before = exposed.page().await;
    let client = &exposed.serving.client;
    hold(client, "cart", "metrics").await.unwrap();
    let mut stale = planned_hold(client, "cart", "one").await;
    let other = planned_hold(client, "cart", "another").await;
    stale.request.expect = other.request.expect;
    let refused = format!("{:?}", client.commit(&stale).await);
    // The same request again is the same answer, and no other command.
    assert_eq!(refused, format!("{:?}", client.commit(&stale).await));
    let after = exposed.page().await;
    for (sample, expected) in [
        ("commands_accepted_total", 1),
        ("commands_refused_total{reason=\"changed\"}", 1),
        ("commands_refused_total{reason=\"unknown\"}", 0),
        ("commands_unanswered_total", 0),
    ] {
        assert_eq!(
            figure(&after, sample).to_string(),
            expected.to_string(),
            "{sample}"
        );
    }
    for rising in [
        "journal_facts_total",
        "journal_append_seconds_count",
        "journal_append_seconds_sum",
        "journal_append_seconds_bucket{le=\"+Inf\"}",
    ] {
        assert!(
            figure(&after, rising) > figure(&before, rising),
            "{rising}\n{after}"
        );
    }
    checked(&after);
    exposed.serving.stop().await.stop().await;
}

/// Has Prometheus' tool read a page, and find nothing.
fn checked(page: &str) {
    let tool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut tool) = tool else {
        println!("skipped: promtool is not installed (Debian: apt-get install prometheus)");
        return;
    };
    tool.stdin
        .take()
        .unwrap()
        .write_all(page.as_bytes())
        .unwrap();
    let output = tool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}\n{page}",
        String::from_utf8_lossy(&said)
    );
}

/// Whatever is most urgent in a pipeline, what waits in it is told.
#[test]
fn what_waits_is_told_beside_what_is_urgent() {
    let night = fixture::night();
    let waits = waits(&night.pipeline);
    let asked: Time = "2026-03-09T03:09:50Z".parse().unwrap();
    assert!(
        waits
            .approval
            .is_some_and(|since| since.since(asked) < Span::minutes(5)),
        "{waits:?}"
    );
    let kinds: Vec<_> = waits
        .owed
        .iter()
        .map(|(kind, (owed, _))| (*kind, *owed))
        .collect();
    assert_eq!(kinds, [("build", 1), ("deploy", 2)]);
    let newest = night.pipeline.releases.newest().unwrap();
    assert!(
        waits.change.unwrap() < newest.changes[0].at,
        "older ones wait, too"
    );
}

/// The real server, for which the disk is full after a while.
struct Full {
    child: Child,
    client: Client,
    socket: PathBuf,
}

impl Full {
    fn start(home: &Path) -> Self {
        let definition = include_str!("definition/checkout.toml");
        fs::create_dir(home.join("definitions")).unwrap();
        fs::write(home.join("definitions/checkout.toml"), definition).unwrap();
        let socket = home.join("socket");
        // Blocks of 512 bytes; what goes beyond is an error of the write.
        let script = "trap '' XFSZ; ulimit -f 2000; exec \"$0\" serve definitions --state state --socket \"$1\"";
        let mut child = Command::new("sh")
            .args(["-c", script, env!("CARGO_BIN_EXE_pilothouse")])
            .arg(&socket)
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut serves = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut serves).unwrap();
        assert!(serves.starts_with("serving "), "{serves}");
        let client = Client::new(Address::Unix(socket.clone())).unwrap();
        Self {
            child,
            client,
            socket,
        }
    }

    /// None when nobody answers any more.
    async fn ready(&self) -> Option<(u16, Ready)> {
        let http = http::local(Some(&self.socket)).unwrap();
        let answer = http.get("http://here/readyz").send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_journal_that_takes_no_more_is_not_ready() {
    let home = tempfile::tempdir().unwrap();
    let server = Full::start(home.path());
    let (status, ready) = server.ready().await.unwrap();
    assert_eq!(status, 200, "{ready:?}");
    let checks: Vec<_> = ready
        .checks
        .iter()
        .map(|(name, check)| (name.as_str(), check.ok))
        .collect();
    assert_eq!(
        checks,
        [("journal", true), ("pipelines", true), ("serving", true)]
    );
    let long = "x".repeat(2_000);
    let mut last = Ok(());
    for n in 0..2_000 {
        last = hold(&server.client, "checkout", &format!("{n} {long}"))
            .await
            .map(drop);
        if last.is_err() {
            break;
        }
    }
    assert!(last.is_err(), "it was never full");
    // The server ends; until then it says that it is not ready.
    if let Some((status, ready)) = server.ready().await {
        assert_eq!((status, ready.ready), (503, false), "{ready:?}");
        assert!(!ready.checks["journal"].ok, "{ready:?}");
    }
}
