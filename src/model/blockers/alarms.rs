//! Alarms as blockers: one that fires and one without data both keep a release out (DESIGN.md 5,
//! rule 6; INVARIANTS.md I13).

use crate::model::planted::{Bug, planted};
use crate::model::{
    Alarm, AlarmLevel, AlarmScope, AlarmState, Bad, Blocker, BlockerId, BlockerKind, Clears,
    Definition, Measure, Passage, Pipeline, Span, Stage,
};

/// Alarms of the stage that fire or have no data.
pub(super) fn of(pipeline: &Pipeline, definition: &Definition, stage: &Stage) -> Vec<Blocker> {
    let unread = AlarmState::unread(pipeline.at);
    let watching = definition.alarms_of(stage).into_iter();
    let blocking = watching.filter_map(|watching| {
        let alarm = &watching.name;
        let state = pipeline.alarms.get(alarm).unwrap_or(&unread);
        let of = scope_words(definition, watching.scope);
        let (kind, why, clears) = match state.level {
            AlarmLevel::Ok => return None,
            AlarmLevel::Firing if planted(Bug::FiringIsFine) => return None,
            AlarmLevel::NoData if planted(Bug::NoDataIsFine) => return None,
            AlarmLevel::Firing => {
                let value = state
                    .value
                    .map(|value| format!(" at {value}"))
                    .unwrap_or_default();
                (
                    BlockerKind::Alarm,
                    format!("alarm {alarm}{of} fires{value}"),
                    cleared_by(watching, definition.watch_every),
                )
            }
            AlarmLevel::NoData => {
                let why = format!("alarm {alarm}{of} has no data: {}", state.why);
                (
                    BlockerKind::NoData,
                    why,
                    "its source answers with enough data".to_owned(),
                )
            }
        };
        Some(Blocker {
            id: BlockerId::of_alarm(alarm),
            kind,
            since: state.since,
            region: None,
            why,
            clears: Clears::When(clears),
            passage: Passage::Override,
            overridden: None,
        })
    });
    blocking.collect()
}

/// How many readings it takes, and when that is at the earliest.
fn cleared_by(alarm: &Alarm, every: Span) -> String {
    let limit = alarm.source.limit();
    let well = limit.map_or_else(
        || "well".to_owned(),
        |limit| format!("at or {} {limit}", well(limit)),
    );
    let soonest = Span(every.0.saturating_mul(alarm.clear.into()));
    match alarm.clear {
        1 => format!("a reading is {well}, in {soonest} at the earliest"),
        many => format!("{many} readings in a row are {well}, in {soonest} at the earliest"),
    }
}

/// On which side of a limit a value is well.
fn well(limit: Measure) -> &'static str {
    match limit.bad {
        Bad::High => "below",
        Bad::Low => "above",
    }
}

/// Whose alarm it is, where it is not just the stage's.
fn scope_words(definition: &Definition, scope: AlarmScope) -> String {
    match scope {
        AlarmScope::Stage | AlarmScope::Pipeline => String::new(),
        AlarmScope::Service => format!(" of service {}", definition.service),
        AlarmScope::Organization => " of the organization".to_owned(),
    }
}
