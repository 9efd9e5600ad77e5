//! Whom to tell, of what and how: the routes of an organization, as checked data. How they are
//! written is `definition`; how they are walked is `executor`; when, the service.

use crate::model::{
    Login, Notice, NoticeAction, NoticeKind, PipelineName, RouteName, Severity, Span, TeamName,
    Template, Time, Weekly,
};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    pub name: RouteName,
    /// Of whose pipelines; none names everybody's.
    pub owners: BTreeSet<TeamName>,
    /// Of which pipelines; none names all of them.
    pub pipelines: Vec<Glob>,
    pub severities: BTreeSet<Severity>,
    pub kinds: BTreeSet<NoticeKind>,
    pub quiet: Option<Quiet>,
    pub rate: Rate,
    /// A notice that could not be delivered within this is given up.
    pub give_up_after: Span,
    pub title: Template,
    pub text: Template,
    pub to: Channel,
}

/// Hours in which what is less urgent waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quiet {
    pub hours: Weekly,
    #[schemars(with = "String")]
    pub time_zone: Tz,
    /// What is at least as urgent as this is told all the same.
    pub below: Severity,
}

/// How many notices are told on a route within how long; what is beyond waits and is told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    pub most: u32,
    pub within: Span,
}

/// How it gets there. Secrets are in files, which are read anew for every notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// JSON, signed with the secret of a file where one is named.
    Webhook {
        url: String,
        secret_file: Option<String>,
    },
    /// An incoming webhook as Slack has it, whose URL is itself the secret.
    Slack {
        url_file: String,
    },
    /// Events API v2.
    Pagerduty {
        url: String,
        routing_key_file: String,
    },
    Mail(Mail),
    /// The notice as JSON on the standard input of a program.
    Command {
        argv: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mail {
    /// `host` or `host:port`.
    pub server: String,
    pub from: String,
    pub to: Vec<String>,
    pub login: Option<Login>,
    pub tls: MailTls,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// A plain beginning that must become TLS before anything is said, usually on port 587.
    Starttls,
    /// No TLS, which only a server on this machine is spoken to with.
    None,
}

/// A pattern for names in which `*` stands for anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Glob(String);

impl Route {
    /// Whether a notice that begins something, or stands alone, is for this route.
    pub fn wants(&self, notice: &Notice) -> bool {
        let owner = notice.owner.as_ref();
        let pipeline = notice.pipeline.as_ref();
        let by_owner = self.owners.is_empty() || owner.is_some_and(|it| self.owners.contains(it));
        let matches = |name: &PipelineName| self.pipelines.iter().any(|glob| glob.is(name));
        let by_name = self.pipelines.is_empty() || pipeline.is_some_and(matches);
        let urgent = self.severities.contains(&notice.severity);
        let kind = self.kinds.contains(&notice.kind);
        by_owner && by_name && urgent && kind && self.to.can_say(notice.action)
    }

    /// Whether a notice waits now for the end of quiet hours.
    pub fn is_quiet_for(&self, notice: &Notice, now: Time) -> bool {
        let Some(quiet) = &self.quiet else {
            return false;
        };
        // More urgent sorts before less urgent.
        let less_urgent = notice.severity > quiet.below;
        less_urgent && self.to.disturbs(notice.action) && quiet.hours.is_open(now, quiet.time_zone)
    }
}

impl Channel {
    /// Whether several notices may be told as one. A pager's incidents begin and end one by one.
    pub fn takes_digests(&self) -> bool {
        !matches!(self, Channel::Pagerduty { .. })
    }

    /// Whether there is a way to say it: a pager knows incidents and nothing that is good to know.
    pub(super) fn can_say(&self, action: NoticeAction) -> bool {
        action != NoticeAction::Tell || self.takes_digests()
    }

    /// Whether somebody may be woken by it: the end of an incident pages nobody.
    fn disturbs(&self, action: NoticeAction) -> bool {
        self.takes_digests() || action == NoticeAction::Trigger
    }
}

/// What it is, and where to, without what is secret.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Channel::Webhook { url, .. } => write!(f, "webhook {}", shown(url)),
            Channel::Slack { url_file } => write!(f, "slack, its URL in {url_file}"),
            Channel::Pagerduty { url, .. } => write!(f, "pagerduty {}", shown(url)),
            Channel::Mail(mail) => write!(f, "mail to {} by {}", mail.to.join(", "), mail.server),
            Channel::Command { argv } => {
                write!(f, "command {}", argv.first().map_or("", String::as_str))
            }
        }
    }
}

/// A URL without login and query, where secrets are.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{path}")
}

impl Glob {
    /// Whether the whole name is as the pattern says.
    pub fn is(&self, name: &PipelineName) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.as_str().strip_prefix(first) else {
            return false;
        };
        let parts: Vec<&str> = parts.collect();
        let Some((last, middle)) = parts.split_last() else {
            return rest.is_empty();
        };
        for part in middle {
            let Some(at) = rest.find(part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

impl FromStr for Glob {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'*');
        if text.is_empty() || !text.bytes().all(plain) {
            return Err(format!("{text:?} is not a pattern such as checkout-*"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Rate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not of the form `20 in 10m`");
        let (most, within) = text.split_once(" in ").ok_or_else(wrong)?;
        let most = most.trim().parse().map_err(|_no_number| wrong())?;
        let within: Span = within.trim().parse().map_err(|_no_span| wrong())?;
        if most == 0 || within.is_zero() || within > Span::hours(24) {
            return Err(format!("{text:?} must be at least 1, in at most 24h"));
        }
        Ok(Self { most, within })
    }
}
