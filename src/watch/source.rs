//! One trait for whatever an alarm can be read from: which answers it needs, and what they say. It
//! judges one reading; how many make an alarm is `Level`.

use crate::{
    model::{Alarm, AlarmSource, Counted, Measure, Span, TargetName, Time, Touch},
    watch::{
        alertmanager::Matching, anomaly::Detector, ask::Answers, ask::Ask, command::Probe,
        inbox::Inboxes, json::Document, prometheus::Query, ratio::Ratio, webhook::Pushed,
    },
};
use std::{collections::BTreeMap, fmt::Debug};

pub(crate) trait Source: Debug + Send {
    fn asks(&self) -> Vec<Ask>;

    /// Hears what deployments have done to targets, before a round is read.
    fn touched(&mut self, _touched: &BTreeMap<TargetName, Touch>) {}

    /// Reads the answers of a round: `at` is running time, `now` the wall's.
    fn read(&mut self, at: Span, now: Time, answers: &Answers) -> Look;
}

/// What one round says.
#[derive(Debug)]
pub(crate) struct Look {
    /// None of it, with the reason, is no data.
    pub(crate) judged: Result<Judged, String>,
    /// What was found, in words, by a source that judges by itself; else empty.
    pub(crate) told: String,
    /// Whether the source itself answered; there may still be too little to judge.
    pub(crate) answered: bool,
    /// Requests counted since the round before.
    pub(crate) points: u64,
    /// By target, where the source tells them apart.
    pub(crate) targets: BTreeMap<TargetName, Counted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) above: bool,
    pub(crate) value: Option<Measure>,
}

impl Judged {
    pub(crate) fn new(above: bool, value: Option<Measure>) -> Self {
        Self { above, value }
    }

    pub(crate) fn against(value: Measure, limit: Measure) -> Self {
        let value = limit.like(value.millionths);
        Self {
            above: value > limit,
            value: Some(value),
        }
    }
}

impl Look {
    pub(crate) fn of(judged: Result<Judged, String>, points: u64) -> Self {
        Self {
            answered: judged.is_ok(),
            told: String::new(),
            judged,
            points,
            targets: BTreeMap::new(),
        }
    }
}

/// The reader of an alarm's source, with the memory it needs.
pub(crate) fn of(alarm: &Alarm, inboxes: &Inboxes) -> Box<dyn Source> {
    match &alarm.source {
        AlarmSource::Scrape(scrape) => Box::new(Ratio::new(scrape)),
        AlarmSource::Prometheus(prometheus) => Box::new(Query::new(prometheus)),
        AlarmSource::Alertmanager(alertmanager) => Box::new(Matching::new(alertmanager)),
        AlarmSource::Webhook(webhook) => Box::new(Pushed::new(webhook, inboxes)),
        AlarmSource::Json(json) => Box::new(Document::new(json)),
        AlarmSource::Command(run) => Box::new(Probe::new(&alarm.name, run)),
        AlarmSource::Anomalies(anomalies) => Box::new(Detector::new(anomalies)),
    }
}
