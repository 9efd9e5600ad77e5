//! Operators who press anything, sensible or not: with stale plans, twice, two at once.

use super::faults::Fault;
use super::machine::Machine;
use super::wishes;
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

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

/// Somebody says yes to what waits for it, if anything does.
pub(super) fn approve(machine: &mut Machine, by: &str, (round, nth): (u64, u64)) {
    if let Some(command) = wishes::yes_to(machine, wishes::Meant::Asking) {
        press(machine, by, &format!("first-{round}-{nth}"), command);
    }
}

/// Somebody asks for this, and has seen its plan.
pub(super) fn press(machine: &mut Machine, by: &str, key: &str, command: Command) {
    let key = RequestKey::parse(key).unwrap();
    let seen = look(machine, by, key, command);
    submit(machine, seen);
}

/// Thinks of a command and looks at its plan. A plan that is refused goes on: the audit gets it.
fn think(machine: &mut Machine, step: u64, nth: u64) -> Option<Seen> {
    let names = ["ana", "li", "mori", "zoe", "ana", "li"];
    let by = *machine.rng.pick(&names)?;
    let command = wishes::some(machine)?;
    let key = RequestKey::parse(&format!("key-{step}-{nth}")).unwrap();
    Some(look(machine, by, key, command))
}

fn look(machine: &mut Machine, by: &str, key: RequestKey, command: Command) -> Seen {
    let by = Actor::parse(by).unwrap();
    if let Command::Approve(verdict) | Command::Reject(verdict) = &command
        && let Some(look) = machine.book.look(&verdict.stage)
    {
        machine.book.looks.insert(key.clone(), look);
    }
    // Whoever has seen something may ask for the plan a while later.
    if machine.strikes(Fault::StalePlan, 3) {
        super::actions::observe(machine);
        machine.come_up();
    }
    let plan = planned(machine, &by, &command);
    let expect = plan.map_or_else(|_refused| Fingerprint::of(&command), |plan| plan.digest);
    machine.say(|| format!("> {by} {}", command.twin(None, None)));
    let request = Request {
        key,
        expect,
        command,
    };
    Seen { by, request }
}

fn is_of_org(machine: &Machine, command: &Command) -> bool {
    match command {
        Command::Hold { scope, .. } => {
            matches!(scope, HoldScope::Organization | HoldScope::Service(_))
        }
        // Holds are numbered in each stream by itself; who lifts one says which stream is meant.
        Command::Lift {
            what: Lift::Hold(id),
            reason,
        } => reason == wishes::ORG_REASON && machine.org.holds.contains_key(id),
        _ => false,
    }
}

fn planned(machine: &Machine, by: &Actor, command: &Command) -> Result<Plan, Refusal> {
    let now = machine.now();
    if is_of_org(machine, command) {
        engine::plan_org(&machine.org, by, command)
    } else {
        engine::plan(&machine.pipeline, &machine.org, now, by, command)
    }
}

/// Commits a request as the service does: a key that is known gets the first answer. It has its
/// answer at once, whatever hangs outside (L4).
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
    let of_org = is_of_org(machine, &request.command);
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
