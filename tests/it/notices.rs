//! Notices: which are told on which route and when, as tables; and how they get there, over real
//! listeners that misbehave, a real mail server, a real command, and a real server that is killed.

mod channels;
mod outbox;
pub(crate) mod receiver;

use pilothouse::model::*;

/// A route with nothing but its defaults.
pub(crate) fn route(to: Channel) -> Route {
    Route {
        name: "chat".parse().unwrap(),
        owners: [].into(),
        pipelines: Vec::new(),
        severities: [Severity::High, Severity::Medium, Severity::Low].into(),
        kinds: [NoticeKind::Ticket, NoticeKind::Rollback].into(),
        quiet: None,
        rate: "30 in 10m".parse().unwrap(),
        give_up_after: Span::hours(24),
        title: "{title}".parse().unwrap(),
        text: "{details}\npilothouse open {place}\n{runbook}"
            .parse()
            .unwrap(),
        to,
    }
}

pub(crate) fn command() -> Channel {
    let argv = vec!["/bin/true".to_owned()];
    Channel::Command { argv }
}

pub(crate) fn pager() -> Channel {
    Channel::Pagerduty {
        url: "http://127.0.0.1:1/".to_owned(),
        routing_key_file: "/nowhere".to_owned(),
    }
}

/// `seq about action severity`, at a moment.
pub(crate) fn notice(text: &str, at: &str) -> Notice {
    let words: Vec<&str> = text.split(' ').collect();
    let [seq, about, action, severity] = words[..] else {
        panic!("{text}");
    };
    Notice {
        key: format!("j:{seq}"),
        seq: seq.parse().unwrap(),
        at: at.parse().unwrap(),
        kind: NoticeKind::Ticket,
        action: match action {
            "trigger" => NoticeAction::Trigger,
            "acknowledge" => NoticeAction::Acknowledge,
            "resolve" => NoticeAction::Resolve,
            _ => NoticeAction::Tell,
        },
        severity: match severity {
            "high" => Severity::High,
            "medium" => Severity::Medium,
            _ => Severity::Low,
        },
        about: format!("j:{about}"),
        pipeline: Some("checkout".parse().unwrap()),
        owner: Some("payments".parse().unwrap()),
        stage: Some("wave-1".parse().unwrap()),
        release: Some(ReleaseId(42)),
        ticket: Some(TicketId(3)),
        by: None,
        title: format!("{about} {action}"),
        details: vec!["opened at noon".to_owned()],
        runbook: Some("https://wiki.example.com/checkout".to_owned()),
    }
}
