//! `GET /metrics` of the real server: a page that Prometheus' own tool has nothing against, with
//! figures that are those of the fleet.

use crate::serving::{hold, serve, service};
use pilothouse::{
    api,
    client::Address,
    http,
    server::{Listen, token},
};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

#[tokio::test]
async fn a_page_for_prometheus() {
    let directory = tempfile::tempdir().unwrap();
    let service = service(directory.path()).await;
    let token = token::open(directory.path()).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    let serving = serve(
        service,
        Listen::Tcp {
            addr,
            token: token.clone(),
        },
    );
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    let http = http::local(None).unwrap();
    let get = || http.get(format!("{url}{}", api::METRICS));
    let refused = get().send().await.unwrap();
    assert_eq!(
        refused.status(),
        401,
        "names of pipelines are nobody's business"
    );

    let page = async || {
        let answer = get().bearer_auth(&token).send().await.unwrap();
        let form = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(form, "text/plain; version=0.0.4; charset=utf-8");
        answer.text().await.unwrap()
    };
    let before = page().await;
    for line in [
        "pilothouse_pipelines{status=\"held\"} 0",
        "pilothouse_oldest_status_seconds{status=\"held\"} 0",
        "pilothouse_pipeline_releases_behind{pipeline=\"cart\",owner=\"payments\"} 0",
        "pilothouse_stream_clients 0",
    ] {
        assert!(
            before.lines().any(|found| found == line),
            "{line}\n{before}"
        );
    }
    let pipelines = before
        .lines()
        .filter_map(|line| line.strip_prefix("pilothouse_pipelines{"));
    let counts = pipelines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(counts.sum::<u64>(), 2, "{before}");
    hold(&serving.client, "cart", "metrics").await.unwrap();
    let stream = http
        .get(format!("{url}{}", api::STREAM))
        .bearer_auth(&token);
    let stream = stream.send().await.unwrap();
    let after = page().await;
    assert!(after.contains("pilothouse_stream_clients 1\n"), "{after}");
    drop(stream);
    let facts = |page: &str| {
        let value = page
            .lines()
            .find_map(|line| line.strip_prefix("pilothouse_journal_facts_total "));
        value.unwrap().parse::<u64>().unwrap()
    };
    assert!(facts(&after) > facts(&before), "{after}");
    checked(&after);
    serving.stop().await.stop().await;
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
