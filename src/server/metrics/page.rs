//! Writes Prometheus' text format: families with their help and type, samples with escaped labels. It
//! knows no metric.

use crate::model::{Micros, Ppm, Span};
use std::fmt::{self, Write as _};

/// Before every name, so that ours are told apart from others'.
const PREFIX: &str = "pilothouse_";

#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    /// The family that samples belong to.
    family: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Count(u64),
    Seconds(Span),
    /// Seconds, too.
    Micros(Micros),
    /// From 0 to 1.
    Share(Ppm),
}

impl Value {
    pub(super) fn of(count: usize) -> Self {
        Value::Count(u64::try_from(count).unwrap_or(u64::MAX))
    }
}

impl Page {
    /// Begins a family.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.family = format!("{PREFIX}{name}");
        let family = &self.family;
        let head = format!("# HELP {family} {help}\n# TYPE {family} {kind}\n");
        self.text.push_str(&head);
    }

    /// Adds a sample to the family.
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: Value) {
        self.part("", labels, value);
    }

    /// Adds what a histogram has counted: its bounds with how many were within each and not within
    /// the one before, and of all how many and their sum.
    pub(super) fn histogram(&mut self, within: &[(Micros, u64)], count: u64, sum: Micros) {
        let mut below = 0;
        for (bound, within) in within {
            below += within;
            let bound = Value::Micros(*bound).to_string();
            self.part("_bucket", &[("le", &bound)], Value::Count(below));
        }
        self.part("_bucket", &[("le", "+Inf")], Value::Count(count));
        self.part("_sum", &[], Value::Micros(sum));
        self.part("_count", &[], Value::Count(count));
    }

    fn part(&mut self, part: &str, labels: &[(&str, &str)], value: Value) {
        let labels = labels.iter();
        let labels: Vec<String> = labels
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        // Writing into a string cannot fail.
        let _written = writeln!(self.text, "{}{part}{labels} {value}", self.family);
    }

    pub(super) fn text(self) -> String {
        self.text
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |whole: u64, parts: u64| (whole / parts, whole % parts);
        match self {
            Value::Count(count) => write!(f, "{count}"),
            Value::Seconds(Span(millis)) => {
                let (seconds, rest) = of(*millis, 1_000);
                write!(f, "{seconds}.{rest:03}")
            }
            Value::Micros(Micros(millionths)) | Value::Share(Ppm(millionths)) => {
                let (whole, rest) = of(*millionths, 1_000_000);
                write!(f, "{whole}.{rest:06}")
            }
        }
    }
}

/// A label's value as it stands between quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let mut page = Page::default();
        page.family("waits_seconds", Kind::Gauge, "How long.");
        page.sample(&[], Value::Seconds(Span(61_007)));
        page.sample(&[("who", "a \"b\"\\\nc"), ("n", "1")], Value::Count(3));
        page.family("done_total", Kind::Counter, "How often.");
        page.sample(&[], Value::Share(Ppm(1_250_000)));
        page.family("took_seconds", Kind::Histogram, "How long.");
        let within = [(Micros(500), 2), (Micros(2_000_000), 1)];
        page.histogram(&within, 4, Micros(9_000_123));
        let expected = "# HELP pilothouse_waits_seconds How long.\n\
            # TYPE pilothouse_waits_seconds gauge\n\
            pilothouse_waits_seconds 61.007\n\
            pilothouse_waits_seconds{who=\"a \\\"b\\\"\\\\\\nc\",n=\"1\"} 3\n\
            # HELP pilothouse_done_total How often.\n\
            # TYPE pilothouse_done_total counter\n\
            pilothouse_done_total 1.250000\n\
            # HELP pilothouse_took_seconds How long.\n\
            # TYPE pilothouse_took_seconds histogram\n\
            pilothouse_took_seconds_bucket{le=\"0.000500\"} 2\n\
            pilothouse_took_seconds_bucket{le=\"2.000000\"} 3\n\
            pilothouse_took_seconds_bucket{le=\"+Inf\"} 4\n\
            pilothouse_took_seconds_sum 9.000123\n\
            pilothouse_took_seconds_count 4\n";
        assert_eq!(page.text(), expected);
    }
}
