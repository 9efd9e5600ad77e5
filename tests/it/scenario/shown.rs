//! What scenarios print: facts, boards, blockers, plans and forecasts as lines of a transcript.

use super::{name, parse};
use crate::world::World;
use pilothouse::model::*;
use std::fmt::Write as _;

pub(super) fn forecast_text(world: &World) -> String {
    let forecast = pilothouse::engine::forecast(&world.pipeline, &world.org, world.now);
    let mut text = String::new();
    for moment in &forecast.moments {
        let Moment {
            at,
            stage,
            release,
            event,
        } = moment;
        writeln!(text, "  {at} {release} {} {stage}", event.word()).unwrap();
    }
    for wait in &forecast.waits {
        let ids: Vec<&str> = wait.blockers.iter().map(|b| b.id.0.as_str()).collect();
        writeln!(
            text,
            "  {} still waits at {}: {}",
            wait.release,
            wait.stage,
            ids.join(", ")
        )
        .unwrap();
    }
    for assumed in &forecast.assumes {
        writeln!(text, "  assumes {assumed}").unwrap();
    }
    text
}

/// What people were told of everything so far.
pub(super) fn notices_text(world: &World) -> String {
    let mut pipeline = Pipeline::new(world.pipeline.name.clone());
    let mut text = String::new();
    for entry in &world.entries {
        pipeline.apply(entry).unwrap();
        let Some(notice) = notice("j", entry, &pipeline) else {
            continue;
        };
        let (kind, action) = (notice.kind.word(), notice.action.word());
        let severity = notice.severity.word();
        writeln!(text, "  {kind:8} {action:11} {severity:6} {}", notice.title).unwrap();
    }
    text
}

pub(super) fn board_text(world: &World) -> String {
    let mut text = String::new();
    for view in board(&world.pipeline, &world.org, world.now) {
        let release = view
            .release
            .map_or("-".to_owned(), |release| release.to_string());
        writeln!(
            text,
            "  {:8} {:10} {release:4} {}",
            view.stage, view.status, view.why
        )
        .unwrap();
    }
    text
}

pub(super) fn blockers_text(world: &World, stage: &str, release: &str) -> String {
    let stage = name(stage);
    let candidate = Candidate {
        stage: &stage,
        release: name(release),
    };
    let mut text = String::new();
    for blocker in blockers(&world.pipeline, &world.org, world.now, candidate) {
        let clears = match &blocker.clears {
            Clears::At(at) => format!("at {at}"),
            Clears::When(when) => format!("when {when}"),
        };
        let passed = blocker
            .overridden
            .map_or(String::new(), |id| format!(" [passed by {id}]"));
        let age = world.now.since(blocker.since).short();
        writeln!(
            text,
            "  {} for {age}: {}; clears {clears}{passed}",
            blocker.id, blocker.why
        )
        .unwrap();
    }
    if text.is_empty() {
        "  nothing\n".to_owned()
    } else {
        text
    }
}

pub(super) fn plan_text(world: &World, by: &str, words: &[&str], reason: &str) -> String {
    let by = Actor::parse(by).unwrap();
    let command = parse(world, words, reason);
    match pilothouse::engine::plan(&world.pipeline, &world.org, world.now, &by, &command) {
        Err(refusal) => format!("  refused: {refusal}\n"),
        Ok(plan) => {
            let mut text = format!("  {}\n", plan.title);
            for row in &plan.rows {
                let note = if row.note.is_empty() {
                    String::new()
                } else {
                    format!("; {}", row.note)
                };
                let PlanRow {
                    stage,
                    now,
                    after,
                    targets,
                    estimate,
                    ..
                } = row;
                let takes =
                    estimate.map_or(String::new(), |takes| format!(" in {}", takes.short()));
                writeln!(
                    text,
                    "    {stage}: {now} -> {after}, {targets} targets{takes}{note}"
                )
                .unwrap();
            }
            for line in plan.target_lines() {
                writeln!(text, "    {line}").unwrap();
            }
            for fact in &plan.facts {
                let (label, sign) = (fact.topic.word(), fact.speaks.sign());
                writeln!(text, "    {label}: {sign}{}", fact.text).unwrap();
            }
            for note in &plan.notes {
                writeln!(text, "    note: {note}").unwrap();
            }
            for warning in &plan.warnings {
                writeln!(text, "    WARNING: {warning}").unwrap();
            }
            writeln!(
                text,
                "    confirm: {}",
                plan.confirm.as_deref().unwrap_or("y")
            )
            .unwrap();
            text
        }
    }
}

pub(super) fn told(facts: &[Fact]) -> String {
    let mut text = String::new();
    for fact in facts {
        let told = fact.told();
        let who = told.who.map_or(String::new(), |who| format!(" by {who}"));
        writeln!(text, "  {:10} {}{who}", told.kind, told.what).unwrap();
    }
    if text.is_empty() {
        "  nothing\n".to_owned()
    } else {
        text
    }
}
