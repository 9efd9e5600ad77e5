//! Whether an Alertmanager has active alerts that match, neither silenced nor inhibited (API v2).
//! Silence is good news only while its watchdog, an alert that always fires, is there too: an
//! Alertmanager that nobody reports to has no alerts either.

use crate::{
    model::{Alertmanager, Measure, Server, Span, Time},
    watch::{
        ask::{ANSWER_MOST, Answers, Ask, Get, escaped},
        source::{Judged, Look, Source},
    },
};
use serde::Deserialize;

/// Bytes of ten thousand alerts with all that is written into them.
const STORM: usize = 4 * ANSWER_MOST;

#[derive(Debug)]
pub(crate) struct Matching {
    alerts: Get,
    watchdog: Option<Get>,
}

impl Source for Matching {
    fn asks(&self) -> Vec<Ask> {
        let both = std::iter::once(&self.alerts).chain(&self.watchdog);
        both.map(|get| Ask::Get(get.clone())).collect()
    }

    fn read(&mut self, _at: Span, _now: Time, answers: &Answers) -> Look {
        Look::of(self.judged(answers), 0)
    }
}

impl Matching {
    pub(crate) fn new(source: &Alertmanager) -> Self {
        let watched = !source.watchdog.is_empty();
        Self {
            alerts: get(&source.server, &source.matchers),
            watchdog: watched.then(|| get(&source.server, &source.watchdog)),
        }
    }

    fn judged(&self, answers: &Answers) -> Result<Judged, String> {
        let of = |why: String| format!("{}: {why}", self.alerts.shown);
        let firing = active(answers.body(&self.alerts)?).map_err(of)?;
        if let Some(watchdog) = &self.watchdog
            && firing == 0
            && active(answers.body(watchdog)?).map_err(of)? == 0
        {
            return Err(of(
                "its watchdog does not fire, so silence says nothing".to_owned()
            ));
        }
        let value = Measure::number(firing.saturating_mul(1_000_000));
        Ok(Judged::against(value, Measure::number(0)))
    }
}

fn get(server: &Server, matchers: &[String]) -> Get {
    let base = server.url.trim_end_matches('/');
    let filters = matchers.iter();
    let filters = filters.map(|matcher| format!("&filter={}", escaped(matcher)));
    let filters: String = filters.collect();
    Get {
        url: format!(
            "{base}/api/v2/alerts?active=true&silenced=false&inhibited=false&unprocessed=false{filters}"
        ),
        login: server.login.clone(),
        accept: "application/json",
        most: STORM,
        shown: server.shown(),
    }
}

#[derive(Deserialize)]
struct Alert {
    fingerprint: String,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    state: State,
}

/// All there are; another may mean anything.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Active,
    Suppressed,
    Unprocessed,
}

/// How many different alerts are active.
fn active(body: &[u8]) -> Result<u64, String> {
    let alerts: Vec<Alert> = serde_json::from_slice(body)
        .map_err(|why| format!("is no answer of Alertmanager: {why}"))?;
    let active = alerts
        .iter()
        .filter(|alert| alert.status.state == State::Active);
    let mut prints: Vec<&str> = active.map(|alert| alert.fingerprint.as_str()).collect();
    prints.sort_unstable();
    prints.dedup();
    Ok(u64::try_from(prints.len()).unwrap_or(u64::MAX))
}
