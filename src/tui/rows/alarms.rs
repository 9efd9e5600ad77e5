//! The alarms of the whole fleet that are not ok, the most urgent first: firing before no data, then
//! by severity, then the longest.

use crate::{
    model::{AlarmLevel, AlarmName, PipelineName, TroubledAlarm},
    tui::{
        app::App,
        screen::{AlarmsOf, AlarmsScreen},
    },
};

/// An alarm with the pipeline that watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetAlarm<'a> {
    pub pipeline: &'a PipelineName,
    pub alarm: &'a TroubledAlarm,
}

impl FleetAlarm<'_> {
    pub fn id(&self) -> (PipelineName, AlarmName) {
        (self.pipeline.clone(), self.alarm.alarm.clone())
    }
}

pub fn fleet_alarms(app: &App) -> Vec<FleetAlarm<'_>> {
    let rows = app.replica.rows.all();
    let mut found: Vec<FleetAlarm<'_>> = rows
        .flat_map(|row| {
            let troubled = row.detail.troubled.iter();
            troubled.map(|alarm| FleetAlarm {
                pipeline: &row.pipeline,
                alarm,
            })
        })
        .collect();
    found.sort_by(|a, b| {
        let order = |row: &FleetAlarm<'_>| {
            let state = &row.alarm.state;
            (
                state.level == AlarmLevel::NoData,
                row.alarm.severity,
                state.since,
            )
        };
        order(a).cmp(&order(b)).then_with(|| a.id().cmp(&b.id()))
    });
    found
}

/// The alarm under the cursor: the chosen one while it is there, else the first.
pub fn selected_alarm<'a>(app: &'a App, screen: &AlarmsScreen) -> Option<FleetAlarm<'a>> {
    let found = fleet_alarms(app);
    let chosen = match &screen.scope {
        AlarmsOf::Fleet(chosen) => chosen.as_ref(),
        AlarmsOf::Pipeline => return None,
    };
    let there = found.iter().find(|row| Some(&row.id()) == chosen);
    there.or(found.first()).copied()
}
