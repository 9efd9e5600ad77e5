//! The alarms of a pipeline: what they say, since when, and what that does.

use crate::model::{
    Alarm, AlarmLevel, AlarmName, AlarmSource, AlarmState, Definition, Pipeline, Ppm, Severity,
    Stage, StageName, Status, Time,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    pub alarm: AlarmName,
    /// ALARM, NO DATA or OK.
    pub status: Status,
    pub severity: Severity,
    /// The stages it watches.
    pub stages: Vec<StageName>,
    pub since: Option<Time>,
    pub value: Option<Ppm>,
    pub limit: Ppm,
    /// Why there is no data; empty otherwise.
    pub why: String,
    /// What its state does to deployments now.
    pub effect: &'static str,
    pub runbook: Option<String>,
}

/// How many alarms of a stage or pipeline say what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlarmCount {
    pub firing: usize,
    pub no_data: usize,
    pub ok: usize,
}

impl AlarmCount {
    pub fn total(self) -> usize {
        self.firing + self.no_data + self.ok
    }
}

/// Every alarm, the most urgent first, by name among equals.
pub fn alarm_rows(pipeline: &Pipeline) -> Vec<AlarmRow> {
    let Some(definition) = &pipeline.definition else {
        return Vec::new();
    };
    let mut rows: Vec<AlarmRow> = definition
        .alarms
        .iter()
        .map(|alarm| {
            let state = pipeline.alarms.get(&alarm.name);
            let stages = watched(definition, &alarm.name);
            let AlarmSource::Scrape(scrape) = &alarm.source;
            AlarmRow {
                alarm: alarm.name.clone(),
                status: status(state),
                severity: alarm.severity,
                since: state.map(|state| state.since),
                value: state.and_then(|state| state.value),
                limit: scrape.above,
                why: state.map_or_else(|| "not read yet".to_owned(), |state| state.why.clone()),
                effect: effect(pipeline, state, alarm, &stages),
                stages: stages.iter().map(|stage| stage.name.clone()).collect(),
                runbook: alarm.runbook.clone().or_else(|| definition.runbook.clone()),
            }
        })
        .collect();
    rows.sort_by(|a, b| (a.status, &a.alarm).cmp(&(b.status, &b.alarm)));
    rows
}

/// The alarms that watch a stage, counted.
pub fn count(pipeline: &Pipeline, alarms: &[&AlarmName]) -> AlarmCount {
    let mut count = AlarmCount::default();
    for alarm in alarms {
        match pipeline.alarms.get(*alarm).map(|state| state.level) {
            Some(AlarmLevel::Firing) => count.firing += 1,
            Some(AlarmLevel::Ok) => count.ok += 1,
            Some(AlarmLevel::NoData) | None => count.no_data += 1,
        }
    }
    count
}

fn watched<'a>(definition: &'a Definition, alarm: &AlarmName) -> Vec<&'a Stage> {
    let stages = definition.stages.iter();
    stages
        .filter(|stage| {
            let mut watching = definition.alarms_of(stage).into_iter();
            watching.any(|watching| watching.name == *alarm)
        })
        .collect()
}

fn status(state: Option<&AlarmState>) -> Status {
    match state.map(|state| state.level) {
        Some(AlarmLevel::Firing) => Status::Alarm,
        Some(AlarmLevel::Ok) => Status::Ok,
        Some(AlarmLevel::NoData) | None => Status::NoData,
    }
}

fn effect(
    pipeline: &Pipeline,
    state: Option<&AlarmState>,
    watching: &Alarm,
    stages: &[&Stage],
) -> &'static str {
    let (alarm, rolls_back) = (&watching.name, watching.rolls_back());
    let attempts = stages.iter().filter_map(|stage| {
        let attempt = pipeline.stage(&stage.name)?.attempt.as_ref()?;
        attempt.is_active().then_some(attempt)
    });
    let attempts: Vec<_> = attempts.collect();
    match state.map(|state| state.level) {
        Some(AlarmLevel::Firing) if attempts.iter().any(|a| a.is_rollback()) => {
            "blocks; rolling back"
        }
        Some(AlarmLevel::Firing) if attempts.iter().any(|a| a.baselined.contains_key(alarm)) => {
            "known before the start: cannot roll back"
        }
        Some(AlarmLevel::Firing) if !rolls_back => "blocks starts everywhere",
        Some(AlarmLevel::Firing) => "blocks starts",
        Some(AlarmLevel::NoData) | None => "blocks starts, pauses bake",
        Some(AlarmLevel::Ok) if rolls_back && attempts.iter().any(|a| a.is_armed()) => {
            "armed: would roll back"
        }
        Some(AlarmLevel::Ok) => "watches",
    }
}
