//! Which release enters a stage, and when: the newest that may, once nothing stands in the way
//! (DESIGN.md 5, rules 1, 2 and 5). Waiting work is superseded, running work never.

use crate::engine::{draft::Draft, rollout};
use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmLevel, AlarmName, AlarmState, AttemptId, Blocker, BlockerKind, Candidate, Fact,
    Fingerprint, Gate, GateProgress, GateState, Pipeline, Purpose, ReleaseId, Rollout, StageName,
    StageState, blockers,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The release that is to enter a stage next: the newest waiting one that is neither quarantined
/// nor rejected; with none of those, the newest, whose blockers then say why nothing moves.
pub(super) fn candidate(pipeline: &Pipeline, stage: &StageName) -> Option<ReleaseId> {
    let state = pipeline.stage(stage)?;
    let waiting = || state.waiting.iter().map(|(release, _)| *release);
    let clean = |release: &ReleaseId| is_clean(pipeline, stage, *release);
    waiting().filter(clean).max().or_else(|| waiting().max())
}

/// Whether a release is neither in quarantine nor rejected here.
pub(super) fn is_clean(pipeline: &Pipeline, stage: &StageName, release: ReleaseId) -> bool {
    let rejected = |state: &StageState| state.rejected.contains_key(&release);
    pipeline.quarantined(release).is_none() && !pipeline.stage(stage).is_some_and(rejected)
}

/// Takes releases older than the candidate out of the queue; their changes are in the candidate.
pub(super) fn supersede(draft: &mut Draft<'_>, stage: &StageName) {
    let Some(by) = candidate(&draft.pipeline, stage) else {
        return;
    };
    let waiting = draft
        .pipeline
        .stage(stage)
        .map(|state| state.waiting.clone())
        .unwrap_or_default();
    for (release, _) in waiting.into_iter().filter(|(release, _)| *release < by) {
        draft.record(Fact::Superseded {
            stage: stage.clone(),
            release,
            by,
        });
    }
}

/// Starts the candidate's attempt if the stage is free and nothing blocks.
pub(super) fn start(draft: &mut Draft<'_>, stage: &StageName) {
    if draft.active(stage).is_some() && !planted(Bug::RunningIsSuperseded) {
        return;
    }
    let Some(release) = candidate(&draft.pipeline, stage) else {
        return;
    };
    if may_start(draft, stage, release) {
        begin(draft, stage, release);
    }
}

/// Whether nothing stands in the way but what the stage is busy with. Closed windows stop a start only while every region that
/// could go first is closed; each target is tested again when its turn comes.
pub(super) fn may_start(draft: &Draft<'_>, stage: &StageName, release: ReleaseId) -> bool {
    let standing = blockers(
        &draft.pipeline,
        draft.org,
        draft.now,
        Candidate { stage, release },
    );
    let (windows, others): (Vec<_>, Vec<_>) = standing
        .into_iter()
        .filter(|blocker| blocker.blocks() && blocker.kind != BlockerKind::Busy)
        .partition(|blocker| blocker.kind == BlockerKind::Window);
    if !others.is_empty() {
        return false;
    }
    windows.is_empty() || rollout::some_region_is_open(draft, stage, release)
}

/// Records the start of a forward attempt: its rollout, its gates, and the alarm data it was
/// decided on.
pub(super) fn begin(draft: &mut Draft<'_>, stage: &StageName, release: ReleaseId) {
    let Some(definition) = draft.definition() else {
        return;
    };
    let (rollout, gates) = if let Some(stage) = definition.stage(stage) {
        (rollout::forward(&definition, stage), stage.approval.clone())
    } else {
        let checks = definition.build.checks.iter().cloned();
        let coverage = definition.build.coverage.iter().cloned();
        let coverage = coverage.filter(|_| !planted(Bug::CoverageIgnored));
        let gates = checks.map(Gate::Test).chain(coverage.map(Gate::Coverage));
        (Rollout::default(), gates.collect())
    };
    let alarms = alarm_data(&draft.pipeline, stage);
    let firing = alarms
        .iter()
        .filter(|(_, state)| state.level == AlarmLevel::Firing);
    let baselined: BTreeSet<AlarmName> = firing.map(|(name, _)| name.clone()).collect();
    let attempt = AttemptId(draft.pipeline.counters.attempts + 1);
    let candidate = Candidate { stage, release };
    let standing = blockers(&draft.pipeline, draft.org, draft.now, candidate);
    draft.record(Fact::AttemptStarted {
        attempt,
        stage: stage.clone(),
        release,
        purpose: Purpose::Forward,
        rollout: Arc::new(rollout),
        gates: gates.into_iter().map(waiting).collect(),
        baselined,
        evidence: Fingerprint::of(&alarms),
    });
    use_overrides(draft, attempt, &standing);
}

/// Records each override that lets an attempt pass now, once (rule 9).
pub(super) fn use_overrides(draft: &mut Draft<'_>, attempt: AttemptId, standing: &[Blocker]) {
    for id in standing.iter().filter_map(|blocker| blocker.overridden) {
        let overrides = &draft.pipeline.guards.overrides;
        if overrides
            .get(&id)
            .is_some_and(|given| !given.used_by.contains(&attempt))
        {
            draft.record(Fact::OverrideUsed { id, attempt });
        }
    }
}

/// Records that a stage asks again about the release that it runs: its people only, since nothing
/// is deployed and the tests were about the same artifact.
pub(super) fn ask_again(draft: &mut Draft<'_>, stage: &StageName, release: ReleaseId) {
    let Some(definition) = draft.definition() else {
        return;
    };
    let gates = definition
        .stage(stage)
        .into_iter()
        .flat_map(|s| &s.approval);
    let manual = gates
        .filter(|gate| matches!(gate, Gate::Manual(_)))
        .cloned();
    draft.record(Fact::AttemptStarted {
        attempt: AttemptId(draft.pipeline.counters.attempts + 1),
        stage: stage.clone(),
        release,
        purpose: Purpose::Renewal,
        rollout: Arc::default(),
        gates: manual.map(waiting).collect(),
        baselined: BTreeSet::new(),
        evidence: Fingerprint::of(&alarm_data(&draft.pipeline, stage)),
    });
}

fn waiting(gate: Gate) -> GateProgress {
    let state = GateState::Waiting;
    GateProgress { gate, state }
}

/// What the stage's alarms say, as recorded in the evidence of a start (INVARIANTS.md I13).
fn alarm_data(pipeline: &Pipeline, stage: &StageName) -> BTreeMap<AlarmName, AlarmState> {
    let alarms = pipeline.alarms_of(stage).into_iter();
    let known = alarms.filter_map(|alarm| {
        let state = pipeline.alarms.get(&alarm)?.clone();
        Some((alarm, state))
    });
    known.collect()
}
