//! Alarms read from a real Prometheus and a real Alertmanager on loopback. Where the packages are
//! not installed, the test says so and ends.

use super::{Metrics, alarm_on, server, watch};
use pilothouse::model::*;
use serde_json::json;
use std::{fs, net::TcpListener, process::Stdio, time::Duration};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A server of its own directory, gone with this.
pub(crate) struct Real {
    _directory: TempDir,
    _child: Child,
    pub(crate) url: String,
}

impl Real {
    /// An Alertmanager that is alone; none where it is not installed.
    pub(crate) async fn alertmanager(config: &str) -> Option<Self> {
        let alone = ["--cluster.listen-address=", "--storage.path=data"];
        Self::start("prometheus-alertmanager", config, &alone, "/-/ready").await
    }

    /// Tells an Alertmanager something.
    pub(crate) async fn post(&self, path: &str, body: serde_json::Value) {
        let http = pilothouse::http::outbound(Duration::from_secs(5)).unwrap();
        let url = format!("{}/api/v2/{path}", self.url);
        let answer = http.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Starts a program with its configuration; none where it is not installed.
    async fn start(program: &str, config: &str, arguments: &[&str], ready: &str) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("config.yml");
        fs::write(&file, config).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let started = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--web.listen-address={address}"))
            .args(arguments)
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let Ok(child) = started else {
            println!("skipped: {program} is not installed (Debian: apt-get install {program})");
            return None;
        };
        let url = format!("http://{address}");
        let http = pilothouse::http::outbound(Duration::from_secs(1)).unwrap();
        for _look in 0..600 {
            let answer = http.get(format!("{url}{ready}")).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return Some(Self {
                    _directory: directory,
                    _child: child,
                    url,
                });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{program} is not ready after 30 s");
    }
}

fn alarm(name: &str, source: AlarmSource) -> Alarm {
    Alarm {
        name: name.parse().unwrap(),
        ..alarm_on(source)
    }
}

/// Reads until the first alarm is at a level; gives that round.
async fn until(watch: &mut pilothouse::watch::Watch, level: AlarmLevel) -> Vec<Reading> {
    let mut last = Vec::new();
    for _round in 0..300 {
        last = watch.observe().await.readings;
        if last[0].level == level {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {level:?}: {last:?}");
}

#[tokio::test]
async fn prometheus() {
    let (metrics, page) = Metrics::start().await;
    let target = page
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let config = format!(
        "global: {{ scrape_interval: 200ms, scrape_timeout: 200ms }}\n\
         scrape_configs:\n- job_name: shop\n  static_configs: [{{ targets: ['{target}'] }}]\n"
    );
    let Some(real) = Real::start(
        "prometheus",
        &config,
        &["--storage.tsdb.path=data"],
        "/-/ready",
    )
    .await
    else {
        return;
    };
    let query = |name: &str, query: &str, above: &str| {
        let source = Prometheus {
            server: server(&real.url),
            query: query.to_owned(),
            limit: above.parse().unwrap(),
            points: Some("requests".to_owned()),
        };
        alarm(name, AlarmSource::Prometheus(source))
    };
    let share = "sum(requests{code=\"500\"}) / sum(requests)";
    let mut watch = watch(&[
        query("share", share, "5%"),
        query("scalar", "scalar(sum(requests))", "1000"),
        query("nothing", "no_such_metric", "0"),
        query("nan", "sum(requests{code=\"500\"}) * NaN", "0"),
        query("ranges", "requests[1m]", "0"),
        query("mistake", "sum(", "0"),
    ]);
    metrics.count(100, 0);
    let well = until(&mut watch, AlarmLevel::Ok).await;
    assert_eq!(well[0].value, Some("0%".parse().unwrap()));
    assert_eq!(well[1].value, Some("100".parse().unwrap()));
    for (reading, why) in well[2..].iter().zip([
        "the query gives no series",
        "the query gives NaN",
        "the query gives ranges",
        "parse error",
    ]) {
        assert_eq!(reading.level, AlarmLevel::NoData);
        assert!(reading.why.contains(why), "{}", reading.why);
    }
    metrics.count(150, 50);
    let bad = until(&mut watch, AlarmLevel::Firing).await;
    assert_eq!(bad[0].value, Some("25%".parse().unwrap()));
    // One scrape may lie between the queries of a round, so the points come now or did before.
    let earlier = well.iter().map(|reading| reading.points).max();
    assert!(bad[0].points == 100 || earlier == Some(100), "{bad:?}");
    // The page goes, and Prometheus calls its series stale.
    metrics.say(500, "");
    let silent = until(&mut watch, AlarmLevel::NoData).await;
    assert!(silent[0].why.contains("gives no series"), "{silent:?}");
}

#[tokio::test]
async fn alertmanager() {
    let config = "route: { receiver: none }\nreceivers: [{ name: none }]\n";
    let Some(real) = Real::alertmanager(config).await else {
        return;
    };
    let source = |watchdog: &[&str]| {
        let own = |text: &str| text.to_owned();
        let matchers = ["alertname=\"Faults\"", "team=~\"pay (&|and).*\""];
        AlarmSource::Alertmanager(Alertmanager {
            server: server(&real.url),
            matchers: matchers.map(own).to_vec(),
            watchdog: watchdog.iter().map(|text| own(text)).collect(),
        })
    };
    let mistaken = Alertmanager {
        server: server(&real.url),
        matchers: vec!["team=~\"(\"".to_owned()],
        watchdog: Vec::new(),
    };
    let mistaken = alarm("mistaken", AlarmSource::Alertmanager(mistaken));
    let refused = &self::watch(&[mistaken]).observe().await.readings[0].why;
    assert!(
        refused.contains("answers 400: ") && refused.contains("regexp"),
        "{refused}"
    );
    let mut watch = watch(&[
        alarm("watched", source(&["alertname=\"Watchdog\""])),
        alarm("trusting", source(&[])),
    ]);
    let levels = |readings: &[Reading]| [readings[0].level, readings[1].level];
    let silent = until(&mut watch, AlarmLevel::NoData).await;
    let why = &silent[0].why;
    assert!(why.contains("its watchdog does not fire"), "{why}");
    assert_eq!(silent[1].level, AlarmLevel::Ok);

    let alert = |name: &str| json!({ "labels": { "alertname": name, "team": "pay & go" } });
    real.post("alerts", json!([alert("Watchdog"), alert("Other")]))
        .await;
    let well = until(&mut watch, AlarmLevel::Ok).await;
    assert_eq!(levels(&well), [AlarmLevel::Ok; 2]);

    // Told twice it is one alert all the same.
    real.post("alerts", json!([alert("Faults"), alert("Faults")]))
        .await;
    let bad = until(&mut watch, AlarmLevel::Firing).await;
    assert_eq!(bad[0].value, Some("1".parse().unwrap()));

    let silence = json!({
        "matchers": [{ "name": "alertname", "value": "Faults", "isRegex": false }],
        "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2100-01-01T00:00:00Z",
        "createdBy": "ana", "comment": "known",
    });
    real.post("silences", silence).await;
    let quiet = until(&mut watch, AlarmLevel::Ok).await;
    assert_eq!(levels(&quiet), [AlarmLevel::Ok; 2]);
}
