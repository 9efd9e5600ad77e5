//! An instant query to Prometheus, or to whatever speaks its interface. One series beyond the limit is
//! enough to be bad; to be well, every series must be a number.
//!
//! A partial answer (one with warnings) is no data unless it is bad: what was left out can only make
//! it worse.

use crate::{
    model::{Measure, Prometheus, Server, Span, Time},
    watch::{
        ask::{ANSWER_MOST, Answers, Ask, Get, escaped},
        counter::Counter,
        exposition::Labels,
        number,
        source::{Judged, Look, Source},
    },
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An answer evaluated longer ago than this is an old one that somebody kept.
const FRESH: Span = Span::minutes(1);

#[derive(Debug)]
pub(crate) struct Query {
    prometheus: Prometheus,
    value: Get,
    count: Option<Get>,
    points: Counter,
}

impl Source for Query {
    fn asks(&self) -> Vec<Ask> {
        let both = std::iter::once(&self.value).chain(&self.count);
        both.map(|get| Ask::Get(get.clone())).collect()
    }

    fn read(&mut self, _at: Span, now: Time, answers: &Answers) -> Look {
        let said = answers.body(&self.value);
        let judged = said.and_then(|body| {
            judge(body, now, self.prometheus.limit)
                .map_err(|why| format!("{}: {why}", self.value.shown))
        });
        let points = self.counted(now, answers);
        Look::of(judged, points)
    }
}

impl Query {
    pub(crate) fn new(prometheus: &Prometheus) -> Self {
        let get = |query: &String| get(&prometheus.server, query);
        Self {
            value: get(&prometheus.query),
            count: prometheus.points.as_ref().map(get),
            points: Counter::default(),
            prometheus: prometheus.clone(),
        }
    }

    /// The increase of the counters since the round before. Where they cannot be read nothing
    /// counts, and the bake waits.
    fn counted(&mut self, now: Time, answers: &Answers) -> u64 {
        let Some(get) = &self.count else {
            return 0;
        };
        let counters = answers.body(get).and_then(|body| counters(body, now));
        match counters {
            Ok(counters) => self.points.advance(counters),
            Err(_why) => {
                self.points.interrupted();
                0
            }
        }
    }
}

fn get(server: &Server, query: &str) -> Get {
    let base = server.url.trim_end_matches('/');
    Get {
        url: format!("{base}/api/v1/query?query={}", escaped(query)),
        login: server.login.clone(),
        accept: "application/json",
        most: ANSWER_MOST,
        shown: server.shown(),
    }
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Option<Data>,
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Element>),
    Scalar(Point),
    Matrix(serde::de::IgnoredAny),
    String(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Element {
    metric: Labels,
    value: Option<Point>,
}

/// When it was evaluated, in seconds, and the value as text.
#[derive(Deserialize)]
struct Point(f64, String);

/// The series of an answer, and the warning that makes it a partial one.
struct Told {
    series: Vec<(Labels, f64)>,
    partial: Option<String>,
}

pub(super) fn judge(body: &[u8], now: Time, limit: Measure) -> Result<Judged, String> {
    let told = told(body, now)?;
    let values = told
        .series
        .iter()
        .map(|(_, value)| number::measure(*value, limit));
    let values: Vec<Option<Measure>> = values.collect();
    let worst = values.iter().flatten().max().copied();
    let judged = worst.map(|worst| Judged::against(worst, limit));
    match (judged, told.partial) {
        (Some(judged), _) if judged.above => Ok(judged),
        (None, _) if values.is_empty() => Err("the query gives no series".to_owned()),
        (_, Some(warning)) => Err(format!("the answer is partial: {warning}")),
        (Some(judged), None) if !values.contains(&None) => Ok(judged),
        (Some(_) | None, None) => Err("the query gives NaN or what is infinitely good".to_owned()),
    }
}

fn counters(body: &[u8], now: Time) -> Result<BTreeMap<Labels, u64>, String> {
    let told = told(body, now)?;
    if let Some(warning) = told.partial {
        return Err(warning);
    }
    let counters = told.series.into_iter().map(|(labels, value)| {
        let count = number::count(value);
        let count = count.ok_or_else(|| format!("{value} is no value of a counter"))?;
        Ok((labels, count))
    });
    counters.collect()
}

fn told(body: &[u8], now: Time) -> Result<Told, String> {
    let answer: Answer =
        serde_json::from_slice(body).map_err(|why| format!("is no answer of Prometheus: {why}"))?;
    if answer.status != "success" {
        let why = answer.error.unwrap_or(answer.status);
        return Err(format!("refuses the query: {why}"));
    }
    let series: Vec<(Labels, Point)> = match answer.data {
        Some(Data::Vector(elements)) => elements
            .into_iter()
            .map(|element| {
                let point = element.value.ok_or("a series of it has no value")?;
                Ok((element.metric, point))
            })
            .collect::<Result<_, String>>()?,
        Some(Data::Scalar(point)) => vec![(Labels::new(), point)],
        Some(Data::Matrix(_)) => {
            return Err("the query gives ranges; an alarm needs one value now".to_owned());
        }
        Some(Data::String(_)) => return Err("the query gives a text".to_owned()),
        None => return Err("is no answer of Prometheus: it has no data".to_owned()),
    };
    let series = series.into_iter().map(|(labels, Point(at, value))| {
        let at = Time(seconds(at)?);
        if now.since(at).max(at.since(now)) > FRESH {
            return Err(format!("the answer is of {at}, and here it is {now}"));
        }
        let number = value
            .parse()
            .map_err(|_why| format!("{value:?} is no number"))?;
        Ok((labels, number))
    });
    Ok(Told {
        series: series.collect::<Result<_, String>>()?,
        partial: answer.warnings.into_iter().next(),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from a float saturates, and so far away is not fresh either"
)]
fn seconds(at: f64) -> Result<i64, String> {
    let known = at.is_finite().then_some((at * 1e3) as i64);
    known.ok_or_else(|| "is no answer of Prometheus: it has no time".to_owned())
}

#[cfg(test)]
mod tests;
