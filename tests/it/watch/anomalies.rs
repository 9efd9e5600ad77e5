//! The built-in detection over a real page: a release that is worse than what was usual, and than the
//! targets without it; what happens everywhere; requests that stop.

use super::{Metrics, server, watch};
use pilothouse::{model::*, watch::Watch};
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

const TARGETS: [&str; 3] = ["h1", "h2", "h3"];

/// Three targets, and how each answers from now on.
struct Fleet {
    page: Metrics,
    watch: Watch,
    touched: BTreeMap<TargetName, Touch>,
    totals: [(u64, u64, u64); 3],
}

/// What a target does in a round: requests, faults, and slow answers.
type Round = (u64, u64, u64);
const WELL: Round = (100, 1, 1);
const FAULTY: Round = (100, 30, 1);
const SLOW: Round = (100, 1, 60);
const SILENT: Round = (0, 0, 0);

impl Fleet {
    async fn start() -> Self {
        let (page, url) = Metrics::start().await;
        let series = |metric: &str| Series {
            metric: metric.to_owned(),
            labels: Vec::new(),
        };
        let source = AlarmSource::Anomalies(Anomalies {
            server: server(&url),
            requests: series("requests_total"),
            faults: series("faults_total"),
            latency: series("request_duration_seconds_bucket"),
            window: Span(60),
            minimum: 50,
            targets: TARGETS.into_iter().map(target).collect(),
        });
        let alarm = Alarm {
            fire: (2, 3),
            clear: 3,
            ..super::alarm_on(source)
        };
        Self {
            page,
            watch: watch(&[alarm]),
            touched: BTreeMap::new(),
            totals: [(0, 0, 0); 3],
        }
    }

    fn touch(&mut self, touches: &[(&str, Touch)]) {
        let touches = touches.iter();
        self.touched = touches
            .map(|(name, touch)| (target(name), *touch))
            .collect();
    }

    /// Rounds in which the targets answer like this, as many as are asked for.
    async fn rounds(&mut self, count: usize, like: [Round; 3]) -> Vec<Reading> {
        let mut readings = Vec::new();
        for _ in 0..count {
            for (total, round) in self.totals.iter_mut().zip(like) {
                *total = (total.0 + round.0, total.1 + round.1, total.2 + round.2);
            }
            self.page.say(200, self.told());
            self.watch.touched(&self.touched);
            readings.extend(self.watch.observe().await.readings);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        readings
    }

    /// Goes on like this until the alarm says so.
    async fn until(&mut self, level: AlarmLevel, like: [Round; 3]) -> Reading {
        for _ in 0..500 {
            let reading = self.rounds(1, like).await.remove(0);
            if reading.level == level {
                return reading;
            }
        }
        panic!("never {level:?}");
    }

    fn told(&self) -> String {
        let mut page = String::new();
        for (target, (requests, faults, slow)) in TARGETS.iter().zip(self.totals) {
            let fast = requests - slow;
            for (series, value) in [
                (
                    format!("requests_total{{target=\"{target}\",code=\"200\"}}"),
                    requests - faults,
                ),
                (
                    format!("requests_total{{target=\"{target}\",code=\"500\"}}"),
                    faults,
                ),
                (format!("faults_total{{target=\"{target}\"}}"), faults),
                (
                    format!("request_duration_seconds_bucket{{target=\"{target}\",le=\"0.1\"}}"),
                    fast,
                ),
                (
                    format!("request_duration_seconds_bucket{{target=\"{target}\",le=\"2\"}}"),
                    requests,
                ),
                (
                    format!("request_duration_seconds_bucket{{target=\"{target}\",le=\"+Inf\"}}"),
                    requests,
                ),
            ] {
                writeln!(page, "{series} {value}").unwrap();
            }
        }
        writeln!(page, "requests_total{{target=\"of another stage\"}} 7").unwrap();
        page
    }
}

fn target(name: &str) -> TargetName {
    TargetName::parse(name).unwrap()
}

/// A fleet that knows what is usual, with the release on its first target.
async fn one_box() -> Fleet {
    let mut fleet = Fleet::start().await;
    // More than five windows of three rounds; a busy machine needs fewer.
    for reading in fleet.rounds(40, [WELL; 3]).await {
        assert_eq!(
            (reading.level, reading.why),
            (AlarmLevel::Ok, String::new())
        );
    }
    // While it is installed it may be silent.
    fleet.touch(&[("h1", Touch::Working)]);
    for reading in fleet.rounds(10, [SILENT, WELL, WELL]).await {
        assert_eq!(reading.level, AlarmLevel::Ok, "{reading:?}");
    }
    fleet.touch(&[("h1", Touch::Serving)]);
    fleet
}

#[tokio::test]
async fn a_release_that_is_worse_than_what_was_usual() {
    for (like, sign) in [
        (FAULTY, "30.00% faults of "),
        (SLOW, "9 of 10 answers within 1."),
        (SILENT, "0 requests in "),
    ] {
        let mut fleet = one_box().await;
        let reading = fleet.until(AlarmLevel::Firing, [like, WELL, WELL]).await;
        let why = &reading.why;
        assert!(why.starts_with(sign), "{why}");
        for part in [" on 1 target, before ", ", on the 2 without the release "] {
            assert!(why.contains(part), "{why}");
        }
        // Taken back, and well again.
        fleet.touch(&[]);
        fleet.until(AlarmLevel::Ok, [WELL; 3]).await;
    }
}

#[tokio::test]
async fn a_good_release_and_what_happens_everywhere() {
    let mut fleet = one_box().await;
    for reading in fleet.rounds(20, [WELL; 3]).await {
        assert_eq!(reading.level, AlarmLevel::Ok, "{}", reading.why);
    }
    // The past of the touched one says what is usual; that the others suffer too is no evidence.
    let reading = fleet.until(AlarmLevel::NoData, [FAULTY; 3]).await;
    assert!(
        reading.why.contains(", on the 2 without the release "),
        "{}",
        reading.why
    );
}

#[tokio::test]
async fn a_page_that_tells_no_target_of_the_stage() {
    let mut fleet = Fleet::start().await;
    for (page, expected) in [
        (
            "requests_total{target=\"x\"} 7\nfaults_total 1\n",
            "requests_total names no target of the stage",
        ),
        (
            "requests_total{target=\"h1\"} 7\n",
            "has no series faults_total",
        ),
        ("faults_total 1\n", "has no series requests_total"),
        ("<html>", "line 1 is no metrics line"),
    ] {
        fleet.page.say(200, page);
        let reading = super::read(&mut fleet.watch).await;
        assert_eq!(reading.level, AlarmLevel::NoData);
        assert!(reading.why.contains(expected), "{}", reading.why);
    }
}
