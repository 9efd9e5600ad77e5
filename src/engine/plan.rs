//! The dry run of a command: the decision itself on a draft, told in words, with a digest over what
//! it would record. A commit names the digest, so a changed world is noticed (rule 15), and keeps the
//! draft: what is shown and what is done are one computation.

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
    weigh(&before, by, command).map(|weighed| weighed.plan)
}

/// A command carried out on a draft.
#[derive(Debug)]
pub(super) struct Weighed<'a> {
    pub(super) plan: Plan,
    /// With all that follows from the command.
    pub(super) after: draft::Draft<'a>,
}

/// Carries a command out on a draft of its own and tells what that did, from a draft without facts.
pub(super) fn weigh<'a>(
    before: &draft::Draft<'a>,
    by: &Actor,
    command: &Command,
) -> Result<Weighed<'a>, Refusal> {
    let mut after = before.clone();
    let intent = command::carry_out(&mut after, by, command)?;
    let recorded = after.facts().to_vec();
    settle::settle(&mut after);
    let told = describe::describe(before, &after, by, command, intent.as_ref());
    let plan = assemble(Draft {
        pipeline: Some(before.pipeline.name.clone()),
        command: command.clone(),
        title: told.title,
        facts: told.facts,
        rows: told.rows,
        targets: told.targets,
        notes: told.notes,
        warnings: told.warnings,
        confirm: told.confirm,
        revision: before.pipeline.revision,
        recorded,
    });
    Ok(Weighed { plan, after })
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
