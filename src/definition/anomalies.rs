//! `[watch.anomalies]`: where it is told what each target answers. That alone gives every stage an
//! alarm of its own; what is out of the usual is `model::anomaly`.

use crate::{
    definition::{
        Place,
        alarm_source::asked,
        fields::{Fields, Report},
        source::positive,
    },
    model::{Alarm, AlarmName, AlarmScope, AlarmSource, Anomalies, Severity, Stage, StageName},
};
use std::collections::BTreeSet;

/// Where what each target answers is told, for the alarms that every stage has without asking.
#[derive(Debug)]
pub(crate) struct Lookout {
    place: Place,
    /// Without targets.
    source: Anomalies,
}

impl Lookout {
    /// As `[watch.anomalies]` has it.
    pub(crate) fn of(watch: &Fields<'_>) -> Option<Self> {
        let fields = watch.optional_table("anomalies")?;
        let server = asked(&fields, None);
        let (requests, faults) = (fields.get("requests"), fields.get("faults"));
        let (latency, window) = (fields.get("latency"), positive(&fields, "window"));
        let minimum = fields.get("minimum");
        fields.finish();
        Some(Self {
            place: fields.place.clone(),
            source: Anomalies {
                server: server?,
                requests: requests?,
                faults: faults?,
                latency: latency?,
                window: window?,
                minimum: minimum?,
                targets: BTreeSet::new(),
            },
        })
    }

    /// The name of a stage's alarm; none when the stage's own name leaves no room for one.
    pub(crate) fn name(stage: &StageName) -> Option<AlarmName> {
        AlarmName::parse(&format!("anomaly-{stage}")).ok()
    }

    /// Adds the alarm of each stage to the pipeline's own.
    pub(crate) fn join(&self, alarms: &mut Vec<Alarm>, stages: &[Stage], report: &Report) {
        for stage in stages {
            let alarm = self.alarm(stage, report);
            let taken = |alarm: &&Alarm| alarms.iter().any(|own| own.name == alarm.name);
            if let Some(alarm) = alarm.as_ref().filter(taken) {
                let what = format!(
                    "alarm {} has the name of the one for anomalies; choose another",
                    alarm.name
                );
                report.problem(&self.place, what);
            }
            alarms.extend(alarm);
        }
    }

    fn alarm(&self, stage: &Stage, report: &Report) -> Option<Alarm> {
        let Some(name) = Self::name(&stage.name) else {
            let what = format!(
                "the name of stage {} is too long for an alarm anomaly-STAGE",
                stage.name
            );
            report.problem(&self.place, what);
            return None;
        };
        Some(Alarm {
            name,
            scope: AlarmScope::Stage,
            severity: Severity::High,
            source: AlarmSource::Anomalies(Anomalies {
                targets: stage
                    .targets()
                    .map(|(_, _, target)| target.clone())
                    .collect(),
                ..self.source.clone()
            }),
            // Each reading is of a whole window; a second one says that it was no moment's.
            fire: (2, 3),
            clear: 3,
            runbook: None,
        })
    }
}
