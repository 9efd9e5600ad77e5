//! Takes one notice along one route, once. Whether it is tried again, and when, is decided by who
//! asked. No secret, and no URL that is one, stands in what it says went wrong.

mod answer;
mod command;
mod mail;
mod pagerduty;
mod slack;
mod webhook;

use crate::{
    model::{Channel, Notice, Route, RouteName, Span, Time, plain},
    secret,
};
use serde::Serialize;
use tokio::time::timeout;

/// Characters of a title, whatever the template makes of it; a subject or a line of a list.
const TITLE_MOST: usize = 300;
/// Characters of a text; what is longer is cut.
const TEXT_MOST: usize = 8_000;
/// For everything that one delivery takes. A channel has its own, shorter limits inside.
const WITHIN: Span = Span::seconds(30);

/// Why a notice did not get there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Another try may do.
    #[error("{why}")]
    Later {
        why: String,
        /// How long the receiver asks not to be tried again.
        after: Option<Span>,
    },
    /// The receiver has seen this notice and will never take it.
    #[error("{why}")]
    Refused { why: String },
}

/// What opens a channel.
async fn secret(file: &str) -> Result<String, Undelivered> {
    let read = secret::read(file).await;
    read.map_err(|why| Undelivered::later(format!("its secret {why}")))
}

/// A notice in the words of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Worded<'a> {
    route: &'a RouteName,
    #[serde(flatten)]
    notice: Notice,
    text: String,
}

/// Delivers a notice. `http` must follow no redirects, because a signed body is for one receiver.
///
/// # Errors
/// [`Undelivered`]; nobody knows then whether it arrived.
pub async fn deliver(
    http: &reqwest::Client,
    route: &Route,
    notice: &Notice,
    now: Time,
) -> Result<(), Undelivered> {
    let worded = Worded::of(route, notice);
    let work = async {
        match &route.to {
            Channel::Webhook { url, secret_file } => {
                webhook::send(http, (url, secret_file.as_deref()), &worded, now).await
            }
            Channel::Slack { url_file } => slack::send(http, url_file, &worded, now).await,
            Channel::Pagerduty {
                url,
                routing_key_file,
            } => pagerduty::send(http, (url, routing_key_file), &worded, now).await,
            Channel::Mail(mail) => mail::send(mail, &worded).await,
            Channel::Command { argv } => command::send(argv, &worded).await,
        }
    };
    let done = timeout(WITHIN.std(), work).await;
    done.unwrap_or_else(|_late| Err(Undelivered::later(format!("did not end within {WITHIN}"))))
}

impl<'a> Worded<'a> {
    fn of(route: &'a Route, notice: &Notice) -> Self {
        let filled = route.text.fill(notice);
        let lines = filled.lines().map(|line| plain(line, TEXT_MOST));
        let text = lines.collect::<Vec<_>>().join("\n");
        let details = notice.details.iter();
        Self {
            route: &route.name,
            text: text.trim().chars().take(TEXT_MOST).collect(),
            notice: Notice {
                title: plain(&route.title.fill(notice), TITLE_MOST),
                details: details.map(|line| plain(line, TITLE_MOST)).collect(),
                ..notice.clone()
            },
        }
    }

    /// As JSON; a notice is made of texts and numbers, which always have that form.
    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Undelivered {
    fn later(why: String) -> Self {
        Self::Later { why, after: None }
    }
}
