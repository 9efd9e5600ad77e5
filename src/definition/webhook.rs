//! Alerts that an Alertmanager pushes to us: the `webhook` of an alarm, and `[watch.webhook]`, which
//! says once what holds for all of a pipeline's.

use crate::{
    definition::{alarm_source::matchers, fields::Fields, node::Value},
    model::{AlarmSource, Span, Webhook},
};

/// Several groups of alerts repeated once a minute, and a lost one.
const MAX_GAP: Span = Span::minutes(5);

/// What alarms need not say themselves.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    secret_file: Option<String>,
    watchdog: Vec<String>,
    max_gap: Option<Span>,
}

impl Usual {
    /// As `[watch.webhook]` has it.
    pub(crate) fn of(watch: &Fields<'_>) -> Self {
        let Some(fields) = watch.optional_table("webhook") else {
            return Self::default();
        };
        let usual = Self {
            secret_file: fields.optional("secret_file"),
            watchdog: matchers(&fields, "watchdog"),
            max_gap: max_gap(&fields, MAX_GAP),
        };
        fields.finish();
        usual
    }
}

pub(crate) fn webhook(fields: &Fields<'_>, usual: &Usual) -> Option<AlarmSource> {
    let secret_file = fields.optional("secret_file");
    let secret_file = secret_file.or_else(|| usual.secret_file.clone());
    let matchers = alerts(fields);
    let own = self::matchers(fields, "watchdog");
    let watchdog = if own.is_empty() {
        usual.watchdog.clone()
    } else {
        own
    };
    let max_gap = max_gap(fields, usual.max_gap.unwrap_or(MAX_GAP));
    fields.finish();
    if secret_file.is_none() {
        let what = format!(
            "{} needs `secret_file`: a file with the one line that Alertmanager sends as its credentials",
            fields.subject()
        );
        fields.report().absence(&fields.place, what);
    }
    if watchdog.is_empty() && !fields.has("watchdog") {
        let what = format!(
            "{} needs `watchdog` such as [\"alertname=\\\"Watchdog\\\"\"], an alert that always fires: without it silence says nothing",
            fields.subject()
        );
        fields.report().absence(&fields.place, what);
    }
    Some(AlarmSource::Webhook(Webhook {
        secret_file: secret_file?,
        matchers,
        watchdog,
        max_gap: max_gap?,
    }))
}

/// Of the alerts that count; without any, every alert would.
pub(crate) fn alerts(fields: &Fields<'_>) -> Vec<String> {
    let matchers = matchers(fields, "matchers");
    if matchers.is_empty() {
        let what = format!(
            "{} needs `matchers` such as [\"alertname=\\\"Faults\\\"\"]: without, every alert counts",
            fields.subject()
        );
        fields.report().absence(&fields.place, what);
    }
    matchers
}

fn max_gap(fields: &Fields<'_>, usual: Span) -> Option<Span> {
    let gap: Option<Span> = fields.or("max_gap", &Value::Text(usual.to_string()));
    if gap.is_some_and(Span::is_zero) {
        let what = format!("{}.max_gap must be longer than zero", fields.subject());
        fields.report().problem(fields.place_of("max_gap"), what);
    }
    gap
}
