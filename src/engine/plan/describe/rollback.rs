//! The plan of a rollback: where every target goes, what is skipped, what comes undone besides, how
//! long it takes. Its warnings begin with what a rollback does not undo.

use crate::engine::draft::Draft;
use crate::engine::plan::describe::{Told, running, weigh};
use crate::engine::plan::estimate::estimate;
use crate::engine::rollback::{Intent, Judge};
use crate::model::{
    Change, Part, PlanRow, PlanTarget, ReleaseId, Rollback, RollbackScope, Stage, StageName,
    TargetName, few,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many changes are told one by one.
const CHANGES_TOLD: usize = 8;

pub(super) fn rollback(
    before: &Draft<'_>,
    after: &Draft<'_>,
    scope: &RollbackScope,
    intent: &Intent,
) -> Told {
    let release = intent.release;
    let mut told = Told::default();
    let undone = undone(before, intent);
    let one_way = one_way(before, intent, &undone);
    told.warnings.extend(one_way.iter().cloned());
    let mut places = Vec::new();
    for (name, rollback) in &intent.stages {
        places.push(match scope {
            RollbackScope::Everywhere => name.to_string(),
            RollbackScope::Stage(_)
            | RollbackScope::Region { .. }
            | RollbackScope::Target { .. } => scope.to_string(),
        });
        told.rows.push(row(before, after, name, rollback));
        told.targets
            .extend(targets((before, after), name, rollback));
        told.warnings.extend(skipped(rollback));
        told.notes.extend(stopped(before, name));
    }
    told.title = format!("roll {release} back in {}", places.join(", "));
    told.notes.extend(quarantine(intent));
    told.notes.extend(undone_notes(intent, &undone));
    told.facts = weigh::rollback(before, intent, one_way.is_empty());
    told.warnings.extend(left(before, intent));
    told
}

fn row(before: &Draft<'_>, after: &Draft<'_>, name: &StageName, rollback: &Rollback) -> PlanRow {
    let to: BTreeSet<ReleaseId> = rollback.destinations.values().copied().collect();
    let to: Vec<String> = to.iter().map(ToString::to_string).collect();
    let attempt = after.pipeline.stage(name).and_then(|s| s.attempt.as_ref());
    let rollout = attempt.filter(|a| a.is_rollback()).map(|a| &a.rollout);
    PlanRow {
        stage: name.clone(),
        now: running(before, name),
        after: to.join(", "),
        targets: rollback.destinations.len(),
        estimate: rollout.and_then(|rollout| estimate(&before.pipeline, rollout)),
        note: if rollback.is_empty() {
            "stops on its way in: no target serves it".to_owned()
        } else {
            "now, without tests or bake".to_owned()
        },
    }
}

/// Where each target goes, and whether it gets there at once.
fn targets(
    (before, after): (&Draft<'_>, &Draft<'_>),
    name: &StageName,
    rollback: &Rollback,
) -> Vec<PlanTarget> {
    let attempt = after.pipeline.stage(name).and_then(|s| s.attempt.as_ref());
    let batches = attempt.into_iter().flat_map(|a| a.rollout.batches());
    let instant = batches.filter(|(_, batch)| match batch.part {
        Part::Switch | Part::Shift(_) => batch.turn.of == 1,
        Part::Deploy | Part::Install | Part::Test => false,
    });
    let instant: BTreeSet<&TargetName> = instant.flat_map(|(_, batch)| &batch.targets).collect();
    let state = |target: &TargetName| before.pipeline.targets.get(target);
    let now = |target: &TargetName| state(target).and_then(|state| state.running);
    let note = |target: &TargetName| {
        let step = state(target).and_then(|state| state.step.as_ref());
        match (instant.contains(target), step) {
            (true, _) => "at once: it is still there beside".to_owned(),
            (false, Some(_)) => "what is being done to it is stopped".to_owned(),
            (false, None) => String::new(),
        }
    };
    let going = rollback.destinations.iter().map(|(target, to)| PlanTarget {
        stage: name.clone(),
        target: target.clone(),
        now: now(target),
        to: Some(*to),
        note: note(target),
    });
    let staying = rollback.skipped.iter().map(|(target, why)| PlanTarget {
        stage: name.clone(),
        target: target.clone(),
        now: now(target),
        to: None,
        note: why.clone(),
    });
    going.chain(staying).collect()
}

/// Targets with nowhere to go, those with the same reason together.
fn skipped(rollback: &Rollback) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&TargetName>> = BTreeMap::new();
    for (target, why) in &rollback.skipped {
        by_reason.entry(why).or_default().push(target);
    }
    let told = by_reason.into_iter().map(|(why, targets)| {
        let are = if targets.len() == 1 { "is" } else { "are" };
        format!("{} {are} SKIPPED: {why}", few(&targets))
    });
    told.collect()
}

/// A deployment under way that ends here.
fn stopped(before: &Draft<'_>, stage: &StageName) -> Option<String> {
    let attempt = before.active(stage)?;
    let (reached, total) = (attempt.reached().count(), attempt.progress.len());
    let (id, release) = (attempt.id, attempt.release);
    Some(format!(
        "{id} stops: {release} has reached {reached} of {total} targets of {stage} and goes no further"
    ))
}

/// Every change that is in what runs on a target now and not in what will: with it comes undone
/// whatever was released in between.
fn undone<'a>(before: &'a Draft<'_>, intent: &Intent) -> Vec<(ReleaseId, &'a Change)> {
    let releases = &before.pipeline.releases;
    let mut moves: BTreeSet<(ReleaseId, ReleaseId)> = BTreeSet::new();
    for (target, to) in intent.stages.iter().flat_map(|(_, r)| &r.destinations) {
        let state = before.pipeline.targets.get(target);
        let now = state.and_then(|state| state.running);
        moves.insert((now.unwrap_or(intent.release), *to));
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (now, to) in moves.into_iter().rev() {
        for change in releases.changes_since(now, Some(to)) {
            if seen.insert(&change.sha) {
                let holder = releases.lineage(now).find(|r| r.changes.contains(change));
                found.push((holder.map_or(now, |holder| holder.id), change));
            }
        }
    }
    found
}

fn one_way(before: &Draft<'_>, intent: &Intent, undone: &[(ReleaseId, &Change)]) -> Vec<String> {
    let mut warnings: Vec<String> = undone
        .iter()
        .filter(|(_, change)| change.one_way)
        .map(|(release, change)| {
            format!(
                "ONE-WAY: {} of {release} says that a rollback does not undo it ({}); read the runbook first",
                change.sha.short(),
                change.title
            )
        })
        .collect();
    let declared = |name: &StageName| {
        let definition = before.in_force(name);
        let stage = definition.as_ref().and_then(|d| d.stage(name));
        stage.is_some_and(|stage: &Stage| stage.deploy.one_way)
    };
    warnings.extend(intent.stages.iter().filter(|(name, _)| declared(name)).map(
        |(name, _)| {
            format!("ONE-WAY: the definition says that a rollback of {name} does not undo what a release did there")
        },
    ));
    warnings
}

fn quarantine(intent: &Intent) -> Option<String> {
    let changes = intent.changes.len();
    let (go, them) = if changes == 1 {
        (" goes", "it")
    } else {
        ("s go", "them")
    };
    (changes > 0).then(|| {
        format!(
            "{changes} change{go} into quarantine: no release with {them} deploys until a person lifts it"
        )
    })
}

fn undone_notes(intent: &Intent, undone: &[(ReleaseId, &Change)]) -> Vec<String> {
    let told = undone.iter().take(CHANGES_TOLD).map(|(release, change)| {
        let suspect = intent.changes.contains(&change.sha);
        let what = if suspect { "undone" } else { "also undone" };
        let (sha, author) = (change.sha.short(), change.author.login());
        format!("{what}: {sha} {author}: {} ({release})", change.title)
    });
    let mut notes: Vec<String> = told.collect();
    let more = undone.len().saturating_sub(CHANGES_TOLD);
    if more > 0 {
        notes.push(format!("undone: and {more} more"));
    }
    notes
}

/// What runs the change and is not rolled back with this command, in these stages and in others.
fn left(before: &Draft<'_>, intent: &Intent) -> Vec<String> {
    let Some(definition) = before.definition() else {
        return Vec::new();
    };
    let pipeline = &before.pipeline;
    let mut judge = Judge::new(pipeline, intent.release, &intent.changes);
    let mut warnings = Vec::new();
    for stage in &definition.stages {
        let included = intent.stages.iter().find(|(name, _)| *name == stage.name);
        let mut left: BTreeMap<ReleaseId, Vec<&TargetName>> = BTreeMap::new();
        for (_, _, target) in stage.targets() {
            let goes = included.is_some_and(|(_, rollback)| {
                rollback.destinations.contains_key(target) || rollback.skipped.contains_key(target)
            });
            let running = pipeline.targets.get(target).and_then(|t| t.running);
            if let Some(running) = running.filter(|r| !goes && judge.holds(*r)) {
                left.entry(running).or_default().push(target);
            }
        }
        warnings.extend(left.into_iter().map(|(release, targets)| {
            let too = if release == intent.release {
                "too"
            } else {
                "with the same changes"
            };
            if included.is_none() {
                return format!("{} runs {release} {too} and stays as it is", stage.name);
            }
            let keep = if targets.len() == 1 { "keeps" } else { "keep" };
            format!(
                "{} stays MIXED: {} {keep} {release}",
                stage.name,
                few(&targets)
            )
        }));
    }
    warnings
}
