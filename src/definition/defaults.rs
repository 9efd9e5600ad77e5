//! What holds where a definition says nothing, in one table. Two more defaults depend on their
//! stage: `deploy.one_box` is true in production and false in test stages, and a stage bakes only
//! where it says so.

use crate::definition::node::Value;

/// Key, and its value as a definition would write it.
const DEFAULTS: &[(&str, &str)] = &[
    ("kind", "application"),
    // Longer than a weekend's closed window, which nobody has to deal with.
    ("blocked_ticket_after", "3d"),
    ("watch.every", "10s"),
    ("watch.anomalies.requests", "requests_total"),
    ("watch.anomalies.faults", "faults_total"),
    ("watch.anomalies.latency", "request_duration_seconds_bucket"),
    ("watch.anomalies.window", "1m"),
    ("watch.anomalies.minimum", "50"),
    ("source.branch", "main"),
    ("source.poll", "30s"),
    ("source.review.trailer", "Reviewed-by"),
    ("source.review.not_author", "true"),
    ("source.also.branch", "main"),
    ("source.also.poll", "30s"),
    ("source.also.review.trailer", "Reviewed-by"),
    ("source.also.review.not_author", "true"),
    ("build.timeout", "10m"),
    ("build.checks.timeout", "30m"),
    ("build.coverage.lines", "changed"),
    ("build.checks.parallel", "false"),
    ("stage.deploy.timeout", "10m"),
    // One target out at a time is the slowest rollout and the safest; a rollback is urgent.
    ("stage.deploy.max_unavailable", "1"),
    ("stage.deploy.rollback_max_unavailable", "50%"),
    ("stage.deploy.rollback", "both-ways"),
    ("stage.deploy.strategy", "rolling"),
    ("stage.deploy.weights", "5, 25, 50, 100"),
    ("stage.deploy.weight_bake", "10m"),
    ("stage.deploy.weight_data_points", "0"),
    ("stage.deploy.keep", "1h"),
    ("stage.approval.timeout", "30m"),
    ("stage.approval.parallel", "false"),
    ("stage.approval.count", "1"),
    ("stage.approval.not_author", "true"),
    ("stage.approval.undo", "10s"),
    ("stage.approval.expires", "24h"),
    ("stage.approval.yield_after", "4h"),
    ("stage.bake.data_points", "0"),
    ("alarm.scope", "stage"),
    ("alarm.severity", "high"),
    ("alarm.fire", "3 of 5"),
    ("alarm.clear", "3"),
    ("alarm.scrape.minimum", "10"),
    ("window.stagger", "0s"),
    ("route.rate", "30 in 10m"),
    // Nobody wants to hear on Monday what Saturday's outage of the chat kept back.
    ("route.give_up_after", "24h"),
    ("route.title", "{title}"),
    (
        "route.text",
        "{details}\npilothouse open {place}\n{runbook}",
    ),
    // What is not high can wait for the morning, such as a rollback that works.
    ("route.quiet.below", "high"),
    (
        "route.to.pagerduty.url",
        "https://events.pagerduty.com/v2/enqueue",
    ),
    ("route.to.mail.tls", "starttls"),
    // When the line goes on again, its pipelines begin within this, each at its own moment.
    ("drain", "10m"),
    ("on_call.turn", "7d"),
];

/// The default of a key, if it has one.
pub(crate) fn of(kind: &str) -> Option<Value> {
    let (_, text) = DEFAULTS.iter().find(|(key, _)| *key == kind)?;
    let value = match *text {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => Value::Integer(digits.to_owned()),
        text => Value::Text(text.to_owned()),
    };
    Some(value)
}
