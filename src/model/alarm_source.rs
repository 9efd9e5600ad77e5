//! Where an alarm's readings come from, as a definition says it. How each is asked, and what it says,
//! is `crate::watch`.

use crate::model::{Bad, Measure, Ppm, Run, Span, TargetName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlarmSource {
    /// The ratio of two counters' increases over a window, read from a `/metrics` page.
    Scrape(Scrape),
    /// The value of an instant query.
    Prometheus(Prometheus),
    /// Whether an Alertmanager has alerts that match.
    Alertmanager(Alertmanager),
    /// Whether alerts match that an Alertmanager pushes to us.
    Webhook(Webhook),
    /// A number in a JSON document.
    Json(Json),
    /// How a command exits.
    Command(Run),
    /// Whether what a stage's targets answer is out of the usual; nobody sets a limit.
    Anomalies(Anomalies),
}

/// A server that is asked over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    pub url: String,
    pub login: Option<Login>,
}

/// What a server is shown. The secret itself stays in its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    Token { file: String },
    Password { user: String, file: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scrape {
    pub server: Server,
    pub numerator: Series,
    pub denominator: Series,
    pub window: Span,
    #[serde(rename = "above")]
    pub limit: Ppm,
    /// On which side of the limit it is bad.
    #[serde(default, skip_serializing_if = "Bad::is_high")]
    pub bad: Bad,
    /// With fewer requests than this in the window there is too little to judge: no data.
    pub minimum: u64,
}

/// A counter's name and the labels it must carry; several matching series are added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    pub metric: String,
    pub labels: Vec<(String, String)>,
}

/// A `/metrics` page that tells targets apart by the label `target`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Anomalies {
    pub server: Server,
    pub requests: Series,
    pub faults: Series,
    /// The buckets of a histogram of seconds, each with its bound in the label `le`.
    pub latency: Series,
    /// How much of the present is held against the past.
    pub window: Span,
    /// With fewer requests than this in the window there is too little to judge.
    pub minimum: u64,
    /// The stage's own.
    pub targets: BTreeSet<TargetName>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prometheus {
    pub server: Server,
    pub query: String,
    /// One series beyond it is enough.
    #[serde(rename = "above")]
    pub limit: Measure,
    /// A query for counters whose increase are the data points of a bake.
    pub points: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alertmanager {
    pub server: Server,
    /// `alertname="CheckoutFaults"`, as Alertmanager writes them; an alert must match all.
    pub matchers: Vec<String>,
    /// Of an alert that always fires: while it does not, no alert means nothing.
    pub watchdog: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// Whoever pushes shows what is in it. Those who push under different secrets are kept apart.
    pub secret_file: String,
    pub matchers: Vec<String>,
    /// Of an alert that always fires: only while it is heard does no alert mean anything.
    pub watchdog: Vec<String>,
    /// Whatever fires is told again within this; a longer silence is no data.
    pub max_gap: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Json {
    pub server: Server,
    /// Where in the document (RFC 6901).
    pub pointer: String,
    #[serde(rename = "above")]
    pub limit: Measure,
    /// Of a counter whose increase are the data points of a bake.
    pub points: Option<String>,
}

impl AlarmSource {
    pub fn kind(&self) -> &'static str {
        match self {
            AlarmSource::Scrape(_) => "scrape",
            AlarmSource::Prometheus(_) => "prometheus",
            AlarmSource::Alertmanager(_) => "alertmanager",
            AlarmSource::Webhook(_) => "webhook",
            AlarmSource::Json(_) => "json",
            AlarmSource::Command(_) => "command",
            AlarmSource::Anomalies(_) => "anomalies",
        }
    }

    /// What it asks, for people.
    pub fn place(&self) -> String {
        match self {
            AlarmSource::Scrape(scrape) => scrape.server.shown(),
            AlarmSource::Prometheus(it) => format!("{} {}", it.server.shown(), it.query),
            AlarmSource::Alertmanager(it) => {
                format!("{} {}", it.server.shown(), it.matchers.join(" "))
            }
            AlarmSource::Webhook(it) => format!("pushed alerts {}", it.matchers.join(" ")),
            AlarmSource::Json(it) => format!("{} {}", it.server.shown(), it.pointer),
            AlarmSource::Command(run) => run.to_string(),
            AlarmSource::Anomalies(it) => it.server.shown(),
        }
    }

    /// What a value must be beyond to count towards firing; none where the source itself judges.
    pub fn limit(&self) -> Option<Measure> {
        match self {
            AlarmSource::Scrape(scrape) => Some(scrape.limit()),
            AlarmSource::Prometheus(it) => Some(it.limit),
            AlarmSource::Json(it) => Some(it.limit),
            AlarmSource::Alertmanager(_) | AlarmSource::Webhook(_) => Some(Measure::number(0)),
            // Its value is how far a figure is on its way to the limit of what is usual.
            AlarmSource::Anomalies(_) => Some(Measure::number(1_000_000)),
            AlarmSource::Command(_) => None,
        }
    }
}

impl Scrape {
    pub fn limit(&self) -> Measure {
        Measure::share(self.limit).bad_when(self.bad)
    }
}

impl Server {
    /// The URL without a name and password that somebody wrote into it (INVARIANTS.md I45).
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            return self.url.clone();
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.rsplit_once('@').map_or(host, |(_login, host)| host);
        format!("{scheme}://{host}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_not_shown() {
        for (url, shown) in [
            ("http://a:b@host:1/metrics?x=@", "http://host:1/metrics?x=@"),
            ("http://host/metrics@2", "http://host/metrics@2"),
            ("https://a@b@host", "https://host"),
            ("nothing", "nothing"),
        ] {
            let url = url.to_owned();
            assert_eq!(Server { url, login: None }.shown(), shown);
        }
    }
}
