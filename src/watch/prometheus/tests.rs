//! What Prometheus, and what stands in its place, may answer.

use super::*;
use crate::model::Bad;

const NOW: Time = Time(1_700_000_000_000);

fn answer(data: &str) -> String {
    format!(r#"{{"status":"success","data":{data}}}"#)
}

fn vector(values: &[&str]) -> String {
    let element = |(n, value): (usize, &&str)| {
        format!(r#"{{"metric":{{"n":"{n}"}},"value":[1700000000.5,"{value}"]}}"#)
    };
    let elements: Vec<String> = values.iter().enumerate().map(element).collect();
    let elements = elements.join(",");
    format!(r#"{{"resultType":"vector","result":[{elements}]}}"#)
}

fn said(body: &str) -> String {
    let limit = "0.05".parse().unwrap();
    match judge(body.as_bytes(), NOW, limit) {
        Ok(Judged { above, value }) => {
            let value = value.map_or_else(String::new, |value| value.to_string());
            format!("{} {value}", if above { "BAD" } else { "ok" })
        }
        Err(why) => why,
    }
}

#[test]
fn values_of_every_kind() {
    for (values, expected) in [
        (&["0.01"][..], "ok 0.01"),
        (&["0.05"], "ok 0.05"),
        (&["0.01", "0.06"], "BAD 0.06"),
        (&["NaN", "0.06"], "BAD 0.06"),
        (
            &["NaN", "0.01"],
            "the query gives NaN or what is infinitely good",
        ),
        (&["NaN"], "the query gives NaN or what is infinitely good"),
        (&["-Inf"], "the query gives NaN or what is infinitely good"),
        (&["+Inf"], "BAD 18446744073709.551615"),
        (&["1e-3"], "ok 0.001"),
        (&["five"], "\"five\" is no number"),
        (&[], "the query gives no series"),
    ] {
        assert_eq!(said(&answer(&vector(values))), expected, "{values:?}");
    }
}

#[test]
fn of_several_series_the_lowest_counts_where_low_is_bad() {
    let limit = Measure::number(50_000).bad_when(Bad::Low);
    for (values, expected) in [
        (&["0.05", "9"][..], Ok((false, 50_000))),
        (&["0.04", "9"], Ok((true, 40_000))),
        (&["NaN", "0.04"], Ok((true, 40_000))),
        (
            &["NaN", "9"],
            Err("the query gives NaN or what is infinitely good"),
        ),
        (
            &["+Inf"],
            Err("the query gives NaN or what is infinitely good"),
        ),
    ] {
        let judged = judge(answer(&vector(values)).as_bytes(), NOW, limit);
        let said = judged.map(|it| (it.above, it.value.map_or(0, |value| value.millionths)));
        assert_eq!(said, expected.map_err(str::to_owned), "{values:?}");
    }
}

#[test]
fn answers_of_every_kind() {
    let partial = |values: &[&str]| {
        let (warnings, data) = (r#"["store eu is down"]"#, vector(values));
        format!(r#"{{"status":"success","warnings":{warnings},"data":{data}}}"#)
    };
    let of = |at: &str| answer(&format!(r#"{{"resultType":"scalar","result":[{at},"0"]}}"#));
    for (body, expected) in [
        (of("1700000000"), "ok 0"),
        (partial(&["0.06"]), "BAD 0.06"),
        (
            partial(&["0.01"]),
            "the answer is partial: store eu is down",
        ),
        (partial(&[]), "the query gives no series"),
        (
            of("1699999000"),
            "the answer is of 2023-11-14T21:56:40Z, and here it is 2023-11-14T22:13:20Z",
        ),
        (
            of("1700000100"),
            "the answer is of 2023-11-14T22:15:00Z, and here it is 2023-11-14T22:13:20Z",
        ),
        (
            answer(r#"{"resultType":"matrix","result":[]}"#),
            "the query gives ranges; an alarm needs one value now",
        ),
        (
            answer(r#"{"resultType":"string","result":[1,"x"]}"#),
            "the query gives a text",
        ),
        (
            r#"{"status":"error","errorType":"bad_data","error":"no such function"}"#.to_owned(),
            "refuses the query: no such function",
        ),
        (
            r#"{"status":"success"}"#.to_owned(),
            "is no answer of Prometheus: it has no data",
        ),
    ] {
        assert_eq!(said(&body), expected, "{body}");
    }
    for garbage in [
        "",
        "<html>ok</html>",
        "{}",
        "[]",
        "{\"status\":1}",
        "\u{1f8b}",
    ] {
        let why = said(garbage);
        assert!(why.starts_with("is no answer of Prometheus"), "{why}");
    }
}

#[test]
fn a_query_is_escaped() {
    let server = Server {
        url: "http://prom:9090/".to_owned(),
        login: None,
    };
    assert_eq!(
        get(&server, "sum(x{a=\"b c\"}) > 0").url,
        "http://prom:9090/api/v1/query?query=sum%28x%7Ba%3D%22b%20c%22%7D%29%20%3E%200"
    );
}
