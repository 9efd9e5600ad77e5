//! The text format of Prometheus metrics pages, strictly: a page with one wrong line is no page, so
//! that an error page or half an answer never passes for numbers. It knows no alarms.
//!
//! ```text
//! # TYPE http_requests_total counter
//! http_requests_total{code="200",path="/a \"b\""} 1027 1395066363000
//! ```

use crate::model::Series;
use std::{collections::BTreeMap, fmt::Write as _};

pub(crate) type Labels = BTreeMap<String, String>;

/// What a page says, line by line.
#[derive(Debug)]
pub(crate) struct Page(Vec<Sample>);

#[derive(Debug, PartialEq)]
struct Sample {
    /// From 1.
    line: usize,
    metric: String,
    labels: Labels,
    value: f64,
}

/// What is wrong with a page.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum PageError {
    #[error("line {line} is no metrics line: {what}")]
    Syntax { line: usize, what: &'static str },
    #[error("line {line}: {value} is no value of a counter")]
    NotCounter { line: usize, value: f64 },
    #[error("line {line} tells a series again")]
    Twice { line: usize },
    #[error("has no series {}", series_in_words(.0))]
    NoSeries(Series),
    #[error("is not text")]
    NotText,
}

impl Page {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, PageError> {
        let text = std::str::from_utf8(bytes).map_err(|_bytes| PageError::NotText)?;
        let samples = (1..).zip(text.lines()).filter_map(|(line, text)| {
            let text = text.trim();
            let comment = text.is_empty() || text.starts_with('#');
            (!comment).then(|| {
                let syntax = |what| PageError::Syntax { line, what };
                sample(line, text).map_err(syntax)
            })
        });
        samples.collect::<Result<_, _>>().map(Self)
    }

    /// The counters that match. None of them is fine where the metric is there with other labels: a
    /// counter of faults comes into being with the first fault.
    pub(crate) fn counters(&self, series: &Series) -> Result<BTreeMap<Labels, u64>, PageError> {
        let mut counters = BTreeMap::new();
        let mut known = false;
        for sample in self.0.iter().filter(|s| s.metric == series.metric) {
            known = true;
            let carries = |(name, value): &(String, String)| sample.labels.get(name) == Some(value);
            if !series.labels.iter().all(carries) {
                continue;
            }
            let value = whole(sample.value).ok_or(PageError::NotCounter {
                line: sample.line,
                value: sample.value,
            })?;
            let line = sample.line;
            if counters.insert(sample.labels.clone(), value).is_some() {
                return Err(PageError::Twice { line });
            }
        }
        if known {
            Ok(counters)
        } else {
            Err(PageError::NoSeries(series.clone()))
        }
    }
}

fn sample(line: usize, text: &str) -> Result<Sample, &'static str> {
    let (metric, rest) = name(text, true).ok_or("it does not start with a metric name")?;
    let (labels, rest) = match rest.trim_start().strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None if rest.starts_with([' ', '\t']) => (Labels::new(), rest),
        None => return Err("a metric name ends with a blank or a brace"),
    };
    let mut words = rest.split_whitespace();
    let value = words.next().and_then(number).ok_or("it has no value")?;
    let timestamp = words.next().is_none_or(|at| at.parse::<i64>().is_ok());
    if !timestamp || words.next().is_some() {
        return Err("something follows the value");
    }
    Ok(Sample {
        line,
        metric: metric.to_owned(),
        labels,
        value,
    })
}

/// Labels after the opening brace, and what follows the closing one.
fn labels(mut rest: &str) -> Result<(Labels, &str), &'static str> {
    let mut labels = Labels::new();
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix('}') {
            return Ok((labels, rest));
        }
        let (label, after) = name(rest, false).ok_or("a label has no name")?;
        let quoted = after.trim_start().strip_prefix('=').map(str::trim_start);
        let quoted = quoted.and_then(|text| text.strip_prefix('"'));
        let (value, after) = quoted
            .and_then(quoted_value)
            .ok_or("a label has no quoted value")?;
        if labels.insert(label.to_owned(), value).is_some() {
            return Err("a label stands twice");
        }
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(more) => more,
            None if rest.starts_with('}') => rest,
            None => return Err("labels are not divided by commas"),
        };
    }
}

/// A label's value after the opening quote, and what follows the closing one.
fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            plain => value.push(plain),
        }
    }
}

fn name(text: &str, colons: bool) -> Option<(&str, &str)> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':');
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    let starts_well = text.starts_with(|c: char| part(c) && !c.is_ascii_digit());
    starts_well.then(|| text.split_at(end))
}

/// `1e3`, `NaN`, `+Inf`: what Go reads as a float, as far as pages use it.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A count as an integer, digits after the point cut off; none for what no counter can be.
fn whole(value: f64) -> Option<u64> {
    // By its digits, because a cast would turn nonsense into a number. -0 is a zero.
    let countable = value.is_finite() && value >= 0.0;
    countable
        .then(|| format!("{:.0}", value.trunc().abs()).parse().ok())
        .flatten()
}

fn series_in_words(series: &Series) -> String {
    let mut words = series.metric.clone();
    let mut mark = '{';
    for (name, value) in &series.labels {
        // Writing into a string cannot fail.
        let _written = write!(words, "{mark}{name}={value:?}");
        mark = ',';
    }
    if mark == ',' {
        words.push('}');
    }
    words
}

#[cfg(test)]
mod tests;
