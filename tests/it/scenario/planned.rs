//! What a plan says is what committing it then does, for rollbacks of any scope and for retries, in
//! every state that a scenario passes through.

use super::crashes::{recover, tape};
use super::scenarios;
use pilothouse::engine::{self, Input};
use pilothouse::journal::Memory;
use pilothouse::model::*;
use std::collections::BTreeMap;

#[test]
fn what_a_plan_says_is_what_its_commit_does() {
    let (mut planned, mut moved) = (0, 0);
    for file in scenarios() {
        let tape = tape(&file);
        let mut pipeline = recover(&Memory::new("planned"));
        let mut entries = tape.entries.iter();
        for (nth, taken) in tape.taken.iter().enumerate() {
            for entry in entries.by_ref().take(taken.facts.len()) {
                pipeline.apply(entry).unwrap();
            }
            let commands = commands(&pipeline);
            // Some in each state; from state to state the choice goes round.
            let turn = |i: &usize| i % 5 == nth % 5;
            for index in (0..commands.len()).filter(turn) {
                let (org, command) = (&taken.org, commands[index].clone());
                if let Some(targets) = commit(&pipeline, (org, taken.at), command) {
                    planned += 1;
                    moved += targets;
                }
            }
        }
    }
    println!("{planned} plans, {moved} targets");
    assert!(
        planned > 300 && moved > 300,
        "{planned} plans, {moved} targets"
    );
}

fn commands(pipeline: &Pipeline) -> Vec<Command> {
    let mut scopes = vec![RollbackScope::Everywhere];
    let mut commands = Vec::new();
    for stage in pipeline.stages.keys() {
        scopes.push(RollbackScope::Stage(stage.clone()));
        for number in 1..=pipeline.counters.releases {
            let (stage, release) = (stage.clone(), ReleaseId(number));
            commands.push(Command::Retry { stage, release });
        }
    }
    for (target, state) in &pipeline.targets {
        let (stage, target) = (state.stage.clone(), target.clone());
        scopes.extend(stage.map(|stage| RollbackScope::Target { stage, target }));
    }
    for scope in scopes {
        for number in 1..=pipeline.counters.releases {
            commands.push(Command::Rollback {
                scope: scope.clone(),
                release: ReleaseId(number),
                reason: "it looks wrong".to_owned(),
            });
        }
    }
    commands
}

/// Plans and commits a command; how many targets go somewhere, unless it is refused.
fn commit(pipeline: &Pipeline, (org, at): (&Org, Time), command: Command) -> Option<usize> {
    let by = Actor::parse("ana").unwrap();
    let plan = engine::plan(pipeline, org, at, &by, &command).ok()?;
    let request = Request {
        key: RequestKey::parse("planned").unwrap(),
        expect: plan.digest.clone(),
        command,
    };
    let input = Input::Command { by, request };
    let facts = engine::decide(pipeline, org, at, input).expect("what was planned is not refused");
    let audited =
        matches!(&facts[0], Fact::CommandAccepted { plan: digest, .. } if *digest == plan.digest);
    assert!(audited, "{:?}", plan.command);
    let said = plan.targets.iter();
    let said: BTreeMap<_, _> = said.map(|t| ((&t.stage, &t.target), t.to)).collect();
    let mut done = BTreeMap::new();
    for fact in &facts {
        if let Fact::AttemptStarted {
            stage,
            purpose: Purpose::Rollback(rollback),
            ..
        } = fact
        {
            let going = rollback
                .destinations
                .iter()
                .map(|(target, to)| (target, Some(*to)));
            let staying = rollback.skipped.keys().map(|target| (target, None));
            done.extend(
                going
                    .chain(staying)
                    .map(|(target, to)| ((stage, target), to)),
            );
        }
    }
    // Where no target of a stage goes anywhere, no rollback starts there.
    let going = |stage| done.keys().any(|(started, _)| *started == stage);
    let mut expected = said.clone();
    expected.retain(|(stage, _), to| to.is_some() || going(*stage));
    assert_eq!(expected, done, "{:?}", plan.command);
    if matches!(plan.command, Command::Rollback { .. }) {
        for row in &plan.rows {
            let there = done
                .iter()
                .filter(|((stage, _), to)| **stage == row.stage && to.is_some());
            assert_eq!(row.targets, there.count(), "{:?}: {row:?}", plan.command);
        }
    }
    Some(said.values().flatten().count())
}
