//! An incoming webhook as Slack has it, and Mattermost and Rocket.Chat after it. Nothing that a
//! commit or an alarm says can mention anybody or pass for a link.

use crate::{
    executor::notify::{Undelivered, Worded, answer, secret},
    model::{NoticeAction, Severity, Time},
};
use serde_json::json;

pub(super) async fn send(
    http: &reqwest::Client,
    url_file: &str,
    worded: &Worded<'_>,
    now: Time,
) -> Result<(), Undelivered> {
    let url = secret(url_file).await?;
    let mut text = format!("{} {}", mark(worded), harmless(&worded.notice.title));
    if !worded.text.is_empty() {
        text = format!("{text}\n{}", harmless(&worded.text));
    }
    let body = json!({ "text": text, "link_names": false, "unfurl_links": false });
    let request = http
        .post(url)
        .header("content-type", "application/json")
        .header("idempotency-key", &worded.notice.key)
        .body(body.to_string());
    answer::settle(request, now).await
}

/// A word in front, by which the eye finds what needs somebody.
fn mark(worded: &Worded<'_>) -> &'static str {
    match (worded.notice.action, worded.notice.severity) {
        (NoticeAction::Trigger, Severity::High) => "*HIGH*",
        (NoticeAction::Trigger, Severity::Medium) => "*MEDIUM*",
        (NoticeAction::Trigger, Severity::Low) => "*LOW*",
        (NoticeAction::Acknowledge, _) => "*SEEN*",
        (NoticeAction::Resolve, _) => "*OVER*",
        (NoticeAction::Tell, _) => "*NOTE*",
    }
}

/// The three characters that Slack gives a meaning are written as it wants them, which leaves no
/// `<!channel>`; a space that shows nothing parts the `@` from its name for those who read that.
fn harmless(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('@', "@\u{200b}")
}
