//! What a round asks outside. Two alarms that ask the same share one answer; whatever is not a good
//! answer is a reason in words.

use crate::{
    model::{AlarmName, Login, Run, Server},
    watch::{command, exposition::Page, fetch::fetch},
};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ask {
    /// A `/metrics` page.
    Metrics(Server),
    Get(Get),
    /// For whom the command runs, which it is told.
    Run(AlarmName, Run),
}

/// A document over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Get {
    pub(crate) url: String,
    pub(crate) login: Option<Login>,
    pub(crate) accept: &'static str,
    /// Bytes; what is larger is no answer for an alarm.
    pub(crate) most: usize,
    /// What it is called in a reason: without login and query.
    pub(crate) shown: String,
}

/// Bytes of an answer: about forty thousand series.
pub(crate) const ANSWER_MOST: usize = 4 * 1024 * 1024;

#[derive(Debug)]
pub(crate) enum Reply {
    Metrics(Page),
    Body(Vec<u8>),
    /// How a command ended, and the first line that it printed.
    Exit(i32, String),
}

/// The answers of a round.
#[derive(Debug, Default)]
pub(crate) struct Answers(BTreeMap<Ask, Result<Reply, String>>);

impl Answers {
    /// Asks everything at the same time.
    pub(crate) async fn to(asks: BTreeSet<Ask>, http: &reqwest::Client) -> Self {
        let answers = asks.into_iter().map(async |ask| {
            let reply = reply(&ask, http).await;
            (ask, reply)
        });
        Self(join_all(answers).await.into_iter().collect())
    }

    pub(crate) fn page(&self, server: &Server) -> Result<&Page, String> {
        match self.0.get(&Ask::Metrics(server.clone())) {
            Some(Ok(Reply::Metrics(page))) => Ok(page),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(Reply::Body(_) | Reply::Exit(..))) | None => {
                Err(format!("{} was not read", server.shown()))
            }
        }
    }

    pub(crate) fn body(&self, get: &Get) -> Result<&[u8], String> {
        match self.0.get(&Ask::Get(get.clone())) {
            Some(Ok(Reply::Body(body))) => Ok(body),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(Reply::Metrics(_) | Reply::Exit(..))) | None => {
                Err(format!("{} was not read", get.shown))
            }
        }
    }

    pub(crate) fn exit(&self, alarm: &AlarmName, run: &Run) -> Result<(i32, &str), String> {
        match self.0.get(&Ask::Run(alarm.clone(), run.clone())) {
            Some(Ok(Reply::Exit(code, line))) => Ok((*code, line)),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(Reply::Metrics(_) | Reply::Body(_))) | None => {
                Err(format!("{run} was not run"))
            }
        }
    }
}

/// A text as it may stand in the query of a URL (RFC 3986, 2.3).
pub(crate) fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    bytes.collect()
}

async fn reply(ask: &Ask, http: &reqwest::Client) -> Result<Reply, String> {
    match ask {
        Ask::Metrics(server) => {
            let get = Get {
                url: server.url.clone(),
                login: server.login.clone(),
                accept: "text/plain;version=0.0.4, text/plain;q=0.5",
                most: ANSWER_MOST,
                shown: server.shown(),
            };
            let body = fetch(http, &get).await?;
            let page = Page::parse(&body);
            let page = page.map_err(|why| format!("{}: {why}", get.shown))?;
            Ok(Reply::Metrics(page))
        }
        Ask::Get(get) => fetch(http, get).await.map(Reply::Body),
        Ask::Run(alarm, run) => {
            let (code, line) = command::run(alarm, run).await?;
            Ok(Reply::Exit(code, line))
        }
    }
}
