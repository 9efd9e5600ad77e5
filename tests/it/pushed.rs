//! Alerts that are pushed to the real server: by a real Alertmanager, through a restart, and by
//! whoever sends what is none.

use crate::{
    serving::{Serving, serve},
    watch::real::Real,
};
use pilothouse::{
    api,
    client::Address,
    clock,
    clock::Stopwatch,
    definition,
    model::{AlarmLevel, AlarmSight, Measure, PipelineName, Span},
    server::{Listen, token},
    service::{Service, Setup},
};
use serde_json::{Value, json};
use std::{fs, path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const SECRET: &str = "between Alertmanager and us";

/// A pipeline with one alarm that reads pushed alerts.
const DEFINITION: &str = r#"
name = "cart"
service = "shop"
owner = "shop-team"
watch = { every = "50ms", webhook = { secret_file = "DIRECTORY/secret", watchdog = ['alertname="Watchdog"'] } }
[source]
repository = "DIRECTORY/no-repository"
poll = "1h"
[build]
run = "true"
artifact = "artifact"
[[stage]]
name = "beta"
phase = "test"
deploy = { run = "true" }
regions = [{ name = "here", time_zone = "UTC", zones = { a = ["h1"] } }]
alarms = ["faults"]
[[alarm]]
name = "faults"
fire = "1 of 1"
clear = 1
webhook = { matchers = ['alertname="Faults"', 'team=~"pay.*"'], max_gap = "GAP" }
"#;

struct World {
    directory: TempDir,
    serving: Serving,
    url: String,
}

impl World {
    async fn start(gap: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().display().to_string();
        let text = DEFINITION.replace("DIRECTORY", &path).replace("GAP", gap);
        fs::create_dir(directory.path().join("definitions")).unwrap();
        fs::write(directory.path().join("definitions/cart.toml"), text).unwrap();
        fs::write(directory.path().join("secret"), SECRET).unwrap();
        let (serving, url) = served(directory.path(), "127.0.0.1:0").await;
        Self {
            directory,
            serving,
            url,
        }
    }

    /// Stops the server and starts it again where it was.
    async fn again(self) -> Self {
        let address = self.url.trim_start_matches("http://").to_owned();
        self.serving.stop().await.stop().await;
        let (serving, url) = served(self.directory.path(), &address).await;
        Self {
            serving,
            url,
            directory: self.directory,
        }
    }

    async fn alarm(&self) -> AlarmSight {
        let cart = PipelineName::parse("cart").unwrap();
        let alarms = self.serving.client.alarms(&cart).await.unwrap();
        alarms.alarms.into_iter().next().unwrap()
    }

    /// Looks until the alarm is at a level, for a reason with these words.
    async fn until(&self, level: AlarmLevel, words: &str) -> AlarmSight {
        let watch = Stopwatch::start();
        loop {
            let alarm = self.alarm().await;
            let trouble = alarm.source.trouble.as_ref();
            let why = trouble.map_or("", |(_, why)| why);
            if alarm.state.level == level && why.contains(words) {
                return alarm;
            }
            let late = watch.elapsed() > Span::seconds(30);
            assert!(!late, "never {level:?} {words}: {alarm:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn push(&self, body: impl Into<reqwest::Body>) -> u16 {
        let http = pilothouse::http::local(None).unwrap();
        let request = http.post(format!("{}{}", self.url, api::ALERTS));
        let request = request.bearer_auth(SECRET).body(body);
        request.send().await.unwrap().status().as_u16()
    }
}

async fn served(directory: &Path, address: &str) -> (Serving, String) {
    let definitions = directory.join("definitions");
    let setup = Setup {
        loaded: definition::load(&definitions, clock::now()).unwrap(),
        state: directory.join("state"),
        program: crate::program(),
        confinement: pilothouse::executor::Confinement::default(),
    };
    let service = Service::start(setup).await.unwrap();
    let token = token::open(&directory.join("state")).unwrap();
    let addr = address.parse().unwrap();
    let serving = serve(service, Listen::Tcp { addr, token });
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    (serving, url)
}

#[tokio::test]
async fn a_real_alertmanager_pushes() {
    let world = World::start("3s").await;
    let config = format!(
        "route: {{ receiver: us, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1s }}\n\
         receivers:\n- name: us\n  webhook_configs:\n  - url: {}{}\n    http_config: {{ authorization: {{ credentials_file: {}/secret }} }}\n",
        world.url,
        api::ALERTS,
        world.directory.path().display()
    );
    let Some(real) = Real::alertmanager(&config).await else {
        return;
    };
    world
        .until(AlarmLevel::NoData, "its watchdog has not been heard")
        .await;
    let alert = |name: &str| json!({ "labels": { "alertname": name, "team": "pay & go" } });
    real.post("alerts", json!([alert("Watchdog"), alert("Other")]))
        .await;
    world
        .until(AlarmLevel::NoData, "heard for less than 3s")
        .await;
    world.until(AlarmLevel::Ok, "").await;

    real.post("alerts", json!([alert("Faults"), alert("Faults")]))
        .await;
    let firing = world.until(AlarmLevel::Firing, "").await;
    assert_eq!(firing.state.value, Some(Measure::number(1_000_000)));
    assert_eq!(firing.source.kind, "webhook");
    let mut over = alert("Faults");
    over["endsAt"] = json!(clock::now().to_string());
    real.post("alerts", json!([over])).await;
    world.until(AlarmLevel::Ok, "").await;

    // After a restart nothing is known until the watchdog was heard for a while.
    let world = world.again().await;
    world.until(AlarmLevel::NoData, "watchdog has").await;
    world.until(AlarmLevel::Ok, "").await;

    // What is silenced is not pushed, so nobody knows any more.
    let silence = json!({
        "matchers": [{ "name": "alertname", "value": ".+", "isRegex": true }],
        "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2100-01-01T00:00:00Z",
        "createdBy": "ana", "comment": "all of it",
    });
    real.post("silences", silence).await;
    world
        .until(
            AlarmLevel::NoData,
            "its watchdog has been silent for more than 3s",
        )
        .await;
    world.serving.stop().await.stop().await;
}

fn payload(alerts: &[(&str, &str)]) -> Value {
    let alerts = alerts.iter().map(|(name, status)| {
        json!({
            "status": status, "labels": { "alertname": name, "team": "pay" }, "annotations": {},
            "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T00:01:00Z",
            "generatorURL": "", "fingerprint": name,
        })
    });
    json!({ "version": "4", "truncatedAlerts": 0, "alerts": alerts.collect::<Vec<_>>() })
}

#[tokio::test]
async fn who_shows_no_secret_says_nothing() {
    let world = World::start("1h").await;
    world.until(AlarmLevel::NoData, "not been heard").await;
    let http = pilothouse::http::local(None).unwrap();
    let post = || {
        let request = http.post(format!("{}{}", world.url, api::ALERTS));
        request.body(payload(&[("Faults", "firing")]).to_string())
    };
    let secret = world.directory.path().join("secret");
    let foreign = post().bearer_auth(SECRET).header("host", "evil.example");
    for (request, expected) in [
        (post(), 401),
        (post().bearer_auth(""), 401),
        (post().bearer_auth("guessed"), 401),
        (post().basic_auth("us", Some(SECRET)), 401),
        (foreign, 403),
        (post().bearer_auth(SECRET).header("origin", "null"), 403),
    ] {
        assert_eq!(request.send().await.unwrap().status().as_u16(), expected);
    }
    for content in ["", "two\nlines"] {
        fs::write(&secret, content).unwrap();
        let answer = post().bearer_auth(content.replace('\n', "")).send().await;
        assert_eq!(answer.unwrap().status().as_u16(), 401);
    }
    fs::write(&secret, "exchanged\n").unwrap();
    let answer = post().bearer_auth("exchanged").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 202);
    world.until(AlarmLevel::Firing, "").await;
    world.serving.stop().await.stop().await;
}

/// Whoever has the secret and sends what is no payload makes it no data, and ends nothing.
#[tokio::test]
async fn what_is_no_payload_is_no_data() {
    let world = World::start("1s").await;
    let huge = vec![b' '; 17 * 1024 * 1024];
    for (body, status, words) in [
        (
            &b"<html>all is well</html>"[..],
            422,
            "is not what Alertmanager pushes",
        ),
        (b"", 422, "is not what Alertmanager pushes"),
        (
            b"\x1f\x8b\x08\0\0\0\0\0",
            422,
            "is not what Alertmanager pushes",
        ),
        (&huge, 413, "was not taken in: the body is too large"),
    ] {
        at_ease(&world).await;
        assert_eq!(world.push(body.to_vec()).await, status);
        no_data(&world, words).await;
    }
    // Ends in the middle.
    at_ease(&world).await;
    let address = world.url.trim_start_matches("http://");
    let mut broken = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {SECRET}\r\ncontent-length: 1000\r\n\r\n{{",
        api::ALERTS
    );
    broken.write_all(head.as_bytes()).await.unwrap();
    broken.shutdown().await.unwrap();
    let mut answer = Vec::new();
    broken.read_to_end(&mut answer).await.unwrap();
    no_data(&world, "within 1s something was pushed that").await;
    world.serving.stop().await.stop().await;
}

/// Lets the watchdog be heard until silence is good news.
async fn at_ease(world: &World) {
    let watch = Stopwatch::start();
    while world.alarm().await.state.level != AlarmLevel::Ok {
        assert!(watch.elapsed() < Span::seconds(30), "never at ease");
        let watchdog = payload(&[("Watchdog", "firing"), ("Faults", "resolved")]);
        assert_eq!(world.push(watchdog.to_string()).await, 202);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Reads that something was missed, although the watchdog is heard.
async fn no_data(world: &World, words: &str) {
    let watchdog = payload(&[("Watchdog", "firing")]).to_string();
    assert_eq!(world.push(watchdog).await, 202);
    world.until(AlarmLevel::NoData, words).await;
}
