//! What an Alertmanager can push, or fail to push, to an alarm whose watchdog was heard.

use super::told;
use crate::watch::{alarm_on, read};
use pilothouse::{
    clock, http,
    model::*,
    watch::{Inbox, Inboxes, Sights, Watch},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// So short that a test can wait for it.
const GAP: Span = Span::seconds(2);

pub(super) enum Push {
    Body(Vec<u8>),
    /// A gap passes, and nothing is pushed.
    Silence,
    /// A gap passes, in which only the watchdog is pushed.
    Calm,
    /// The server is another one.
    Restart,
}

pub(super) fn cases() -> Vec<(&'static str, Vec<Push>)> {
    let raw = |bytes: &[u8]| vec![Push::Body(bytes.to_vec())];
    let body = |body: &Value| Push::Body(body.to_string().into_bytes());
    let fires = || body(&payload(&[alert("Faults", "firing")]));
    let with = |key: &str, value: Value| {
        let mut payload = payload(&[]);
        payload[key] = value;
        vec![body(&payload)]
    };
    let bent = |change: fn(&mut Value)| {
        let mut alert = alert("Faults", "resolved");
        change(&mut alert);
        vec![body(&payload(&[alert]))]
    };
    let many = (0..10_000).map(|n| {
        let mut alert = alert("Faults", "firing");
        alert["labels"]["instance"] = json!(format!("host-{n}"));
        alert["fingerprint"] = json!(format!("{n:016x}"));
        alert
    });
    let storm = payload(&many.collect::<Vec<_>>());
    let whole = payload(&[alert("Faults", "firing")])
        .to_string()
        .into_bytes();
    let ahead = (clock::now() + Span::minutes(3)).to_string();
    let mut early = alert("Faults", "firing");
    early["startsAt"] = json!(ahead);
    vec![
        (
            "a page of HTML",
            raw(b"<!doctype html><title>Sign in</title>"),
        ),
        ("nothing in it", raw(b"")),
        ("null", raw(b"null")),
        ("an empty object", raw(b"{}")),
        ("an empty list", raw(b"[]")),
        (
            "compressed",
            raw(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01"),
        ),
        ("a hundred thousand brackets", raw(&vec![b'['; 100_000])),
        ("half of it", raw(&whole[..whole.len() / 2])),
        ("another version", with("version", json!("5"))),
        ("alerts left out", with("truncatedAlerts", json!(7))),
        ("no alerts", with("alerts", Value::Null)),
        (
            "no fingerprint",
            bent(|alert| alert["fingerprint"] = Value::Null),
        ),
        (
            "a status that nobody knows",
            bent(|alert| alert["status"] = json!("burning")),
        ),
        (
            "a time that is none",
            bent(|alert| alert["startsAt"] = json!("NaN")),
        ),
        ("of three minutes ahead", vec![body(&payload(&[early]))]),
        ("ten thousand alerts", vec![body(&storm)]),
        (
            "the same a hundred times",
            (0..100).map(|_| fires()).collect(),
        ),
        ("an end that was lost", vec![fires(), Push::Calm]),
        ("a watchdog that is silent", vec![Push::Silence]),
        (
            "a watchdog that ended",
            vec![body(&payload(&[alert("Watchdog", "resolved")]))],
        ),
        ("a restart", vec![Push::Restart]),
    ]
}

fn alert(name: &str, status: &str) -> Value {
    json!({
        "status": status, "labels": { "alertname": name }, "annotations": {},
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-01-01T00:01:00Z",
        "generatorURL": "", "fingerprint": name,
    })
}

fn payload(alerts: &[Value]) -> Value {
    json!({ "version": "4", "truncatedAlerts": 0, "alerts": alerts })
}

fn alarm() -> Alarm {
    let matcher = |text: &str| vec![text.to_owned()];
    alarm_on(AlarmSource::Webhook(Webhook {
        secret_file: "nobody reads it here".to_owned(),
        matchers: matcher("alertname=\"Faults\""),
        watchdog: matcher("alertname=\"Watchdog\""),
        max_gap: GAP,
    }))
}

fn watch(inboxes: &Inboxes) -> Watch {
    let http = http::outbound(Duration::from_secs(1)).unwrap();
    Watch::new(&[alarm()], http, Sights::default(), inboxes)
}

/// What is read after all these.
pub(super) async fn said(pushes: Vec<Push>) -> String {
    let inboxes = Inboxes::default();
    let held = inboxes.hold(&[alarm()]);
    let mut watch = watch(&inboxes);
    while read(&mut watch).await.level != AlarmLevel::Ok {
        bark(&held[0]);
        sleep(Duration::from_millis(20)).await;
    }
    for push in pushes {
        match push {
            // What is wrong with it is said by the alarm, too.
            Push::Body(body) => drop(held[0].take(clock::now(), &body)),
            Push::Silence => sleep((GAP + GAP).std()).await,
            Push::Calm => {
                for _ in 0..120 {
                    bark(&held[0]);
                    sleep(Duration::from_millis(20)).await;
                }
            }
            Push::Restart => watch = self::watch(&Inboxes::default()),
        }
    }
    told(&read(&mut watch).await, "URL")
}

fn bark(inbox: &Inbox) {
    let watchdog = payload(&[alert("Watchdog", "firing")]);
    let body = watchdog.to_string();
    inbox.take(clock::now(), body.as_bytes()).unwrap();
}
