//! What a rollback would do, target by target: which targets hold what is taken back, and where each
//! of them goes. It only asks; carrying it out is the business of the file in front.

use crate::model::planted::{Bug, planted};
use crate::model::{
    Attempt, Cause, Phase, Pipeline, ReleaseId, Rollback, RollbackScope, Sha, Stage, StageName,
    TargetName,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a rollback would do.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Intent {
    pub(in crate::engine) release: ReleaseId,
    /// The changes that are taken back and go into quarantine; without any, the release as a whole
    /// does.
    pub(in crate::engine) changes: Vec<Sha>,
    /// The stages that have something to take back, in the order of the board.
    pub(in crate::engine) stages: Vec<(StageName, Arc<Rollback>)>,
}

/// Works out, target by target, where a rollback of a release would go.
pub(in crate::engine) fn intend(
    pipeline: &Pipeline,
    scope: &RollbackScope,
    release: ReleaseId,
    cause: &Cause,
) -> Intent {
    let columns = pipeline.columns();
    let meant = |name: &&StageName| scope.stage().is_none_or(|only| *name == only);
    let stages = columns.iter().filter(meant);
    let stages: Vec<&Stage> = stages
        .filter_map(|name| pipeline.in_force(name)?.stage(name))
        .collect();
    let changes = suspects(pipeline, &stages, release);
    let mut judge = Judge::new(pipeline, release, &changes);
    let mut with_rollbacks = Vec::new();
    for stage in stages {
        let rollback = Rollback {
            cause: cause.clone(),
            destinations: BTreeMap::new(),
            skipped: BTreeMap::new(),
        };
        let rollback = of_stage(pipeline, stage, scope, &mut judge, rollback);
        if !rollback.is_empty() || only_stops(pipeline, stage, scope, &mut judge) {
            with_rollbacks.push((stage.name.clone(), Arc::new(rollback)));
        }
    }
    Intent {
        release,
        stages: with_rollbacks,
        changes,
    }
}

/// The changes that are new with a release where it is being rolled back: those not in the newest
/// release that has proven good there, production counting more than test stages.
fn suspects(pipeline: &Pipeline, stages: &[&Stage], release: ReleaseId) -> Vec<Sha> {
    let proven = |phases: &[Phase]| -> BTreeSet<ReleaseId> {
        let stages = stages.iter().filter(|stage| phases.contains(&stage.phase));
        let targets = stages.flat_map(|stage| stage.targets());
        targets
            .filter_map(|(_, _, target)| pipeline.targets.get(target))
            .flat_map(|target| target.good.iter().map(|good| good.release))
            .filter(|good| *good < release)
            .collect()
    };
    let mut good = proven(&[Phase::Production]);
    if good.is_empty() {
        good = proven(&[Phase::Production, Phase::Test]);
    }
    let parent = || pipeline.releases.get(release).and_then(|r| r.parent);
    let base = good.last().copied().or_else(parent);
    let releases = &pipeline.releases;
    let new = releases.changes_since(release, base).into_iter();
    // After a rewritten history the newest need not contain what an older one has proven.
    new.filter(|change| !good.iter().any(|good| releases.carries(*good, &change.sha)))
        .map(|change| change.sha.clone())
        .collect()
}

/// Which releases hold what is taken back, and which may be gone back to. A stage has many targets
/// and few releases, so each release is judged once.
#[derive(Debug)]
pub(in crate::engine) struct Judge<'a> {
    pipeline: &'a Pipeline,
    release: ReleaseId,
    changes: &'a [Sha],
    holds: BTreeMap<ReleaseId, bool>,
    fit: BTreeMap<ReleaseId, bool>,
}

impl<'a> Judge<'a> {
    pub(in crate::engine) fn new(
        pipeline: &'a Pipeline,
        release: ReleaseId,
        changes: &'a [Sha],
    ) -> Self {
        Self {
            pipeline,
            release,
            changes,
            holds: BTreeMap::new(),
            fit: BTreeMap::new(),
        }
    }

    /// Whether a release is the one that is taken back, or carries any of its changes: by the
    /// commits, not by the number.
    pub(in crate::engine) fn holds(&mut self, candidate: ReleaseId) -> bool {
        let judge = || {
            let releases = &self.pipeline.releases;
            let carries = |change| releases.carries(candidate, change);
            candidate == self.release || self.changes.iter().any(carries)
        };
        *self.holds.entry(candidate).or_insert_with(judge)
    }

    /// Whether a target may go back to a release that has finished its bake there.
    fn is_fit(&mut self, candidate: ReleaseId) -> bool {
        if let Some(known) = self.fit.get(&candidate) {
            return *known;
        }
        let built = self.pipeline.releases.get(candidate);
        let fit = !self.holds(candidate)
            && built.is_some_and(|release| release.artifact.is_some())
            && self.pipeline.quarantined(candidate).is_none();
        self.fit.insert(candidate, fit);
        fit
    }
}

/// Where each target of a stage goes that holds what is taken back: to the last release that
/// finished its bake there, does not carry it and is not in quarantine itself. Later edits of the
/// definition play no part.
fn of_stage(
    pipeline: &Pipeline,
    stage: &Stage,
    scope: &RollbackScope,
    judge: &mut Judge<'_>,
    mut rollback: Rollback,
) -> Rollback {
    let newest = pipeline.stage(&stage.name);
    let newest = newest.and_then(|state| state.attempt.as_ref());
    let forward = newest.filter(|attempt| !attempt.is_rollback());
    let bringing = forward.filter(|attempt| judge.holds(attempt.release));
    // The attempt under way is stopped as a whole: what it is changing at this moment would be left
    // as neither release, so it goes back too, inside the scope or not.
    let active = forward.is_some_and(Attempt::is_active);
    let in_flight = |target: &TargetName| active && pipeline.is_changing(target);
    let reached: BTreeSet<&TargetName> =
        bringing.map_or_else(BTreeSet::new, |a| a.reached().collect());
    let mut held = Vec::new();
    let mut beside = Vec::new();
    for (region, _, target) in stage.targets() {
        let given = bringing.is_some() && in_flight(target);
        let holds = given || is_held(pipeline, &reached, target, judge);
        if holds && scope.covers(&region.name, target) {
            held.push(target);
        } else if in_flight(target) {
            beside.push(target);
        }
    }
    if held.is_empty() {
        return rollback;
    }
    for target in held.into_iter().chain(beside) {
        let good = pipeline.targets.get(target).map(|state| &state.good);
        let mut newest_first = good.into_iter().flatten().rev().map(|good| good.release);
        let proven = newest_first.find(|candidate| judge.is_fit(*candidate));
        let first = planted(Bug::RollbackToUnproven).then_some(ReleaseId(1));
        let destination = proven.or(first);
        if let Some(destination) = destination {
            rollback.destinations.insert(target.clone(), destination);
        } else {
            let why = "no earlier release has finished its bake here".to_owned();
            rollback.skipped.insert(target.clone(), why);
        }
    }
    rollback
}

/// Whether what is taken back is on its way into a stage: a rollback then stops it, although nothing
/// serves it yet.
fn only_stops(
    pipeline: &Pipeline,
    stage: &Stage,
    scope: &RollbackScope,
    judge: &mut Judge<'_>,
) -> bool {
    let whole = match scope {
        RollbackScope::Stage(_) | RollbackScope::Everywhere => true,
        RollbackScope::Region { .. } | RollbackScope::Target { .. } => false,
    };
    let attempt = pipeline.stage(&stage.name).and_then(|s| s.attempt.as_ref());
    let bringing = attempt.filter(|a| a.is_active() && !a.is_rollback());
    whole && bringing.is_some_and(|attempt| judge.holds(attempt.release))
}

/// Whether a target runs what is taken back, or was left uncertain by an attempt to bring it.
fn is_held(
    pipeline: &Pipeline,
    reached: &BTreeSet<&TargetName>,
    target: &TargetName,
    judge: &mut Judge<'_>,
) -> bool {
    match pipeline.targets.get(target).and_then(|t| t.running) {
        Some(running) => judge.holds(running),
        None => reached.contains(target),
    }
}
