//! Good answers with something wrong in them, by the source that gives them.

use super::{
    subjects::{alerts, page, vector},
    wire::Asked,
};
use pilothouse::model::{Span, Time};

/// What it is called, and what is answered.
pub(super) type Body = (&'static str, fn(&Asked<'_>) -> String);

pub(super) const PROMETHEUS: [Body; 15] = [
    ("NaN", |asked| vector(asked.now, &["0", "NaN"])),
    ("infinite", |asked| vector(asked.now, &["0", "+Inf"])),
    ("infinite below zero", |asked| {
        vector(asked.now, &["0", "-Inf"])
    }),
    ("no number", |asked| vector(asked.now, &["0", "many"])),
    ("no series", |asked| vector(asked.now, &[])),
    ("a part, and well", |asked| {
        vector(asked.now, &["0"]).replace(
            "\"success\",",
            "\"success\",\"warnings\":[\"a store is away\"],",
        )
    }),
    ("a part, and bad", |asked| {
        vector(asked.now, &["1"]).replace(
            "\"success\",",
            "\"success\",\"warnings\":[\"a store is away\"],",
        )
    }),
    ("of two minutes ago", |asked| {
        vector(Time(asked.now.0 - 120_000), &["0"])
    }),
    ("of two minutes ahead", |asked| {
        vector(asked.now + Span::minutes(2), &["0"])
    }),
    ("of no time", |asked| {
        vector(asked.now, &["0"]).replace("[1", "[1e999")
    }),
    ("an error with status 200", |_| {
        r#"{"status":"error","error":"it is full"}"#.to_owned()
    }),
    ("an error as long as a book", |_| {
        let words = "\\u001b[2Jno ".repeat(100_000);
        format!(r#"{{"status":"error","error":"{words}"}}"#)
    }),
    ("ranges", |_| {
        r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#.to_owned()
    }),
    ("twice its data", |asked| {
        let well = vector(asked.now, &["0"]);
        well.replacen("\"data\":", "\"data\":null,\"data\":", 1)
    }),
    ("ten thousand series, one bad", |asked| {
        let values = [vec!["0"; 10_000], vec!["1"]].concat();
        vector(asked.now, &values)
    }),
];

pub(super) const ALERTMANAGER: [Body; 5] = [
    ("ten thousand alerts", |_| alerts(0..10_000)),
    ("the same alert a hundred times", |_| {
        let one = alerts(7..8);
        format!("[{}]", vec![one.trim_matches(['[', ']']); 100].join(","))
    }),
    ("a state that nobody knows", |_| {
        alerts(0..1).replace("active", "burning")
    }),
    ("no fingerprint", |_| {
        alerts(0..1).replace("fingerprint", "footprint")
    }),
    ("no watchdog", |_| alerts(0..0)),
];

pub(super) const PAGES: [Body; 9] = [
    ("NaN", |asked| page(asked.nth).replace(" 1\n", " NaN\n")),
    ("infinite", |asked| {
        page(asked.nth).replace(" 1\n", " +Inf\n")
    }),
    ("below zero", |asked| {
        page(asked.nth).replace(" 1\n", " -1\n")
    }),
    ("a series twice", |asked| {
        page(asked.nth) + "faults_total{target=\"h1\"} 0\n"
    }),
    ("no faults", |asked| {
        page(asked.nth).replace("faults", "errors")
    }),
    ("no requests", |asked| {
        page(asked.nth).replace("requests", "answers")
    }),
    ("half a line", |asked| {
        let page = page(asked.nth);
        page[..page.rfind('"').unwrap()].to_owned()
    }),
    ("a time that is none", |asked| {
        page(asked.nth).replace(" 1\n", " 1 soon\n")
    }),
    ("ten thousand bad targets", |asked| {
        let targets = (0..10_000).map(|n| format!("faults_total{{target=\"x{n}\"}} 9e9\n"));
        page(asked.nth) + &targets.collect::<String>()
    }),
];

pub(super) const JSON: [Body; 8] = [
    ("NaN", |_| r#"{"bad":"NaN","seen":9}"#.to_owned()),
    ("infinite", |_| r#"{"bad":"inf","seen":9}"#.to_owned()),
    ("infinite below zero", |_| {
        r#"{"bad":"-inf","seen":9}"#.to_owned()
    }),
    ("more than a number can be", |_| {
        r#"{"bad":1e999,"seen":9}"#.to_owned()
    }),
    ("no number", |_| r#"{"bad":[0],"seen":9}"#.to_owned()),
    ("nothing there", |_| r#"{"seen":9}"#.to_owned()),
    ("twice", |_| r#"{"bad":9,"bad":0,"seen":9}"#.to_owned()),
    ("no counter", |_| r#"{"bad":0,"seen":-1}"#.to_owned()),
];
