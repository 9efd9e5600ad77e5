//! The dry run of a command: the same decision on a draft, told in words, with a digest over what
//! it would record. A commit names the digest, so a changed world is noticed (rule 15).

mod describe;
mod estimate;

use crate::engine::{command, draft, settle};
use crate::model::{
    Actor, Command, Fact, Fingerprint, Org, Pipeline, PipelineName, Plan, PlanFact, PlanRow,
    PlanTarget, Refusal, Revision, Time,
};

/// What a command would do, or why it would be refused.
pub fn plan(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    by: &Actor,
    command: &Command,
) -> Result<Plan, Refusal> {
    let before = draft::Draft::new(pipeline, org, now);
    let mut after = draft::Draft::new(pipeline, org, now);
    command::carry_out(&mut after, by, command)?;
    let recorded = after.facts().to_vec();
    settle::settle(&mut after);
    let told = describe::describe(&before, &after, by, command)?;
    Ok(assemble(Draft {
        pipeline: Some(pipeline.name.clone()),
        command: command.clone(),
        title: told.title,
        facts: told.facts,
        rows: told.rows,
        targets: told.targets,
        notes: told.notes,
        warnings: told.warnings,
        confirm: told.confirm,
        revision: pipeline.revision,
        recorded,
    }))
}

/// A plan before it has a digest.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) pipeline: Option<PipelineName>,
    pub(super) command: Command,
    pub(super) title: String,
    pub(super) facts: Vec<PlanFact>,
    pub(super) rows: Vec<PlanRow>,
    pub(super) targets: Vec<PlanTarget>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) confirm: Option<String>,
    pub(super) revision: Revision,
    /// What the command itself would record. Facts carry no times, so the digest only changes when
    /// the consequence does.
    pub(super) recorded: Vec<Fact>,
}

pub(super) fn assemble(draft: Draft) -> Plan {
    // The facts say where every target goes; how long it may take changes with every deployment.
    let told = |row: &PlanRow| PlanRow {
        estimate: None,
        ..row.clone()
    };
    let rows: Vec<PlanRow> = draft.rows.iter().map(told).collect();
    let digest = Fingerprint::of(&(&draft.pipeline, &draft.command, &draft.recorded, rows));
    Plan {
        pipeline: draft.pipeline,
        class: draft.command.class(),
        command: draft.command,
        title: draft.title,
        facts: draft.facts,
        rows: draft.rows,
        targets: draft.targets,
        notes: draft.notes,
        warnings: draft.warnings,
        confirm: draft.confirm,
        revision: draft.revision,
        digest,
    }
}
