//! Everything there is to see of an alarm: its folded state, what that bears on, what it has read
//! lately and how its source is. A pure question, so that every screen and command says the same.

use crate::model::{
    Alarm, AlarmName, AlarmScope, AlarmSource, AlarmState, Bearing, Contrast, Measure, Pipeline,
    Severity, Sight, Time, Trace, Urgency, bearing, contrast,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlarmSight {
    pub alarm: AlarmName,
    pub scope: AlarmScope,
    pub severity: Severity,
    pub urgency: Urgency,
    pub state: AlarmState,
    /// What a value must be beyond to count towards firing; none where the source itself judges.
    pub limit: Option<Measure>,
    pub firing: FiringRule,
    pub bearing: Bearing,
    pub runbook: Option<String>,
    pub source: SourceSight,
    pub trace: Trace,
    /// How often it began to fire within the trace.
    pub fires: usize,
    /// Targets with the newest release beside the others, where the source tells them apart.
    pub contrast: Option<Contrast>,
}

/// How many readings it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FiringRule {
    /// It fires when so many of the last `readings` are above the limit, and clears after `clear`
    /// in a row that are not.
    pub of: u32,
    pub readings: u32,
    pub clear: u32,
    /// How many of the last `readings` are above it now.
    pub above: u32,
}

/// Where an alarm's value comes from, and how that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SourceSight {
    /// `scrape`, `prometheus`.
    pub kind: String,
    pub place: String,
    /// When it last answered with something that could be read.
    pub answered: Option<Time>,
    /// Since when it does not, and why.
    pub trouble: Option<(Time, String)>,
}

/// Every alarm that somebody needs read, the most urgent first, with what was seen of it.
pub fn sights(pipeline: &Pipeline, mut seen: BTreeMap<AlarmName, Sight>) -> Vec<AlarmSight> {
    let watched = pipeline.watched().into_values();
    let mut sights: Vec<AlarmSight> = watched
        .map(|alarm| {
            sight(
                pipeline,
                alarm,
                seen.remove(&alarm.name).unwrap_or_default(),
            )
        })
        .collect();
    sights.sort_by_key(|sight| (sight.urgency, sight.severity, sight.alarm.clone()));
    sights
}

fn sight(pipeline: &Pipeline, alarm: &Alarm, sight: Sight) -> AlarmSight {
    let unread = || AlarmState::unread(pipeline.at);
    let bearing = bearing(pipeline, alarm);
    let newest = bearing.marks.first();
    let contrast = newest.and_then(|by| match &alarm.source {
        AlarmSource::Scrape(scrape) => contrast(pipeline, by, &sight.targets, scrape.limit()),
        AlarmSource::Prometheus(_)
        | AlarmSource::Alertmanager(_)
        | AlarmSource::Webhook(_)
        | AlarmSource::Json(_)
        | AlarmSource::Command(_)
        // Its own words tell both sides.
        | AlarmSource::Anomalies(_) => None,
    });
    let of_pipeline = || pipeline.definition.as_ref()?.runbook.clone();
    let state = pipeline.alarms.get(&alarm.name);
    let state = state.cloned().unwrap_or_else(unread);
    let fires = sight.trace.fires();
    AlarmSight {
        urgency: Urgency::of(state.level, fires),
        alarm: alarm.name.clone(),
        scope: alarm.scope,
        severity: alarm.severity,
        state,
        limit: alarm.source.limit(),
        firing: FiringRule {
            of: alarm.fire.0,
            readings: alarm.fire.1,
            clear: alarm.clear,
            above: sight.above,
        },
        bearing,
        runbook: alarm.runbook.clone().or_else(of_pipeline),
        source: SourceSight {
            kind: alarm.source.kind().to_owned(),
            place: alarm.source.place(),
            answered: sight.answered,
            trouble: sight.trouble,
        },
        fires,
        trace: sight.trace,
        contrast,
    }
}
