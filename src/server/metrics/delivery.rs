//! The families of how well changes reached production: the figures that leads look at, over all
//! pipelines. What there is no figure for is left out, because no deployment is not a fast one.

use crate::{
    model::{Figures, Ppm, Span, Spread},
    server::metrics::page::{Kind, Page, Value},
    service::DELIVERY_DAYS,
};

/// A sample: the label that tells it from its neighbours, and its value.
type Part = (Option<(&'static str, &'static str)>, Option<Value>);

pub(super) fn delivery(page: &mut Page, figures: &Figures) {
    let days = DELIVERY_DAYS.to_string();
    for (name, help, parts) in speed(figures).into_iter().chain(safety(figures)) {
        page.family(&format!("delivery_{name}"), Kind::Gauge, help);
        for (label, value) in parts {
            let labels: Vec<_> = [("days", days.as_str())].into_iter().chain(label).collect();
            if let Some(value) = value {
                page.sample(&labels, value);
            }
        }
    }
}

/// How fast.
fn speed(figures: &Figures) -> [(&'static str, &'static str, Vec<Part>); 6] {
    [
        (
            "deployments",
            "Releases whose deployment into a production stage finished for the first time.",
            count(figures.deployments),
        ),
        (
            "changes",
            "Changes that came to be on all targets of the last stage.",
            count(figures.changes),
        ),
        (
            "lead_seconds",
            "From a change's commit to all targets of the last stage.",
            spread(figures.lead),
        ),
        (
            "approval_wait_seconds",
            "From asking people to their last approval or their no.",
            spread(figures.approval),
        ),
        (
            "blocked_ratio",
            "Of the releases' time, what they waited before a closed stage, by what closed it.",
            vec![
                (
                    Some(("by", "window")),
                    figures.blocked_window.map(Value::Share),
                ),
                (
                    Some(("by", "alarm")),
                    figures.blocked_alarm.map(Value::Share),
                ),
                (Some(("by", "hold")), figures.blocked_hold.map(Value::Share)),
            ],
        ),
        (
            "human_seconds_per_change",
            "Time of people for each change delivered.",
            span(figures.human_per_change),
        ),
    ]
}

/// How safe.
fn safety(figures: &Figures) -> [(&'static str, &'static str, Vec<Part>); 5] {
    [
        (
            "change_failure_ratio",
            "Of the releases that began in production, those rolled back or failed there.",
            share(figures.change_failure),
        ),
        (
            "restore_seconds",
            "From the start of a rollback in production, or its alarm, to its end; the median.",
            span(figures.restore),
        ),
        (
            "rollbacks",
            "Rollbacks begun in production, by themselves or by a person.",
            [
                ("itself", figures.rollbacks_auto),
                ("person", figures.rollbacks_manual),
            ]
            .map(|(by, rollbacks)| (Some(("by", by)), Some(Value::Count(rollbacks.into()))))
            .into(),
        ),
        ("overrides", "Overrides given.", count(figures.overrides)),
        (
            "hands_off_ratio",
            "Of the releases that reached the last stage, those that needed nobody.",
            share(figures.hands_off),
        ),
    ]
}

fn count(count: u32) -> Vec<Part> {
    vec![(None, Some(Value::Count(count.into())))]
}

fn span(span: Option<Span>) -> Vec<Part> {
    vec![(None, span.map(Value::Seconds))]
}

fn share(share: Option<Ppm>) -> Vec<Part> {
    vec![(None, share.map(Value::Share))]
}

fn spread(spread: Option<Spread>) -> Vec<Part> {
    vec![
        (
            Some(("quantile", "0.5")),
            spread.map(|it| Value::Seconds(it.p50)),
        ),
        (
            Some(("quantile", "0.9")),
            spread.map(|it| Value::Seconds(it.p90)),
        ),
    ]
}
