//! What an approver has seen, as one fingerprint: the release, its digest, the attempt and every
//! result behind the request. An approval names it, so that it can never cover what changed since
//! (DESIGN.md 5, rule 4).

use crate::model::{AlarmLevel, AlarmName, Attempt, Fingerprint, GateState, Pipeline, TargetName};
use std::collections::BTreeMap;

/// The evidence behind an attempt's request for approval. Approvals given meanwhile are not part of
/// it, or a second approver would always be refused.
pub fn evidence(pipeline: &Pipeline, attempt: &Attempt) -> Fingerprint {
    let artifact = pipeline
        .releases
        .get(attempt.release)
        .and_then(|r| r.artifact.as_ref());
    let gates: Vec<_> = attempt
        .gates
        .iter()
        .map(|gate| match &gate.state {
            GateState::Asked { since, .. } => GateState::Asked {
                since: *since,
                approvals: vec![],
            },
            GateState::Waiting
            | GateState::Running { .. }
            | GateState::Baking
            | GateState::Passed { .. }
            | GateState::Failed { .. } => gate.state.clone(),
        })
        .collect();
    let targets: Vec<&TargetName> = attempt.progress.keys().collect();
    // An alarm that fires again is another one than the approver knew.
    let seen = |alarm: &AlarmName| {
        let state = pipeline.alarms.get(alarm)?;
        let episode = (state.level == AlarmLevel::Firing).then_some(state.since);
        Some((state.level, episode))
    };
    let alarms: BTreeMap<AlarmName, _> = pipeline
        .alarms_of(&attempt.stage)
        .into_iter()
        .map(|alarm| {
            let state = seen(&alarm);
            (alarm, state)
        })
        .collect();
    Fingerprint::of(&(
        attempt.id,
        attempt.release,
        artifact,
        gates,
        targets,
        alarms,
    ))
}
