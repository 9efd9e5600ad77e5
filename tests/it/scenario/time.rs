//! The verbs of scenarios that are about time and about more than one pipeline: what is given, the
//! organization's stops, the clock, single alarms.

use super::{name, told};
use crate::taken::OrgTaken;
use crate::world::World;
use pilothouse::engine::{self, Input};
use pilothouse::model::*;

/// Runs a command if it is one of these.
pub(super) fn run(world: &mut World, words: &[&str], reason: &str) -> Option<String> {
    let printed = match words {
        ["given", given @ ..] => give(world, given, reason),
        ["read", alarm, level, figures @ ..] => read(world, alarm, level, figures, reason),
        ["clock", by] => step(world, by),
        [by, "org", "hold", scope @ .., lasts] => {
            let scope = match scope {
                [] => HoldScope::Organization,
                [service] => HoldScope::Service(service.parse().unwrap()),
                other => panic!("not a scope: {other:?}"),
            };
            let hold = Command::Hold {
                scope,
                reason: reason.to_owned(),
                lasts: Some(lasts.parse().unwrap()),
            };
            command(world, by, hold)
        }
        [by, "org", "lift", id] => {
            let lift = Command::Lift {
                what: Lift::Hold(id.parse().unwrap()),
                reason: reason.to_owned(),
            };
            command(world, by, lift)
        }
        _ => return None,
    };
    Some(printed)
}

/// `hold pipeline`, `hold wave-1 30m`, `lift h1`, `lift clock`, ...
pub(super) fn stop(words: &[&str], reason: String) -> Command {
    match words {
        ["hold", "pipeline"] => Command::Hold {
            scope: HoldScope::Pipeline,
            reason,
            lasts: None,
        },
        ["hold", stage, lasts] => Command::Hold {
            scope: HoldScope::Stage(name(stage)),
            reason,
            lasts: Some(lasts.parse().unwrap()),
        },
        ["lift", "quarantine", release] => Command::Lift {
            what: Lift::Quarantine(name(release)),
            reason,
        },
        ["lift", "clock"] => Command::Lift {
            what: Lift::Clock,
            reason,
        },
        ["lift", id] if id.starts_with('h') => Command::Lift {
            what: Lift::Hold(name(id)),
            reason,
        },
        ["lift", id] => Command::Lift {
            what: Lift::Override(name(id)),
            reason,
        },
        other => panic!("not a command of the scenarios: {other:?}"),
    }
}

/// What time alone changes in the organization, which every pipeline then hears of.
pub(super) fn tick(world: &mut World) -> String {
    let facts = engine::tick_org(&world.org, world.now);
    if facts.is_empty() {
        return String::new();
    }
    fold(world, None, &facts);
    told(&facts)
}

fn give(world: &mut World, given: &[&str], reason: &str) -> String {
    let mut definition = (**world.pipeline.definition.as_ref().unwrap()).clone();
    match given {
        ["drain", drain] => {
            let drain = drain.parse().unwrap();
            let facts = [Fact::DrainDefined { drain }];
            fold(world, None, &facts);
            return told(&facts);
        }
        ["stagger", stagger] => definition.windows[0].stagger = stagger.parse().unwrap(),
        ["quota", quota] => definition.windows[0].quota = Some(quota.parse().unwrap()),
        // Whole days, and what they are called; the calendar is read up to the end of the month.
        ["freeze", from, to] => {
            let day = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
            definition.windows[0].calendars.push(Calendar {
                file: "holidays.ics".to_owned(),
                until: day("2026-04-01"),
                events: vec![Event {
                    summary: reason.to_owned(),
                    line: 4,
                }],
                closures: vec![Closure {
                    from: day(from),
                    to: day(to),
                    local: true,
                    event: 0,
                }],
            });
        }
        ["alarm", name, scope] => {
            let mut alarm = definition.alarms[0].clone();
            alarm.name = name.parse().unwrap();
            alarm.scope = serde_json::from_str(&format!("{scope:?}")).unwrap();
            definition.alarms.push(alarm);
        }
        other => panic!("cannot be given: {other:?}"),
    }
    let words = given.join(" ");
    definition.digest = Digest::of(format!("{}, {words}", definition.digest).as_bytes());
    told(&world.input(Input::Define(Box::new(definition))).unwrap())
}

/// One reading of one alarm, in no time: its value, and what it counted of targets as `h1=9/100`.
fn read(world: &mut World, alarm: &str, level: &str, figures: &[&str], why: &str) -> String {
    let (counted, value): (Vec<&str>, Vec<&str>) =
        figures.iter().partition(|figure| figure.contains('='));
    let counted = counted.iter().map(|figure| {
        let (target, counted) = figure.split_once('=').unwrap();
        let (part, whole) = counted.split_once('/').unwrap();
        let (part, whole) = (part.parse().unwrap(), whole.parse().unwrap());
        (target.parse().unwrap(), Counted { part, whole })
    });
    let reading = Reading {
        alarm: alarm.parse().unwrap(),
        level: serde_json::from_str(&format!("{level:?}")).unwrap(),
        value: value.first().map(|value| value.parse().unwrap()),
        why: why.to_owned(),
        points: 0,
        targets: counted.collect(),
    };
    let observation = Observation {
        elapsed: Span::ZERO,
        readings: vec![reading],
    };
    let seen = Input::Outcome(Outcome::Observed(observation));
    told(&world.input(seen).unwrap())
}

/// Sets the clock: engine time goes ahead with it, and waits for it when it is set back.
fn step(world: &mut World, by: &str) -> String {
    let from = world.now;
    let to = match by.strip_prefix('-') {
        Some(back) => Time(from.0 - back.parse::<Span>().unwrap().0.cast_signed()),
        None => from + by.parse::<Span>().unwrap(),
    };
    world.now = from.max(to);
    let stepped = Outcome::ClockStepped { from, to };
    told(&world.input(Input::Outcome(stepped)).unwrap())
}

fn command(world: &mut World, by: &str, command: Command) -> String {
    let by = Actor::parse(by).unwrap();
    let plan = engine::plan_org(&world.org, &by, &command).unwrap();
    let mut printed = format!("  {}; {}\n", plan.title, plan.notes.join("; "));
    world.n_requests += 1;
    let request = Request {
        key: RequestKey::parse(&format!("key-{}", world.n_requests)).unwrap(),
        expect: plan.digest,
        command,
    };
    let asked = Some((by.clone(), request.clone()));
    let facts = engine::decide_org(&world.org, &by, request).unwrap();
    fold(world, asked, &facts);
    printed.push_str(&told(&facts));
    let follows = world.input(Input::Tick).unwrap();
    if !follows.is_empty() {
        printed.push_str(&told(&follows));
    }
    printed
}

fn fold(world: &mut World, asked: Option<(Actor, Request)>, facts: &[Fact]) {
    let (at, facts) = (world.now, facts.to_vec());
    for fact in &facts {
        world.org.fold(at, fact).unwrap();
    }
    let before = world.taken.iter().filter(|taken| !taken.facts.is_empty());
    let taken = OrgTaken { asked, at, facts };
    world.org_taken.push((before.count(), taken));
}
