//! What stands in the way, asked twice: of the engine's own query, which it obeys and the screens
//! show, and of the book. Both must name the same, for any release and stage at any moment: nothing
//! is missing, and nothing stands for no reason (rule 18).

use super::machine::Machine;
use pilothouse::model::*;
use std::collections::BTreeSet;

/// Asks about one stage, most often for the release that is there or comes next.
pub(super) fn compare(machine: &mut Machine) {
    if machine.rng.one_in(2) {
        return;
    }
    let stages: Vec<StageName> = machine.definition.columns().skip(1).collect();
    let Some(stage) = machine.rng.pick(&stages).cloned() else {
        return;
    };
    let state = machine.pipeline.stage(&stage);
    let there = state.and_then(|state| state.attempt.as_ref());
    let waiting = state.and_then(|state| state.waiting.last());
    let mut releases: Vec<ReleaseId> = there.iter().map(|attempt| attempt.release).collect();
    releases.extend(waiting.map(|(release, _)| *release));
    let all = machine.book.releases.keys().copied().collect::<Vec<_>>();
    releases.extend(machine.rng.pick(&all));
    if let Some(release) = machine.rng.pick(&releases).copied() {
        compare_one(machine, &stage, release);
    }
}

fn compare_one(machine: &mut Machine, stage: &StageName, release: ReleaseId) {
    let now = machine.now();
    let candidate = Candidate { stage, release };
    let told = blockers(&machine.pipeline, &machine.org, now, candidate);
    let elsewhere = |kind: BlockerKind| match kind {
        BlockerKind::NotApproved | BlockerKind::Busy | BlockerKind::Review => true,
        BlockerKind::Alarm
        | BlockerKind::NoData
        | BlockerKind::Window
        | BlockerKind::Quota
        | BlockerKind::Hold
        | BlockerKind::Drain
        | BlockerKind::Clock
        | BlockerKind::Quarantine
        | BlockerKind::Rejected => false,
    };
    let told = told.into_iter().filter(|blocker| !elsewhere(blocker.kind));
    let told: BTreeSet<(String, bool)> = told
        .map(|blocker| (blocker.id.to_string(), !blocker.blocks()))
        .collect();
    let expected: BTreeSet<_> = machine
        .book
        .opinion(stage, release, now)
        .into_iter()
        .collect();
    let wrong: Vec<_> = told.symmetric_difference(&expected).collect();
    assert!(
        wrong.is_empty(),
        "rule 18: {release} before {stage} at {now}: {wrong:?}; told {told:?}"
    );
    for (name, passed) in expected {
        machine
            .book
            .saw(match (name.split('/').next(), name.as_str()) {
                (Some("stagger"), _) => "a stagger stands",
                (Some("quota"), _) => "a quota stands",
                (Some("drain"), _) => "a drain stands",
                (_, "alarm/service") => "an alarm of the service stands",
                (_, "alarm/organization") => "an alarm of the organization stands",
                _ if passed => "something stands and is passed",
                _ => "something stands",
            });
    }
}

/// I16: retention keeps the artifact of everything that a target could go back to.
pub(super) fn is_kept(machine: &Machine) {
    let kept = machine.pipeline.retained();
    let gone = machine.book.destinations();
    let gone: Vec<&Digest> = gone.difference(&kept).collect();
    assert!(gone.is_empty(), "I16: {gone:?} could be gone back to");
}
