//! Operators who press anything, sensible or not: with stale plans, twice, two at once.

use super::faults::Fault;
use super::machine::Machine;
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

const REASON: &str = "because the simulation wants to see it";

/// A command with the plan that its operator saw.
struct Seen {
    by: Actor,
    request: Request,
}

pub(super) fn operate(machine: &mut Machine, step: u64) {
    let Some(first) = think(machine, step, 0) else {
        return;
    };
    let second = if machine.strikes(Fault::TwoOperators, 4) {
        think(machine, step, 1)
    } else {
        None
    };
    if machine.strikes(Fault::StalePlan, 4) {
        super::actions::something(machine);
        machine.come_up();
    }
    if machine.strikes(Fault::CommandInRecovery, 6) {
        machine.go_down(0);
        machine.come_up();
    }
    let again = (first.by.clone(), first.request.clone());
    submit(machine, first);
    if let Some(second) = second.filter(|_| machine.is_up()) {
        submit(machine, second);
    }
    if machine.strikes(Fault::DuplicateKey, 3) {
        machine.come_up();
        let (by, request) = again;
        submit(machine, Seen { by, request });
    }
}

/// Thinks of a command and looks at its plan. A plan that is refused goes on: the audit gets it.
fn think(machine: &mut Machine, step: u64, nth: u64) -> Option<Seen> {
    let names = ["ana", "li", "mori", "zoe", "ana", "li"];
    let by = Actor::parse(machine.rng.pick(&names)?).unwrap();
    let command = some_command(machine)?;
    let key = RequestKey::parse(&format!("key-{step}-{nth}")).unwrap();
    if let Command::Approve(verdict) = &command
        && let Some(look) = machine.book.look(&verdict.stage)
    {
        machine.book.looks.insert(key.clone(), look);
    }
    let plan = planned(machine, &by, &command);
    let expect = plan.map_or_else(|_refused| Fingerprint::of(&command), |plan| plan.digest);
    machine.say(|| format!("> {by} {}", command.twin(None, None)));
    Some(Seen {
        by,
        request: Request {
            key,
            expect,
            command,
        },
    })
}

fn is_of_org(command: &Command) -> bool {
    matches!(
        command,
        Command::Hold {
            scope: HoldScope::Organization | HoldScope::Service(_),
            ..
        }
    )
}

fn planned(machine: &Machine, by: &Actor, command: &Command) -> Result<Plan, Refusal> {
    let now = machine.now();
    if is_of_org(command) {
        engine::plan_org(&machine.org, by, command)
    } else {
        engine::plan(&machine.pipeline, &machine.org, now, by, command)
    }
}

/// Commits a request as the service does: a key that is known gets the first answer.
fn submit(machine: &mut Machine, seen: Seen) {
    let Seen { by, request } = seen;
    let key = request.key.clone();
    if machine.store.journal().request(&key).unwrap().is_some() {
        // The journal itself holds to it too, should the service ever forget to ask.
        assert!(machine.book.keys.contains(&key), "I28: {key}");
        let expect = machine.pipeline.revision;
        let stream = Stream::Pipeline(machine.pipeline.name.clone());
        let facts = vec![engine::refused(by, request, Refusal::KeyReused)];
        let at = machine.now();
        let request = Some(key.clone());
        let commit = pilothouse::journal::Commit {
            stream,
            expect,
            at,
            facts,
            request,
        };
        let twice = machine.store.commit(commit);
        assert!(twice.is_err(), "I33: {key} counts twice");
        return;
    }
    let fresh = planned(machine, &by, &request.command);
    let stale = fresh.is_ok_and(|fresh| fresh.digest != request.expect);
    let now = machine.now();
    let of_org = is_of_org(&request.command);
    let decided = if of_org {
        engine::decide_org(&machine.org, &by, request.clone())
    } else {
        let input = Input::Command {
            by: by.clone(),
            request: request.clone(),
        };
        engine::decide(&machine.pipeline, &machine.org, now, input)
    };
    let before = machine.pipeline.clone();
    let refused = decided.is_err();
    assert!(
        refused || !stale,
        "I34, I36: the plan was another: {:?}",
        request.command
    );
    let facts = decided.unwrap_or_else(|refusal| {
        machine.say(|| format!("  refused: {refusal}"));
        vec![engine::refused(by, request, refusal)]
    });
    if of_org {
        machine.commit_org(facts, Some(key.clone()));
    } else {
        machine.commit(facts, Some(key.clone()));
    }
    if !machine.is_up() {
        return;
    }
    assert!(
        machine.book.keys.contains(&key),
        "I33: {key} is not in the audit"
    );
    let answered = machine.store.journal().request(&key).unwrap();
    assert!(answered.is_some(), "I28: {key} has no answer");
    if refused {
        let same =
            (before.stages == machine.pipeline.stages) && before.guards == machine.pipeline.guards;
        assert!(same, "I33: a refused command changed something");
    }
}

/// Something an operator might ask for.
fn some_command(machine: &mut Machine) -> Option<Command> {
    let n_releases = u64::from(machine.pipeline.counters.releases);
    let release = ReleaseId(machine.rng.below(n_releases + 1) as u32 + 1);
    let stages: Vec<StageName> = machine.definition.columns().skip(1).collect();
    let stage = machine.rng.pick(&stages)?.clone();
    let state = machine.pipeline.stage(&stage)?;
    let there = state
        .attempt
        .as_ref()
        .map_or(release, |attempt| attempt.release);
    let waiting = state.waiting.last().map_or(there, |waiting| waiting.0);
    let reason = REASON.to_owned();
    Some(match machine.rng.below(27) {
        0..7 => return verdict(machine),
        7 => match verdict(machine)? {
            Command::Approve(verdict) => Command::Reject(verdict),
            other => other,
        },
        8..11 => override_of(machine, stage, waiting),
        11 => Command::Rollback {
            scope: RollbackScope::Stage(stage),
            release: there,
            reason,
        },
        12 => Command::Rollback {
            scope: RollbackScope::Everywhere,
            release: there,
            reason,
        },
        13..16 => hold(machine, stage),
        16..18 => {
            let hold = machine.pipeline.guards.holds.keys().next().copied()?;
            Command::Lift {
                what: Lift::Hold(hold),
                reason,
            }
        }
        18 => {
            let given = machine.pipeline.guards.overrides.keys().next().copied()?;
            Command::Lift {
                what: Lift::Override(given),
                reason,
            }
        }
        19 => {
            let entry = machine.pipeline.guards.quarantine.values().next()?;
            Command::Lift {
                what: Lift::Quarantine(entry.release),
                reason,
            }
        }
        20 => Command::Undo {
            stage,
            release: there,
        },
        21 => Command::Yield {
            stage,
            release: there,
            reason,
        },
        22 => Command::Lift {
            what: Lift::Clock,
            reason,
        },
        _ => Command::Retry {
            stage,
            release: there,
        },
    })
}

fn hold(machine: &mut Machine, stage: StageName) -> Command {
    let (scope, lasts) = match machine.rng.below(3) {
        0 => (HoldScope::Stage(stage), Span::minutes(30)),
        1 => (HoldScope::Pipeline, Span::hours(2)),
        _ => (HoldScope::Organization, Span::hours(1)),
    };
    Command::Hold {
        scope,
        reason: REASON.to_owned(),
        lasts: Some(lasts),
    }
}

/// A yes to what waits for one, or now and then to something else.
fn verdict(machine: &mut Machine) -> Option<Command> {
    let asking: Vec<&Attempt> = machine
        .pipeline
        .active()
        .filter(|a| a.asked().is_some())
        .collect();
    let any: Vec<&Attempt> = machine.pipeline.active().collect();
    let one_in_ten = machine.rng.one_in(10);
    let attempt = machine.rng.pick(if one_in_ten { &any } else { &asking })?;
    Some(Command::Approve(Verdict {
        stage: attempt.stage.clone(),
        release: attempt.release,
        attempt: attempt.id,
        evidence: evidence(&machine.pipeline, attempt),
        reason: REASON.to_owned(),
    }))
}

fn override_of(machine: &mut Machine, stage: StageName, release: ReleaseId) -> Command {
    let candidate = Candidate {
        stage: &stage,
        release,
    };
    let standing = blockers(&machine.pipeline, &machine.org, machine.now(), candidate);
    let all = standing
        .into_iter()
        .filter(|b| b.passage == Passage::Override);
    let named: Vec<BlockerId> = all.map(|blocker| blocker.id).take(2).collect();
    let short = machine.rng.one_in(8);
    Command::Override {
        uses: 1 + u32::from(machine.rng.one_in(4)),
        blockers: named,
        stage,
        release,
        reason: if short {
            "quick".to_owned()
        } else {
            REASON.to_owned()
        },
        lasts: Span::minutes(1 + machine.rng.below(if short { 3_000 } else { 120 })),
        ticket: None,
    }
}
