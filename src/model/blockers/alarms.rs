//! Alarms as blockers: one that fires and one without data both keep a release out (DESIGN.md 5,
//! rule 6; INVARIANTS.md I13).

use crate::model::{
    AlarmLevel, AlarmState, Blocker, BlockerId, BlockerKind, Clears, Passage, Pipeline, Stage,
};

/// Alarms of the stage that fire or have no data.
pub(super) fn of(pipeline: &Pipeline, stage: &Stage) -> Vec<Blocker> {
    let unread = AlarmState {
        level: AlarmLevel::NoData,
        since: pipeline.at,
        value: None,
        why: "not read yet".to_owned(),
    };
    let blocking = stage.alarms.iter().filter_map(|alarm| {
        let state = pipeline.alarms.get(alarm).unwrap_or(&unread);
        let (kind, why, clears) = match state.level {
            AlarmLevel::Ok => return None,
            AlarmLevel::Firing => {
                let value = state
                    .value
                    .map(|value| format!(" at {value}"))
                    .unwrap_or_default();
                (
                    BlockerKind::Alarm,
                    format!("alarm {alarm} fires{value}"),
                    "the alarm clears",
                )
            }
            AlarmLevel::NoData => {
                let why = format!("alarm {alarm} has no data: {}", state.why);
                (
                    BlockerKind::NoData,
                    why,
                    "its source answers with enough data",
                )
            }
        };
        Some(Blocker {
            id: BlockerId(format!("alarm/{alarm}")),
            kind,
            since: state.since,
            region: None,
            why,
            clears: Clears::When(clears.to_owned()),
            passage: Passage::Override,
            overridden: None,
        })
    });
    blocking.collect()
}
