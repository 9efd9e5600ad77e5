//! The plan of a rollback: where every target goes, what is skipped, what else comes undone.

use crate::engine::command::intent_of;
use crate::engine::draft::Draft;
use crate::engine::plan::describe::{Told, running};
use crate::engine::rollback::Intent;
use crate::model::{Actor, PlanRow, Refusal, ReleaseId, RollbackScope};

pub(super) fn rollback(
    before: &Draft<'_>,
    by: &Actor,
    scope: &RollbackScope,
    release: ReleaseId,
    reason: &str,
) -> Result<Told, Refusal> {
    let intent = intent_of(before, by, scope, release, reason)?;
    let mut told = Told::default();
    let mut places = Vec::new();
    for (stage, rollback) in &intent.stages {
        let mut to: Vec<ReleaseId> = rollback.destinations.values().copied().collect();
        to.sort_unstable();
        to.dedup();
        let after = to
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        places.push(stage.to_string());
        told.rows.push(PlanRow {
            stage: stage.clone(),
            now: running(before, stage),
            after,
            targets: rollback.destinations.len(),
            estimate: None,
            note: "now, without tests or bake".to_owned(),
        });
        told.warnings.extend(
            rollback
                .skipped
                .iter()
                .map(|(target, why)| format!("{target} is SKIPPED: {why}")),
        );
    }
    told.title = format!("roll {release} back in {}", places.join(", "));
    let changes = intent.changes.len();
    told.notes.push(format!(
        "{changes} change{} into quarantine: no release with {} deploys until a person lifts it",
        if changes == 1 { " goes" } else { "s go" },
        if changes == 1 { "it" } else { "them" },
    ));
    told.notes
        .push("windows, alarms, holds and approvals do not stop a rollback".to_owned());
    told.warnings.extend(elsewhere(before, &intent));
    Ok(told)
}

/// Other stages that run the release and are not rolled back with this command.
fn elsewhere(before: &Draft<'_>, intent: &Intent) -> Vec<String> {
    let Some(definition) = before.definition() else {
        return Vec::new();
    };
    let untouched = definition.stages.iter().filter(|stage| {
        let included = intent.stages.iter().any(|(name, _)| *name == stage.name);
        let runs = before
            .pipeline
            .running(&stage.name)
            .contains_key(&Some(intent.release));
        runs && !included
    });
    untouched
        .map(|stage| {
            format!(
                "{} runs {} too and stays as it is",
                stage.name, intent.release
            )
        })
        .collect()
}
