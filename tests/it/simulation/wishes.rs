//! What operators think of: anything, sensible or not. Each seed has people with habits of their
//! own, so that some runs are full of overrides and others of rollbacks.

use super::machine::Machine;
use pilothouse::model::*;

pub(super) const REASON: &str = "because the simulation wants to see it";
/// Of who means the organization's stream.
pub(super) const ORG_REASON: &str = "because the whole organization is meant";

/// What people may be fond of; each seed draws some.
const WISHES: [fn(&mut Machine) -> Option<Command>; 9] = [
    yes, pass, take_back, hold, lift, again, ticket, undo, give_way,
];

/// Something an operator might ask for.
pub(super) fn some(machine: &mut Machine) -> Option<Command> {
    let mut wishes = WISHES.to_vec();
    for (nth, wish) in WISHES.iter().enumerate() {
        let times = machine.habits >> (2 * nth) & 3;
        wishes.extend((0..times).map(|_| *wish));
    }
    // Without a yes now and then nothing ever gets anywhere.
    wishes.extend([yes as fn(&mut Machine) -> Option<Command>; 4]);
    machine.rng.pick(&wishes)?(machine)
}

/// A stage, and a release to speak of there: what is in it, or any.
fn place(machine: &mut Machine) -> Option<(StageName, ReleaseId)> {
    let n_releases = u64::from(machine.pipeline.counters.releases);
    let any = ReleaseId(machine.rng.below(n_releases + 1) as u32 + 1);
    let stages: Vec<StageName> = machine.definition.columns().skip(1).collect();
    let stage = machine.rng.pick(&stages)?.clone();
    let attempt = machine.pipeline.stage(&stage)?.attempt.as_ref();
    let there = attempt.map_or(any, |attempt| attempt.release);
    Some((stage, there))
}

/// A yes to what waits for one, or now and then to something else; or a no.
fn yes(machine: &mut Machine) -> Option<Command> {
    let meant = if machine.rng.one_in(10) {
        Meant::Anything
    } else {
        Meant::Asking
    };
    let yes = yes_to(machine, meant)?;
    Some(match yes {
        Command::Approve(verdict) if machine.rng.one_in(8) => Command::Reject(verdict),
        yes => yes,
    })
}

/// What somebody says yes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    Asking,
    Anything,
}

pub(super) fn yes_to(machine: &mut Machine, meant: Meant) -> Option<Command> {
    let active = machine.pipeline.active();
    let asking = active.filter(|attempt| meant == Meant::Anything || attempt.asked().is_some());
    let asking: Vec<&Attempt> = asking.collect();
    let attempt = machine.rng.pick(&asking)?;
    Some(Command::Approve(Verdict {
        stage: attempt.stage.clone(),
        release: attempt.release,
        attempt: attempt.id,
        evidence: evidence(&machine.pipeline, attempt),
        reason: REASON.to_owned(),
    }))
}

/// Takes back what runs on some target, or now and then anything.
fn take_back(machine: &mut Machine) -> Option<Command> {
    let (mut stage, mut release) = place(machine)?;
    let targets = machine.pipeline.targets.iter();
    let serving = targets.filter_map(|(name, state)| {
        let stage = state.stage.clone()?;
        Some((stage, name.clone(), state.running?))
    });
    let serving: Vec<(StageName, TargetName, ReleaseId)> = serving.collect();
    let mut name = None;
    if let Some((at, target, running)) = machine.rng.pick(&serving).cloned() {
        if !machine.rng.one_in(4) {
            (stage, release) = (at, running);
        }
        name = Some(target);
    }
    let spec = machine.definition.stage(&stage);
    let mut targets = spec.into_iter().flat_map(Stage::targets);
    let meant = targets.find(|(_, _, target)| Some(*target) == name.as_ref());
    let region = meant.map(|(region, _, _)| region.name.clone());
    let scope = match (machine.rng.below(6), region, name) {
        (0, _, _) => RollbackScope::Everywhere,
        (1, Some(region), _) => RollbackScope::Region { stage, region },
        (2 | 3, _, Some(target)) => RollbackScope::Target { stage, target },
        _ => RollbackScope::Stage(stage),
    };
    Some(Command::Rollback {
        scope,
        release,
        reason: REASON.to_owned(),
    })
}

fn hold(machine: &mut Machine) -> Option<Command> {
    let (stage, _) = place(machine)?;
    let (scope, lasts) = match machine.rng.below(4) {
        0 => (HoldScope::Stage(stage), Span::minutes(30)),
        1 => (HoldScope::Pipeline, Span::hours(2)),
        2 => (
            HoldScope::Service(machine.definition.service.clone()),
            Span::minutes(20),
        ),
        _ => (HoldScope::Organization, Span::hours(1)),
    };
    Some(Command::Hold {
        scope,
        reason: REASON.to_owned(),
        lasts: Some(lasts),
    })
}

fn lift(machine: &mut Machine) -> Option<Command> {
    let guards = &machine.pipeline.guards;
    let mut reason = REASON;
    let what = match machine.rng.below(5) {
        0 => Lift::Hold(*guards.holds.keys().next()?),
        1 => {
            reason = ORG_REASON;
            Lift::Hold(*machine.org.holds.keys().next()?)
        }
        2 => Lift::Override(*guards.overrides.keys().next()?),
        3 => Lift::Quarantine(guards.quarantines().next()?.release),
        _ => Lift::Clock,
    };
    let reason = reason.to_owned();
    Some(Command::Lift { what, reason })
}

fn again(machine: &mut Machine) -> Option<Command> {
    let (stage, release) = place(machine)?;
    Some(Command::Retry { stage, release })
}

/// Takes back a yes, most often one that has not taken effect.
fn undo(machine: &mut Machine) -> Option<Command> {
    let open = |attempt: &&Attempt| {
        let open = tally(&machine.pipeline, attempt);
        open.is_some_and(|open| open.given().next().is_some())
    };
    let open = machine.pipeline.active().filter(open);
    let open = open.map(|attempt| (attempt.stage.clone(), attempt.release));
    let open: Vec<_> = open.collect();
    let open = machine.rng.pick(&open).cloned();
    let (stage, release) = open.or_else(|| place(machine))?;
    Some(Command::Undo { stage, release })
}

fn give_way(machine: &mut Machine) -> Option<Command> {
    let (stage, release) = place(machine)?;
    let reason = REASON.to_owned();
    Some(Command::Yield {
        stage,
        release,
        reason,
    })
}

fn ticket(machine: &mut Machine) -> Option<Command> {
    let ids: Vec<TicketId> = machine.pipeline.guards.tickets.keys().copied().collect();
    let id = *machine.rng.pick(&ids)?;
    let action = match machine.rng.below(4) {
        0 => TicketAction::Acknowledge,
        1 => TicketAction::Assign(Actor::parse("li").unwrap()),
        2 => TicketAction::Note,
        _ => TicketAction::Resolve,
    };
    Some(Command::Ticket {
        id,
        action,
        reason: REASON.to_owned(),
    })
}

/// Leave to pass what stands before a release that waits, or is under way and stuck.
fn pass(machine: &mut Machine) -> Option<Command> {
    let (stage, there) = place(machine)?;
    let waiting = machine.pipeline.stage(&stage)?.waiting.last();
    let release = waiting.map_or(there, |(release, _)| *release);
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
    let reason = if short { "quick" } else { REASON };
    Some(Command::Override {
        uses: 1 + u32::from(machine.rng.one_in(4)),
        blockers: named,
        stage,
        release,
        reason: reason.to_owned(),
        lasts: Span::minutes(1 + machine.rng.below(if short { 3_000 } else { 120 })),
        ticket: None,
    })
}
