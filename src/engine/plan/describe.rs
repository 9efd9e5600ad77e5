//! A plan in words: per stage what runs now and what would, what else happens, and what a careful
//! person would want to know first. Only what the draft shows; nothing is guessed.

use crate::engine::command::intent_of;
use crate::engine::draft::Draft;
use crate::model::{
    Actor, Blocker, BlockerId, BlockerKind, Candidate, Clears, Command, HoldScope, Lift, Passage,
    PlanRow, Refusal, ReleaseId, RollbackScope, Stage, StageName, Verdict, blockers,
};

#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) rows: Vec<PlanRow>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) confirm: Option<String>,
}

pub(super) fn describe(
    before: &Draft<'_>,
    after: &Draft<'_>,
    by: &Actor,
    command: &Command,
) -> Result<Told, Refusal> {
    let name = before.pipeline.name.to_string();
    let mut told = match command {
        Command::Approve(verdict) => approve(before, after, verdict),
        Command::Reject(verdict) => reject(verdict),
        Command::Override {
            stage,
            release,
            blockers,
            lasts,
            ..
        } => Told {
            title: format!(
                "let {release} into {stage} past {} for {lasts}",
                listed(blockers)
            ),
            confirm: blockers.first().map(ToString::to_string),
            ..still_blocked(before, after, stage, *release, blockers)
        },
        Command::Rollback {
            scope,
            release,
            reason,
        } => rollback(before, by, scope, *release, reason)?,
        Command::Hold { scope, lasts, .. } => hold(before, scope, lasts.map(|l| l.to_string())),
        Command::Lift { what, .. } => lift(before, what),
        Command::Retry { stage, release } => Told {
            title: format!("try {release} in {stage} again"),
            rows: rows_of(before, after, |candidate| candidate == stage),
            ..Told::default()
        },
    };
    if told.confirm.is_none() && command.class() >= crate::model::Class::Restore {
        told.confirm = Some(name);
    }
    Ok(told)
}

fn approve(before: &Draft<'_>, after: &Draft<'_>, verdict: &Verdict) -> Told {
    let Verdict { stage, release, .. } = verdict;
    let mut told = Told {
        title: format!("approve {release} in {stage}"),
        ..Told::default()
    };
    let Some(definition) = before.definition() else {
        return told;
    };
    let later = definition
        .stages
        .iter()
        .skip_while(|s| s.name != *stage)
        .skip(1);
    for stage in later {
        let row = row(
            before,
            stage,
            release.to_string(),
            waits(after, &stage.name, *release),
        );
        told.rows.push(row);
    }
    match told.rows.first() {
        Some(next) => {
            told.title = format!("approve {release} in {stage}: it goes on to {}", next.stage);
            told.notes
                .push("later stages follow by themselves as their blockers clear".to_owned());
        }
        None => told.notes.push(format!("{stage} is the last stage")),
    }
    let firing = definition
        .stages
        .iter()
        .flat_map(|s| &s.alarms)
        .filter_map(|alarm| {
            let state = before.pipeline.alarms.get(alarm)?;
            (state.level == crate::model::AlarmLevel::Firing)
                .then(|| format!("alarm {alarm} fires"))
        });
    told.warnings.extend(firing);
    told.warnings.dedup();
    told
}

fn reject(verdict: &Verdict) -> Told {
    Told {
        title: format!("reject {} in {}", verdict.release, verdict.stage),
        notes: vec![
            "a reject is final for this release and stage; a newer release may pass".to_owned(),
            "its targets keep running it until the next release comes".to_owned(),
        ],
        ..Told::default()
    }
}

/// What an override does not solve (UX.md, S12).
fn still_blocked(
    before: &Draft<'_>,
    after: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
    named: &[BlockerId],
) -> Told {
    let mut told = Told::default();
    if let Some(definition) = before.definition()
        && let Some(stage) = definition.stage(stage)
    {
        told.rows.push(row(
            before,
            stage,
            release.to_string(),
            waits(after, &stage.name, release),
        ));
    }
    let candidate = Candidate { stage, release };
    let now = blockers(&before.pipeline, before.org, before.now, candidate);
    let others: Vec<String> = now
        .iter()
        .filter(|b| b.blocks() && !named.contains(&b.id) && b.kind != BlockerKind::NotApproved)
        .map(|b| b.id.to_string())
        .collect();
    if after
        .active(stage)
        .is_some_and(|attempt| attempt.release == release)
    {
        told.notes.push(format!("{release} enters {stage} at once"));
    } else if !others.is_empty() {
        let others = others.join(", ");
        told.notes.push(format!(
            "{stage} is STILL blocked by {others}: nothing would deploy now"
        ));
    }
    for blocker in now.iter().filter(|blocker| named.contains(&blocker.id)) {
        if let Clears::At(at) = blocker.clears {
            // An instant and not a countdown: a plan that only ages has not changed.
            let at = at.utc().format("%a %H:%MZ");
            told.warnings.push(format!(
                "{} clears by itself {at}: consider waiting",
                blocker.id
            ));
        }
    }
    told
}

fn rollback(
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
fn elsewhere(before: &Draft<'_>, intent: &crate::engine::rollback::Intent) -> Vec<String> {
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

fn hold(before: &Draft<'_>, scope: &HoldScope, lasts: Option<String>) -> Told {
    let place = match scope {
        HoldScope::Stage(stage) => format!("{stage} of {}", before.pipeline.name),
        HoldScope::Pipeline => format!("every stage of {}", before.pipeline.name),
        HoldScope::Service(service) => format!("service {service}"),
        HoldScope::Organization => "the organization".to_owned(),
    };
    let until = lasts.map_or("until it is lifted".to_owned(), |lasts| {
        format!("for {lasts}")
    });
    Told {
        title: format!("hold {place} {until}"),
        notes: vec!["no new target starts; what runs finishes; rollbacks go on".to_owned()],
        ..Told::default()
    }
}

fn lift(before: &Draft<'_>, what: &Lift) -> Told {
    let guards = &before.pipeline.guards;
    match what {
        Lift::Hold(id) => {
            let by = guards
                .holds
                .get(id)
                .map(|hold| format!(" of {}: {}", hold.by, hold.reason));
            Told {
                title: format!("lift hold {id}{}", by.unwrap_or_default()),
                ..Told::default()
            }
        }
        Lift::Override(id) => Told {
            title: format!("cancel override {id}"),
            ..Told::default()
        },
        Lift::Quarantine(release) => Told {
            title: format!("lift the quarantine that {release} left"),
            warnings: vec![format!(
                "releases with the changes of {release} may deploy again"
            )],
            confirm: Some(release.to_string()),
            ..Told::default()
        },
    }
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
