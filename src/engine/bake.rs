//! Watched waiting: contiguous healthy time and data points. It pauses while an alarm has no data
//! and starts over after an alarm fired and cleared (DESIGN.md 5, rule 7; INVARIANTS.md I39, I42).

use crate::engine::draft::Draft;
use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmLevel, AlarmName, Attempt, Bake, BakeState, Fact, Observation, Pipeline, StageName,
};

/// Counts one round of observation into every bake under way.
pub(super) fn observe(draft: &mut Draft<'_>, observation: &Observation) {
    let attempts: Vec<Attempt> = draft
        .pipeline
        .active()
        .filter(|attempt| !attempt.is_rollback())
        .cloned()
        .collect();
    for attempt in &attempts {
        // Data points are requests of the stage itself; wider alarms count those of others.
        let definition = draft.pipeline.in_force(&attempt.stage);
        let stage = definition.and_then(|d| d.stage(&attempt.stage));
        let points = stage
            .map_or(&[][..], |stage| &stage.alarms)
            .iter()
            .map(|alarm| {
                let reading = observation.readings.iter().find(|r| r.alarm == *alarm);
                reading.map_or(0, |reading| reading.points)
            })
            .min()
            .unwrap_or(0);
        for bake in attempt.bakes.iter().filter(|bake| !bake.is_finished()) {
            count(draft, attempt, bake, observation, points);
        }
    }
}

fn count(
    draft: &mut Draft<'_>,
    attempt: &Attempt,
    bake: &Bake,
    observation: &Observation,
    points: u64,
) {
    let (attempt_id, place) = (attempt.id, bake.place);
    let obstacle = obstacle(&draft.pipeline, &attempt.stage);
    match (&bake.state, obstacle) {
        (BakeState::Counting, Some(why)) => {
            draft.record(Fact::BakePaused {
                attempt: attempt_id,
                place,
                why,
            });
        }
        // An alarm that fires while there is no data still makes the bake start over.
        (BakeState::Paused { why: before, .. }, Some(why))
            if why.starts_with(FIRED) && !before.starts_with(FIRED) =>
        {
            draft.record(Fact::BakePaused {
                attempt: attempt_id,
                place,
                why,
            });
        }
        (BakeState::Paused { why, .. }, None)
            if why.starts_with(FIRED) && !planted(Bug::BakeNotRestarted) =>
        {
            let why = format!("{why}, and cleared");
            draft.record(Fact::BakeRestarted {
                attempt: attempt_id,
                place,
                why,
            });
        }
        (BakeState::Paused { .. }, None) => {
            draft.record(Fact::BakeResumed {
                attempt: attempt_id,
                place,
            });
        }
        (BakeState::Counting, None) if !observation.elapsed.is_zero() => {
            // Never more than has passed since the bake began: the round may have begun before.
            let all = draft.now.since(bake.started);
            let healthy = if planted(Bug::BakeByWallClock) {
                all.saturating_sub(bake.healthy)
            } else {
                observation.elapsed.min(all)
            };
            draft.record(Fact::BakeCounted {
                attempt: attempt_id,
                place,
                healthy,
                points: bake.rule.countable(points, healthy),
            });
        }
        (BakeState::Counting | BakeState::Finished { .. }, None)
        | (BakeState::Paused { .. } | BakeState::Finished { .. }, Some(_)) => {}
    }
}

const FIRED: &str = "alarm fired";

/// Why a bake in this stage cannot count now.
fn obstacle(pipeline: &Pipeline, stage: &StageName) -> Option<String> {
    let alarms = pipeline.alarms_of(stage);
    let level = |alarm: &AlarmName| pipeline.alarms.get(alarm).map(|state| state.level);
    let firing = alarms
        .iter()
        .find(|alarm| level(alarm) == Some(AlarmLevel::Firing));
    let is_silent = |alarm: &&AlarmName| matches!(level(alarm), None | Some(AlarmLevel::NoData));
    let silent = alarms.iter().find(is_silent);
    let silent = silent.filter(|_| !planted(Bug::BakeWithoutData));
    firing
        .map(|alarm| format!("{FIRED}: {alarm}"))
        .or_else(|| silent.map(|alarm| format!("alarm {alarm} has no data")))
}

/// Ends the bakes of a stage that have what they need.
pub(super) fn finish(draft: &mut Draft<'_>, stage: &StageName) {
    let seen = draft.seen(stage);
    let Some(attempt) = seen.as_ref().and_then(|seen| seen.active()) else {
        return;
    };
    for bake in &attempt.bakes {
        if bake.state == BakeState::Counting && bake.is_satisfied() {
            draft.record(Fact::BakeFinished {
                attempt: attempt.id,
                place: bake.place,
            });
        }
    }
}
