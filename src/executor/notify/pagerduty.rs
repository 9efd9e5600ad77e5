//! PagerDuty's Events API v2: an incident is triggered, acknowledged and resolved under one key,
//! which is what the notice is about.

use crate::{
    executor::notify::{Undelivered, Worded, answer, secret},
    model::{NoticeAction, NoticeKind, Severity, Time, plain},
};
use serde_json::{Value, json};

/// Limits of the API.
const SUMMARY_MOST: usize = 1_024;
const KEY_MOST: usize = 255;

pub(super) async fn send(
    http: &reqwest::Client,
    (url, routing_key_file): (&str, &str),
    worded: &Worded<'_>,
    now: Time,
) -> Result<(), Undelivered> {
    let routing_key = secret(routing_key_file).await?;
    let request = http
        .post(url)
        .header("content-type", "application/json")
        .body(event(&routing_key, worded).to_string());
    answer::settle(request, now).await
}

fn event(routing_key: &str, worded: &Worded<'_>) -> Value {
    let notice = &worded.notice;
    let dedup_key: String = notice.about.chars().take(KEY_MOST).collect();
    let action = match notice.action {
        NoticeAction::Trigger | NoticeAction::Tell => "trigger",
        NoticeAction::Acknowledge => "acknowledge",
        NoticeAction::Resolve => "resolve",
    };
    let mut event = json!({
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": dedup_key,
    });
    if action == "trigger" {
        let source = notice.pipeline.as_ref();
        event["client"] = json!("Pilothouse");
        event["payload"] = json!({
            "summary": plain(&notice.title, SUMMARY_MOST),
            "source": source.map_or("pilothouse", |pipeline| pipeline.as_str()),
            "severity": severity(worded),
            "timestamp": notice.at,
            "component": notice.stage,
            "group": notice.owner,
            "class": notice.kind,
            "custom_details": { "text": worded.text, "idempotency_key": notice.key },
        });
        let link = |href: &String| json!({ "href": href, "text": "runbook" });
        event["links"] = notice.runbook.iter().map(link).collect();
    }
    event
}

fn severity(worded: &Worded<'_>) -> &'static str {
    match (worded.notice.kind, worded.notice.severity) {
        (NoticeKind::Test, _) => "info",
        (_, Severity::High) => "critical",
        (_, Severity::Medium) => "error",
        (_, Severity::Low) => "warning",
    }
}
