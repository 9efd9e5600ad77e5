//! A plan in words: per stage what runs now and what would, what else happens, and what a careful
//! person would want to know first. Only what the draft shows; nothing is guessed.

mod guard;
mod rollback;
mod ticket;
mod verdict;
mod weigh;

use crate::engine::{draft::Draft, rollback::Intent};
use crate::model::{
    Actor, Blocker, BlockerId, Candidate, Command, Passage, PlanFact, PlanRow, PlanTarget,
    ReleaseId, Stage, StageName, blockers,
};

#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) facts: Vec<PlanFact>,
    pub(super) rows: Vec<PlanRow>,
    pub(super) targets: Vec<PlanTarget>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) confirm: Option<String>,
}

pub(super) fn describe(
    before: &Draft<'_>,
    after: &Draft<'_>,
    by: &Actor,
    command: &Command,
    intent: Option<&Intent>,
) -> Told {
    let name = before.pipeline.name.to_string();
    let mut told = match command {
        Command::Approve(said) => verdict::approve(before, after, by, said),
        Command::Reject(said) => verdict::reject(said),
        Command::Override {
            stage,
            release,
            blockers,
            lasts,
            uses,
            ..
        } => Told {
            title: format!(
                "let {release} into {stage} past {} for {lasts}{}",
                listed(blockers),
                guard::times(*uses)
            ),
            confirm: blockers.first().map(ToString::to_string),
            facts: weigh::override_(before, after, (stage, *release), blockers),
            ..guard::still_blocked(before, after, stage, *release, blockers)
        },
        Command::Rollback { scope, .. } => intent
            .map(|intent| rollback::rollback(before, after, scope, intent))
            .unwrap_or_default(),
        Command::Hold { scope, lasts, .. } => {
            guard::hold(before, scope, lasts.map(|l| l.to_string()))
        }
        Command::Lift { what, .. } => guard::lift(before, what),
        Command::Ticket { id, action, .. } => ticket::act(before, *id, action),
        Command::Undo { stage, release } => verdict::undo(after, by, stage, *release),
        Command::Yield { stage, release, .. } => verdict::give_way(before, after, stage, *release),
        Command::Retry { stage, release } => Told {
            title: format!("try {release} in {stage} again"),
            rows: rows_of(before, after, |candidate| candidate == stage),
            notes: starts_over(before, after, stage),
            ..Told::default()
        },
    };
    if told.confirm.is_none() && command.class() >= crate::model::Class::Restore {
        told.confirm = Some(name);
    }
    told
}

fn rows_of(
    before: &Draft<'_>,
    after: &Draft<'_>,
    which: impl Fn(&StageName) -> bool,
) -> Vec<PlanRow> {
    let Some(definition) = before.definition() else {
        return Vec::new();
    };
    let stages = definition.stages.iter().filter(|stage| which(&stage.name));
    let rows = stages.map(|stage| {
        let entering = after
            .active(&stage.name)
            .map(|attempt| attempt.release.to_string());
        row(before, stage, entering.unwrap_or_default(), String::new())
    });
    rows.collect()
}

fn row(before: &Draft<'_>, stage: &Stage, after: String, note: String) -> PlanRow {
    let now = running(before, &stage.name);
    let targets = stage.targets().count();
    PlanRow {
        stage: stage.name.clone(),
        now,
        after,
        targets,
        estimate: None,
        note,
    }
}

/// What a stage runs, as text: `r4`, `r4, r5` when mixed, `-` when nothing is known.
fn running(draft: &Draft<'_>, stage: &StageName) -> String {
    let running = draft.pipeline.running(stage);
    let names: Vec<String> = running.keys().flatten().map(ToString::to_string).collect();
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
}

/// What a release would wait for before a stage; words without times, because they are part of
/// what is confirmed.
fn waits(after: &Draft<'_>, stage: &StageName, release: ReleaseId) -> String {
    let candidate = Candidate { stage, release };
    let standing = blockers(&after.pipeline, after.org, after.now, candidate);
    let orderly = |blocker: &&Blocker| blocker.blocks() && blocker.passage != Passage::Nobody;
    let mut ids: Vec<String> = standing
        .iter()
        .filter(orderly)
        .map(|b| b.id.to_string())
        .collect();
    ids.dedup();
    if ids.is_empty() {
        String::new()
    } else {
        format!("waits for {}", ids.join(", "))
    }
}

fn listed(blockers: &[BlockerId]) -> String {
    blockers
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A retry under a mended definition repeats the whole stage.
fn starts_over(before: &Draft<'_>, after: &Draft<'_>, stage: &StageName) -> Vec<String> {
    let (Some(was), Some(is)) = (before.active(stage), after.active(stage)) else {
        return Vec::new();
    };
    let note = format!(
        "its definition was {} and is {} now: the whole stage starts over",
        was.definition.short(),
        is.definition.short()
    );
    let changed = was.definition != is.definition;
    changed.then_some(note).into_iter().collect()
}
