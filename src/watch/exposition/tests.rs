//! Pages as they come, and as they should never pass.

use super::*;

fn series(metric: &str, labels: &[(&str, &str)]) -> Series {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Series {
        metric: metric.to_owned(),
        labels: labels.iter().map(own).collect(),
    }
}

#[test]
fn a_page_with_everything_that_is_allowed() {
    let page = r#"
# HELP up what
#TYPE up gauge
up NaN
temperature -3.5e1	1395066363000
h_bucket{le="+Inf",} 3
requests:total { code = "200" , path="/a \"b\" \\ \n}{,=" } 1.027e3
requests:total{code="500"} 7.9
requests:total{path="/",code="500"} 2 17
"#;
    let page = Page::parse(page.as_bytes()).unwrap();
    let sum = |labels| {
        let counters = page.counters(&series("requests:total", labels)).unwrap();
        counters.values().sum::<u64>()
    };
    assert_eq!(sum(&[]), 1036);
    assert_eq!(sum(&[("code", "500")]), 9);
    assert_eq!(sum(&[("code", "500"), ("path", "/")]), 2);
    assert_eq!(sum(&[("path", "/a \"b\" \\ \n}{,=")]), 1027);
    assert_eq!(sum(&[("code", "404")]), 0);
}

#[test]
fn lines_that_are_none() {
    for (text, what) in [
        ("<!doctype html>", "it does not start with a metric name"),
        ("{\"up\":1}", "it does not start with a metric name"),
        ("9lives 1", "it does not start with a metric name"),
        ("up", "a metric name ends with a blank or a brace"),
        ("up-time 3", "a metric name ends with a blank or a brace"),
        ("up one", "it has no value"),
        ("Welcome to nginx!", "it has no value"),
        ("up{a=\"1\"}", "it has no value"),
        ("up 1 2 3", "something follows the value"),
        ("up 1 soon", "something follows the value"),
        ("up{a=1} 1", "a label has no quoted value"),
        ("up{a=\"1} 1", "a label has no quoted value"),
        ("up{a=\"\\x\"} 1", "a label has no quoted value"),
        ("up{=\"1\"} 1", "a label has no name"),
        ("up{a=\"1\" b=\"2\"} 1", "labels are not divided by commas"),
        ("up{a=\"1\",a=\"2\"} 1", "a label stands twice"),
        ("up{a=\"1\"", "labels are not divided by commas"),
    ] {
        let why = Page::parse(format!("ok 1\n{text}\n").as_bytes()).unwrap_err();
        assert_eq!(why, PageError::Syntax { line: 2, what }, "{text}");
    }
    assert_eq!(Page::parse(b"\xff").unwrap_err(), PageError::NotText);
}

#[test]
fn values_that_no_counter_has() {
    for value in ["NaN", "+Inf", "-Inf", "-1", "1e300"] {
        let page = Page::parse(format!("a_total {value}").as_bytes()).unwrap();
        let why = page.counters(&series("a_total", &[])).unwrap_err();
        assert!(
            matches!(why, PageError::NotCounter { line: 1, .. }),
            "{value}: {why}"
        );
    }
    let page = Page::parse(b"a_total 1\na_total 2").unwrap();
    let why = page.counters(&series("a_total", &[])).unwrap_err();
    assert_eq!(why, PageError::Twice { line: 2 });
    let absent = series("b_total", &[("code", "500")]);
    let why = page.counters(&absent).unwrap_err();
    assert_eq!(why.to_string(), "has no series b_total{code=\"500\"}");
}
