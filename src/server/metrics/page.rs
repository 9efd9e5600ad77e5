//! Writes Prometheus' text format: families with their help and type, samples with escaped labels. It
//! knows no metric.

use crate::model::Span;
use std::fmt::Write as _;

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
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Count(u64),
    Seconds(Span),
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
        };
        self.family = format!("{PREFIX}{name}");
        let family = &self.family;
        let head = format!("# HELP {family} {help}\n# TYPE {family} {kind}\n");
        self.text.push_str(&head);
    }

    /// Adds a sample to the family.
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: Value) {
        let labels = labels.iter();
        let labels: Vec<String> = labels
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let value = match value {
            Value::Count(count) => count.to_string(),
            Value::Seconds(Span(millis)) => format!("{}.{:03}", millis / 1_000, millis % 1_000),
        };
        // Writing into a string cannot fail.
        let _written = writeln!(self.text, "{}{labels} {value}", self.family);
    }

    pub(super) fn text(self) -> String {
        self.text
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
        let expected = "# HELP pilothouse_waits_seconds How long.\n\
            # TYPE pilothouse_waits_seconds gauge\n\
            pilothouse_waits_seconds 61.007\n\
            pilothouse_waits_seconds{who=\"a \\\"b\\\"\\\\\\nc\",n=\"1\"} 3\n\
            # HELP pilothouse_done_total How often.\n\
            # TYPE pilothouse_done_total counter\n";
        assert_eq!(page.text(), expected);
    }
}
