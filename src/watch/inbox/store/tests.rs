//! What pushed alerts come to: a table of nights, and that neither order nor repetition matters.

use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

/// The wall's time at the beginning of every night.
const DAWN: Time = Time(1_800_000_000_000);

const GAP: Span = Span::minutes(1);

const EARLY: &str = "its watchdog has been heard for less than 1m, so silence says nothing yet";

fn heed() -> Heed {
    let read = |text: &str| vec![text.parse().unwrap()];
    Heed {
        alerts: read("alertname=~\"F.*\""),
        watchdog: read("alertname=\"W\""),
        written: vec!["alertname=\"W\"".to_owned()],
        gap: GAP,
    }
}

/// One alert: `+F 3` fires since second 3, `-F 3 9` ended at second 9.
fn alert(text: &str) -> Value {
    let mut words = text[1..].split(' ');
    let name = words.next().unwrap();
    let mut moment = || {
        let second = words.next().and_then(|word| word.parse::<i64>().ok());
        second.map(|second| Time(DAWN.0 + second * 1_000).to_string())
    };
    let starts = moment().unwrap_or_else(|| DAWN.to_string());
    let status = if text.starts_with('+') {
        "firing"
    } else {
        "resolved"
    };
    let ends = if status == "firing" {
        "0001-01-01T00:00:00Z".to_owned()
    } else {
        moment().unwrap_or_else(|| starts.clone())
    };
    json!({
        "status": status, "labels": { "alertname": name }, "annotations": { "summary": "x" },
        "startsAt": starts, "endsAt": ends, "generatorURL": "http://x", "fingerprint": name,
    })
}

fn payload(alerts: &[&str]) -> Value {
    let alerts: Vec<Value> = alerts.iter().map(|text| alert(text)).collect();
    json!({
        "version": "4", "groupKey": "{}", "truncatedAlerts": 0, "status": "firing",
        "receiver": "us", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
        "externalURL": "http://x", "alerts": alerts,
    })
}

fn take(store: &mut Store, second: u64, body: &Value) -> Result<(), String> {
    let now = DAWN + Span::seconds(second);
    store.take(Span::seconds(second), now, body.to_string().as_bytes())
}

/// What is said at a second: `ok`, `2 fire`, or the reason.
fn said(store: &mut Store, second: u64) -> String {
    match store.firing(Span::seconds(second), &heed()) {
        Ok(0) => "ok".to_owned(),
        Ok(firing) => format!("{firing} fire"),
        Err(why) => why,
    }
}

fn attentive() -> Store {
    let mut store = Store::default();
    store.attend(Span::ZERO, &heed());
    store
}

/// A store whose watchdog has been heard for longer than a gap, up to a second.
fn at_ease(second: u64) -> Store {
    let mut store = attentive();
    for at in (0..=second).step_by(30) {
        take(&mut store, at, &payload(&["+W"])).unwrap();
    }
    store
}

/// Each night: what is pushed at which second (alerts with commas between them), and what is said.
#[test]
fn nights() {
    for night in [
        &[
            (0, "", "its watchdog has not been heard"),
            (0, "+W", EARLY),
            (50, "+W", EARLY),
            (60, "", "ok"),
            (110, "", "ok"),
            (111, "", "its watchdog has been silent for more than 1m"),
            // After a gap it begins anew.
            (112, "+W", EARLY),
            (150, "+W", EARLY),
            (172, "", "ok"),
        ][..],
        &[
            // What fires is taken at its word, whoever else is silent.
            (0, "+F", "1 fire"),
            (10, "+F,+F2,+G", "2 fire"),
            (40, "-F2 0 30,+W", "1 fire"),
            (
                71,
                "+W",
                "alert F fired, and for more than 1m neither that nor its end was told",
            ),
            (
                100,
                "+W",
                "alert F fired, and for more than 1m neither that nor its end was told",
            ),
            (110, "-F 0 60,+W", "ok"),
            // The same again, late, changes nothing; a new start does.
            (111, "+F 0,+F 0", "ok"),
            (120, "+F 90,+W", "1 fire"),
            (121, "-F 0 60", "1 fire"),
            (122, "-F 90 122,+W", "ok"),
        ],
        &[
            // Two servers report one alert, each with a start of its own.
            (0, "+F 7", "1 fire"),
            (5, "+F 0", "1 fire"),
            (30, "-F 0 29,+W", EARLY),
        ],
        &[
            // Its end came from a server that had not heard of it for a while.
            (0, "+F,+W", "1 fire"),
            (50, "-F 0 50,+W", EARLY),
            (100, "+F 0,+W", "ok"),
            (
                130,
                "+F 0,+W",
                "alert F is told as firing, though its end was told before",
            ),
            (150, "-F 0 149,+W", "ok"),
        ],
        &[
            // A watchdog that ended says nothing, and begins anew.
            (0, "+W", EARLY),
            (50, "+W", EARLY),
            (
                70,
                "-W 0 70",
                "its watchdog does not fire, so silence says nothing",
            ),
            (80, "+W 79", EARLY),
            (130, "+W 79", "ok"),
        ],
    ] {
        let mut store = attentive();
        for (second, pushed, expected) in night {
            if !pushed.is_empty() {
                let alerts: Vec<&str> = pushed.split(',').collect();
                take(&mut store, *second, &payload(&alerts)).unwrap();
            }
            assert_eq!(said(&mut store, *second), *expected, "{second}: {pushed}");
        }
    }
}

/// What comes at second 100 to who was at ease, what is said of it, and how long that holds.
#[test]
fn whatever_was_missed_is_no_data_for_a_gap() {
    let none = payload(&[]);
    let with = |key: &str, value: Value| {
        let mut body = none.clone();
        body[key] = value;
        body
    };
    let wrong = |change: fn(&mut Value)| {
        let mut body = payload(&["-F 0 9"]);
        change(&mut body["alerts"][0]);
        body
    };
    for (body, words) in [
        (with("truncatedAlerts", json!(3)), "has left 3 alerts out"),
        (
            with("version", json!("5")),
            "is of version \"5\"; only 4 is known",
        ),
        (
            with("version", json!(4)),
            "is not what Alertmanager pushes: invalid type",
        ),
        (
            with("alerts", Value::Null),
            "is not what Alertmanager pushes: invalid type",
        ),
        (
            with("truncatedAlerts", json!(-1)),
            "is not what Alertmanager pushes: invalid value",
        ),
        (json!([]), "is not what Alertmanager pushes"),
        (json!("<html>"), "is not what Alertmanager pushes"),
        (
            payload(&["+F 161"]),
            "tells of 2027-01-15T08:02:41Z, and here it is",
        ),
        (
            payload(&["-F 0 161"]),
            "tells of 2027-01-15T08:02:41Z, and here it is",
        ),
        (
            wrong(|alert| alert["status"] = json!("suppressed")),
            "unknown variant",
        ),
        (
            wrong(|alert| alert["startsAt"] = json!("soon")),
            "is not an RFC 3339 instant",
        ),
        (
            wrong(|alert| alert["labels"]["n"] = json!(1)),
            "invalid type",
        ),
        (
            wrong(|alert| {
                alert.as_object_mut().unwrap().remove("fingerprint");
            }),
            "missing field",
        ),
    ] {
        let mut store = at_ease(90);
        let taken = take(&mut store, 100, &body);
        assert_eq!(taken.is_err(), !words.contains("left"), "{taken:?}");
        for at in (100..160).step_by(20) {
            let why = said(&mut store, at);
            let begins = "within 1m something was pushed that ";
            assert!(why.starts_with(begins) && why.contains(words), "{why}");
            assert!(why.len() < 300, "{why}");
            take(&mut store, at, &payload(&["+W"])).unwrap();
        }
        assert_eq!(said(&mut store, 161), "ok");
    }
}

#[test]
fn clocks_may_differ_a_little() {
    let mut store = at_ease(90);
    take(&mut store, 100, &payload(&["+F 160"])).unwrap();
    assert_eq!(said(&mut store, 100), "1 fire");
    take(&mut store, 100, &payload(&["-F 160 160"])).unwrap();
    assert_eq!(said(&mut store, 100), "ok");
}

/// Ten thousand alerts are counted; what finds no room was missed, and what is over makes room.
#[test]
fn it_is_bounded() {
    let many = |sign: &str, range: std::ops::Range<usize>| {
        let alerts: Vec<String> = range.map(|n| format!("{sign}F{n} 0 1")).collect();
        let alerts: Vec<&str> = alerts.iter().map(String::as_str).collect();
        payload(&alerts)
    };
    let mut store = at_ease(90);
    take(&mut store, 90, &many("+", 0..10_000)).unwrap();
    assert_eq!(said(&mut store, 90), "10000 fire");
    take(&mut store, 91, &many("-", 0..10_000)).unwrap();
    assert_eq!(said(&mut store, 91), "ok");
    // These are remembered, so that late news of them revive none.
    take(&mut store, 92, &many("-", 10_000..25_000)).unwrap();
    assert_eq!(store.alerts.len(), ALERTS_MOST);
    let full =
        "within 1m something was pushed that found no room beside the 20000 alerts that are kept";
    assert_eq!(said(&mut store, 92), full);

    let later = 2 * 3_600;
    for at in (later - 120..=later).step_by(30) {
        take(&mut store, at, &payload(&["+W", "+F later"])).unwrap();
    }
    assert_eq!(said(&mut store, later), "1 fire");
    assert_eq!(store.alerts.len(), 2, "what is long over made room");
    assert_eq!(store.bytes, 2 * ("alertname".len() + 1 + 1));

    let huge = "x".repeat(BYTES_MOST);
    take(&mut store, later, &payload(&[&format!("+G{huge}")])).unwrap();
    assert_eq!(store.alerts.len(), 2);
    take(&mut store, later + 1, &payload(&["-F later"])).unwrap();
    assert!(said(&mut store, later + 1).contains("found no room"));
}

#[test]
fn one_fingerprint_may_be_of_two_alerts() {
    let mut store = at_ease(90);
    let mut other = payload(&["-F 0 9", "+F"]);
    other["alerts"][1]["labels"]["zone"] = json!("b");
    take(&mut store, 90, &other).unwrap();
    assert_eq!(said(&mut store, 90), "1 fire");
}

fn pushes() -> impl Strategy<Value = Vec<String>> {
    let one = (
        any::<bool>(),
        prop::sample::select(vec!["F", "F2", "W"]),
        0..4_i64,
        0..3_i64,
    );
    let one = one.prop_map(|(fires, name, starts, lasts)| {
        let sign = if fires { '+' } else { '-' };
        format!("{sign}{name} {starts} {}", starts + lasts)
    });
    prop::collection::vec(one, 0..9)
}

proptest! {
    /// However often and in whatever order the same is pushed, one payload or many, it comes to the
    /// same, then and later.
    #[test]
    fn neither_order_nor_repetition_matters(
        (pushed, again) in pushes().prop_flat_map(|pushed| {
            let twice = [pushed.clone(), pushed.clone()].concat();
            let some = prop::sample::subsequence(twice.clone(), 0..=twice.len());
            let again = some.prop_map({
                let pushed = pushed.clone();
                move |more| [pushed.clone(), more].concat()
            });
            (Just(pushed), again.prop_shuffle())
        }),
        at_once in any::<bool>(),
    ) {
        let (mut one, mut other) = (at_ease(90), at_ease(90));
        for text in &pushed {
            take(&mut one, 100, &payload(&[text])).unwrap();
        }
        if at_once {
            let all: Vec<&str> = again.iter().map(String::as_str).collect();
            take(&mut other, 100, &payload(&all)).unwrap();
        } else {
            for text in &again {
                take(&mut other, 100, &payload(&[text])).unwrap();
            }
        }
        prop_assert_eq!(&one.alerts, &other.alerts);
        for second in [100, 130, 161, 200] {
            prop_assert_eq!(said(&mut one, second), said(&mut other, second));
        }
    }
}
