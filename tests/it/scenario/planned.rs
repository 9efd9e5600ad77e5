//! What a plan says is what committing it then does, for every kind of command, in every state that
//! a scenario passes through: the same is refused, the same is recorded, and each row, target and
//! note is true of the state after.

mod told;

use super::crashes::tape;
use super::scenarios;
use pilothouse::engine::{self, Input};
use pilothouse::model::*;
use std::collections::BTreeMap;

const REASON: &str = "because the plan has to be held to its word";

#[test]
fn what_a_plan_says_is_what_its_commit_does() {
    let mut done: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for file in scenarios() {
        let tape = tape(&file);
        let mut pipeline = Pipeline::new(PipelineName::parse("checkout").unwrap());
        let mut entries = tape.entries.iter();
        for (nth, taken) in tape.taken.iter().enumerate() {
            for entry in entries.by_ref().take(taken.facts.len()) {
                pipeline.apply(entry).unwrap();
            }
            let mut by_verb: BTreeMap<&str, Vec<Command>> = BTreeMap::new();
            for command in commands(&pipeline, &taken.org, taken.at) {
                by_verb.entry(command.verb()).or_default().push(command);
            }
            // One of each kind in each state; from state to state the choice goes round.
            for (verb, commands) in by_verb {
                let command = commands[(nth * 7) % commands.len()].clone();
                let state = State {
                    pipeline: &pipeline,
                    org: &taken.org,
                    at: taken.at,
                };
                let (accepted, refused) = done.entry(verb).or_default();
                // Whose word it is decides about an approval and about taking it back.
                let people = ["ana", "li", "zoe"];
                let people = match command {
                    Command::Approve(_) | Command::Undo { .. } => &people[..],
                    _ => &people[nth % 3..=nth % 3],
                };
                for by in people {
                    if state.try_out(by, &command) {
                        *accepted += 1;
                    } else {
                        *refused += 1;
                    }
                }
            }
        }
    }
    println!("accepted and refused: {done:?}");
    assert_eq!(done.len(), 10, "some kind of command is missing: {done:?}");
    for (verb, (accepted, _)) in done {
        assert!(accepted > 2, "only {accepted} of {verb} were carried out");
    }
}

/// Where a command is tried out.
struct State<'a> {
    pipeline: &'a Pipeline,
    org: &'a Org,
    at: Time,
}

impl State<'_> {
    /// Plans and commits a command; whether it is accepted.
    fn try_out(&self, by: &str, command: &Command) -> bool {
        let by = Actor::parse(by).unwrap();
        let of_org = is_of_org(self, command);
        let plan = if of_org {
            engine::plan_org(self.org, &by, command)
        } else {
            engine::plan(self.pipeline, self.org, self.at, &by, command)
        };
        let expect = plan.as_ref().map_or_else(
            |_refused| Fingerprint::of(command),
            |plan| plan.digest.clone(),
        );
        let request = Request {
            key: RequestKey::parse("planned").unwrap(),
            expect,
            command: command.clone(),
        };
        let facts = if of_org {
            engine::decide_org(self.org, &by, request)
        } else {
            let input = Input::Command {
                by: by.clone(),
                request,
            };
            engine::decide(self.pipeline, self.org, self.at, input)
        };
        let (plan, facts) = match (plan, facts) {
            (Ok(plan), Ok(facts)) => (plan, facts),
            (Err(said), Err(refused)) => {
                assert_eq!(said, refused, "{command:?}");
                return false;
            }
            (plan, facts) => panic!("{command:?}: the plan says {plan:?}, then {facts:?}"),
        };
        let audited = matches!(&facts[0], Fact::CommandAccepted { plan: digest, .. } if *digest == plan.digest);
        assert!(audited, "{command:?}");
        if of_org {
            let mut after = self.org.clone();
            for fact in &facts {
                after.fold(self.at, fact).unwrap();
            }
            assert_eq!(facts.len(), 2, "{command:?} does one thing");
        } else {
            let mut after = self.pipeline.clone();
            for fact in &facts {
                after.fold(self.at, fact).unwrap();
            }
            told::check(self, &plan, &facts, &after);
        }
        true
    }
}

fn is_of_org(state: &State<'_>, command: &Command) -> bool {
    match command {
        Command::Hold { scope, .. } => {
            matches!(scope, HoldScope::Organization | HoldScope::Service(_))
        }
        Command::Lift {
            what: Lift::Hold(id),
            ..
        } => !state.pipeline.guards.holds.contains_key(id) && state.org.holds.contains_key(id),
        _ => false,
    }
}

/// Everything that somebody could ask for, sensible or not.
fn commands(pipeline: &Pipeline, org: &Org, now: Time) -> Vec<Command> {
    let mut commands = holds(pipeline, org);
    let reason = || REASON.to_owned();
    let mut scopes = vec![RollbackScope::Everywhere];
    for (target, state) in &pipeline.targets {
        let (stage, target) = (state.stage.clone(), target.clone());
        scopes.extend(stage.map(|stage| RollbackScope::Target { stage, target }));
    }
    for name in pipeline.stages.keys() {
        scopes.push(RollbackScope::Stage(name.clone()));
        let defined = pipeline.definition.as_ref().and_then(|d| d.stage(name));
        scopes.extend(defined.into_iter().flat_map(|s| &s.regions).map(|region| {
            let (stage, region) = (name.clone(), region.name.clone());
            RollbackScope::Region { stage, region }
        }));
        commands.extend(passes(pipeline, org, now, name));
        let attempt = pipeline.stage(name).and_then(|s| s.attempt.as_ref());
        commands.extend(
            attempt
                .into_iter()
                .flat_map(|attempt| about(pipeline, attempt)),
        );
    }
    for scope in scopes {
        commands.extend(
            (1..=pipeline.counters.releases).map(|number| Command::Rollback {
                scope: scope.clone(),
                release: ReleaseId(number),
                reason: reason(),
            }),
        );
    }
    commands
}

/// What is asked about a release in its stage. Who is not asked says yes to nothing, so that is tried
/// for a part of the states only.
fn about(pipeline: &Pipeline, attempt: &Attempt) -> Vec<Command> {
    let (stage, release) = (attempt.stage.clone(), attempt.release);
    let reason = REASON.to_owned();
    let verdict = Verdict {
        stage: stage.clone(),
        release,
        attempt: attempt.id,
        evidence: evidence(pipeline, attempt),
        reason: reason.clone(),
    };
    let retry = Command::Retry {
        stage: stage.clone(),
        release,
    };
    let undo = Command::Undo {
        stage: stage.clone(),
        release,
    };
    let give_way = Command::Yield {
        stage,
        release,
        reason,
    };
    let mut commands = Vec::new();
    if attempt.asked().is_some() || attempt.id.0.is_multiple_of(4) {
        commands.extend([Command::Approve(verdict.clone()), Command::Reject(verdict)]);
        commands.extend([undo, give_way]);
    }
    let may_retry = matches!(
        attempt.state,
        AttemptState::Paused { .. } | AttemptState::Failed { .. }
    );
    if may_retry || attempt.id.0 % 4 == 1 {
        commands.push(retry);
    }
    commands
}

/// Leave to pass each thing that stands before a release in a stage.
fn passes(pipeline: &Pipeline, org: &Org, now: Time, stage: &StageName) -> Vec<Command> {
    let mut commands = Vec::new();
    for release in (1..=pipeline.counters.releases).map(ReleaseId) {
        let standing = blockers(pipeline, org, now, Candidate { stage, release });
        commands.extend(standing.into_iter().map(|blocker| Command::Override {
            stage: stage.clone(),
            release,
            blockers: vec![blocker.id],
            reason: REASON.to_owned(),
            lasts: Span::hours(1),
            ticket: None,
            uses: 1,
        }));
    }
    commands
}

/// Stops, lifts and tickets.
fn holds(pipeline: &Pipeline, org: &Org) -> Vec<Command> {
    let guards = &pipeline.guards;
    let reason = || REASON.to_owned();
    let stages = pipeline.stages.keys().cloned().map(HoldScope::Stage);
    let service = pipeline
        .definition
        .iter()
        .map(|d| HoldScope::Service(d.service.clone()));
    let scopes = stages
        .chain(service)
        .chain([HoldScope::Pipeline, HoldScope::Organization]);
    let mut commands: Vec<Command> = scopes
        .map(|scope| Command::Hold {
            scope,
            reason: reason(),
            lasts: Some(Span::hours(1)),
        })
        .collect();
    let held = guards.holds.keys().chain(org.holds.keys());
    let held = held.map(|id| Lift::Hold(*id));
    let passed = guards.overrides.keys().map(|id| Lift::Override(*id));
    let bad = guards.quarantines();
    let bad = bad.map(|entry| Lift::Quarantine(entry.release));
    let lifts = held.chain(passed).chain(bad).chain([Lift::Clock]);
    commands.extend(lifts.map(|what| Command::Lift {
        what,
        reason: reason(),
    }));
    let to = Actor::parse("li").unwrap();
    let actions = [
        TicketAction::Acknowledge,
        TicketAction::Assign(to),
        TicketAction::Note,
        TicketAction::Resolve,
    ];
    for id in guards.tickets.keys() {
        commands.extend(actions.iter().map(|action| Command::Ticket {
            id: *id,
            action: action.clone(),
            reason: reason(),
        }));
    }
    commands
}
