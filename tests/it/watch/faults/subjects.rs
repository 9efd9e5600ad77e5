//! Every source of alarms that is asked over HTTP, and what it is told while all is well.

use super::{
    bodies::{self, Body},
    wire::Asked,
};
use crate::watch::{alarm_on, server};
use pilothouse::model::*;

pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) alarm: fn(&str) -> AlarmSource,
    /// The body of a good answer that says that all is well.
    pub(super) well: fn(&Asked<'_>) -> String,
    /// Good answers with something wrong in them.
    pub(super) bodies: &'static [Body],
}

pub(super) const PROMETHEUS: Subject = Subject {
    name: "prometheus",
    bodies: &bodies::PROMETHEUS,
    alarm: prometheus,
    well: |asked| vector(asked.now, &["0"]),
};

pub(super) const ALERTMANAGER: Subject = Subject {
    name: "alertmanager",
    bodies: &bodies::ALERTMANAGER,
    alarm: alertmanager,
    well: |asked| {
        let watchdog = asked.head.contains("Watchdog");
        if watchdog { alerts(0..1) } else { alerts(0..0) }
    },
};

pub(super) const SCRAPE: Subject = Subject {
    name: "scrape",
    bodies: &bodies::PAGES,
    alarm: scrape,
    well: |asked| page(asked.nth),
};

pub(super) const ANOMALIES: Subject = Subject {
    name: "anomalies",
    // Targets of other stages are none of the detector's.
    bodies: bodies::PAGES.split_at(bodies::PAGES.len() - 1).0,
    alarm: anomalies,
    well: |asked| page(asked.nth),
};

pub(super) const JSON: Subject = Subject {
    name: "json",
    bodies: &bodies::JSON,
    alarm: json,
    well: |asked| format!(r#"{{"bad":0,"seen":{}}}"#, asked.nth),
};

/// Each reading decides.
pub(super) fn alarm(source: AlarmSource) -> Alarm {
    alarm_on(source)
}

/// An answer of Prometheus with these values.
pub(super) fn vector(at: Time, values: &[&str]) -> String {
    let at = at.0 / 1_000;
    let series = values
        .iter()
        .enumerate()
        .map(|(n, value)| format!(r#"{{"metric":{{"n":"{n}"}},"value":[{at},"{value}"]}}"#));
    let series: Vec<String> = series.collect();
    let series = series.join(",");
    format!(r#"{{"status":"success","data":{{"resultType":"vector","result":[{series}]}}}}"#)
}

/// An answer of Alertmanager with so many active alerts, as long as they are in a storm.
pub(super) fn alerts(numbers: std::ops::Range<usize>) -> String {
    let alerts = numbers.map(|n| {
        format!(
            r#"{{"annotations":{{"description":"{:300}","runbook_url":"https://wiki.example.com/runbooks/faults"}},"endsAt":"2026-11-27T08:00:00.000Z","fingerprint":"{n:016x}","receivers":[{{"name":"us"}}],"startsAt":"2026-11-27T07:00:00.000Z","status":{{"inhibitedBy":[],"silencedBy":[],"state":"active"}},"updatedAt":"2026-11-27T07:00:00.000Z","generatorURL":"http://prometheus","labels":{{"alertname":"Faults","instance":"host-{n}:9100","severity":"page"}}}}"#,
            "far too many requests fail"
        )
    });
    format!("[{}]", alerts.collect::<Vec<_>>().join(","))
}

/// Metrics of two targets that have answered a hundred requests more each time.
pub(super) fn page(nth: usize) -> String {
    let requests = 1_000 + 100 * nth;
    format!(
        "requests_total{{target=\"h1\"}} {requests}\nrequests_total{{target=\"h2\"}} {requests}\n\
         faults_total{{target=\"h1\"}} 1\nfaults_total{{target=\"h2\"}} 1\n"
    )
}

fn prometheus(url: &str) -> AlarmSource {
    AlarmSource::Prometheus(Prometheus {
        server: server(url),
        query: "up".to_owned(),
        limit: "5%".parse().unwrap(),
        points: None,
    })
}

fn alertmanager(url: &str) -> AlarmSource {
    AlarmSource::Alertmanager(Alertmanager {
        server: server(url),
        matchers: vec!["alertname=\"Faults\"".to_owned()],
        watchdog: vec!["alertname=\"Watchdog\"".to_owned()],
    })
}

fn series(metric: &str) -> Series {
    Series {
        metric: metric.to_owned(),
        labels: Vec::new(),
    }
}

fn scrape(url: &str) -> AlarmSource {
    AlarmSource::Scrape(Scrape {
        server: server(url),
        numerator: series("faults_total"),
        denominator: series("requests_total"),
        window: Span::minutes(5),
        limit: Ppm(50_000),
        bad: Bad::High,
        minimum: 20,
    })
}

fn anomalies(url: &str) -> AlarmSource {
    let target = |name: &str| TargetName::parse(name).unwrap();
    AlarmSource::Anomalies(Anomalies {
        server: server(url),
        requests: series("requests_total"),
        faults: series("faults_total"),
        latency: series("request_duration_seconds_bucket"),
        window: Span(20),
        minimum: 50,
        targets: ["h1", "h2"].into_iter().map(target).collect(),
    })
}

fn json(url: &str) -> AlarmSource {
    AlarmSource::Json(Json {
        server: server(url),
        pointer: "/bad".to_owned(),
        limit: "0.8".parse().unwrap(),
        points: Some("/seen".to_owned()),
    })
}
