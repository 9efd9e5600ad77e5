//! A busy night as a terminal sees it: one pipeline in which every kind of thing goes on, folded by
//! the real engine from a scripted story, and a fleet around it with every status.

mod rows;
mod seen;

pub(crate) use seen::{seen_alarms, seen_windows};

use crate::world::{World, definition, sha, success};
use pilothouse::{
    client::Link,
    engine::Input,
    model::*,
    tui::{
        app::{App, Opened, Size},
        keymap::Keymap,
        screen::{BoardScreen, Screen},
    },
};
use std::sync::LazyLock;

pub(crate) fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// The moment at which the screens are looked at.
pub(crate) fn now() -> Time {
    name("2026-03-09T03:12:45Z")
}

/// An app on the fleet list, live, with the fleet and the busy pipeline's facts.
pub(crate) fn app(width: u16, height: u16) -> App {
    app_of(night(), width, height)
}

pub(crate) fn app_of(world: World, width: u16, height: u16) -> App {
    let keymap = Keymap::built_in().unwrap();
    let mut app = App::new("PROD".to_owned(), keymap, Size { width, height }, now());
    let last = Time(now().0 - 2_000);
    app.link = Link::Live {
        since: world.now,
        last,
    };
    app.replica.operator = Some(name("ana"));
    app.replica.org = world.org.clone();
    app.replica.org.rotas = rotas();
    let own = summary(&world.pipeline, &world.org, now()).unwrap();
    for row in fleet(&own) {
        app.replica.rows.insert(row);
    }
    let opened = Opened {
        pipeline: world.pipeline,
        entries: world.entries.into(),
    };
    app.replica.opened.insert(name("checkout"), opened);
    app
}

/// Ana is on call for payments, until Li is in six hours; for the others it is always Ren.
fn rotas() -> std::collections::BTreeMap<TeamName, Rota> {
    let rota = |people: &[&str]| Rota {
        people: people.iter().map(|person| name(person)).collect(),
        since: name("2026-03-02 10:00"),
        turn: Span::hours(7 * 24),
        time_zone: chrono_tz::Europe::Berlin,
        covers: Vec::new(),
    };
    let rotas = [("payments", &["ana", "li"][..]), ("pay-core", &["ren"])];
    let rotas = rotas.map(|(team, people)| (name(team), rota(people)));
    rotas.into()
}

/// The board of the busy pipeline, with a stage selected.
pub(crate) fn board_of(stage: &str) -> Screen {
    Screen::Board(BoardScreen::of(name("checkout"), Some(name(stage))))
}

/// r1 runs everywhere; r2 passed wave-1 and waits for a window before wave-2, held back too; r3 is
/// rolled back in wave-1 at this moment; r4 reverts it and asks for approval in gamma; r5 is being
/// built.
pub(crate) fn night() -> World {
    static NIGHT: LazyLock<World> = LazyLock::new(told);
    NIGHT.clone()
}

fn told() -> World {
    let mut world = calm();
    let stop = Command::Hold {
        scope: HoldScope::Stage(name("wave-2")),
        reason: "INC-5512: us-east-1 drains".to_owned(),
        lasts: Some(Span::hours(6)),
    };
    world.command("li", stop).unwrap();
    let pass = Command::Override {
        uses: 1,
        stage: name("wave-2"),
        release: name("r2"),
        blockers: vec![BlockerId("window/business-hours".to_owned())],
        reason: "agreed with the shop, low traffic tonight".to_owned(),
        lasts: Span::hours(4),
        ticket: Some("INC-5512".to_owned()),
    };
    world.command("li", pass).unwrap();
    world.push("mori", &["li"], "Cache tokens per merchant", &[]);
    flow(&mut world);
    world.now = name("2026-03-09T02:51:00Z");
    approve(&mut world, "r3");
    finish(&mut world, "wave-1", 1);
    minutes(&mut world, 2);
    finish(&mut world, "wave-1", 1);
    world.now = name("2026-03-09T03:06:30Z");
    trouble(&mut world, "checkout-faults");
    world.push(
        "chen",
        &["ana"],
        "Revert \"Cache tokens per merchant\"",
        &[sha(3)],
    );
    for what in [
        "build",
        "check",
        "beta",
        "integration",
        "gamma",
        "gamma",
        "load",
    ] {
        finish(&mut world, what, 1);
    }
    world.push("ren", &["ana"], "Name the ledger's queue", &[]);
    world.now = name("2026-03-09T03:12:00Z");
    world.input(Input::Tick).unwrap();
    world
}

/// r1 runs everywhere, r2 has passed wave-1.
fn calm() -> World {
    let mut world = World::bare();
    let definition = Box::new(wide_definition());
    world.input(Input::Define(definition)).unwrap();
    world.push("mori", &["ana"], "Retry idempotent captures once", &[]);
    flow(&mut world);
    approve(&mut world, "r1");
    for at in ["2026-03-06T15:00:00Z", "2026-03-09T00:10:00Z"] {
        world.now = name(at);
        world.input(Input::Tick).unwrap();
        flow(&mut world);
    }
    world.push("chen", &["mori"], "Raise the pool from 40 to 64", &[]);
    flow(&mut world);
    approve(&mut world, "r2");
    flow(&mut world);
    world
}

/// r3 bakes on the one-box of wave-1.
pub(crate) fn baking() -> World {
    let mut world = calm();
    world.push("mori", &["li"], "Cache tokens per merchant", &[]);
    flow(&mut world);
    world.now = name("2026-03-09T03:12:00Z");
    approve(&mut world, "r3");
    finish(&mut world, "wave-1", 1);
    observe(&mut world, Span::seconds(25), "", AlarmLevel::Ok);
    world
}

/// The definition of the other tests with two more waves, and alarms of their own.
fn wide_definition() -> Definition {
    let mut wide = definition();
    let faults = wide.alarms[0].clone();
    let alarm = |alarm: &str| Alarm {
        name: name(alarm),
        runbook: Some("https://wiki.example.com/rb/checkout".to_owned()),
        ..faults.clone()
    };
    wide.alarms = vec![
        alarm("checkout-faults"),
        alarm("fleet-latency"),
        alarm("queue-depth"),
    ];
    wide.alarms[2].severity = Severity::Low;
    let mut east = wide.stages[3].clone();
    let mut pacific = east.clone();
    east.regions.truncate(1);
    pacific.regions.remove(0);
    pacific.name = name("wave-3");
    let mut rest = wide.stages[2].clone();
    rest.name = name("wave-4");
    for zone in rest.regions.iter_mut().flat_map(|region| &mut region.zones) {
        for target in &mut zone.targets {
            *target = name(&format!("rest-{target}"));
        }
    }
    for stage in [&mut east, &mut pacific, &mut rest] {
        stage.alarms = vec![name("fleet-latency")];
    }
    wide.stages[2].alarms = vec![name("checkout-faults"), name("queue-depth")];
    wide.stages.truncate(3);
    wide.stages.extend([east, pacific, rest]);
    wide
}

fn approve(world: &mut World, release: &str) {
    let verdict = world.verdict(&name("gamma"), name(release), "looked at the dashboards");
    world.command("ana", Command::Approve(verdict)).unwrap();
}

/// Ends up to `most` owed steps well whose title contains a text.
pub(crate) fn finish(world: &mut World, what: &str, most: usize) {
    for _ in 0..most {
        let mut owed = world.pipeline.steps.values();
        let found = owed.find(|owed| {
            let place = match &owed.effect {
                Effect::Deploy(deployment) => deployment.stage.to_string(),
                other => other.title(),
            };
            place.contains(what)
        });
        let Some(owed) = found.cloned() else { return };
        world.now = world.now + Span::seconds(20);
        world.finish(&owed.id, success(&owed.effect));
    }
}

fn minutes(world: &mut World, count: usize) {
    for _ in 0..count {
        observe(world, Span::minutes(1), "", AlarmLevel::Ok);
    }
}

/// An alarm that is above in two readings fires.
fn trouble(world: &mut World, alarm: &str) {
    for _ in 0..2 {
        observe(world, Span::seconds(10), alarm, AlarmLevel::Firing);
    }
}

fn observe(world: &mut World, elapsed: Span, trouble: &str, level: AlarmLevel) {
    world.now = world.now + elapsed;
    let names = ["checkout-faults", "fleet-latency", "queue-depth"];
    let readings = names.map(|alarm| {
        let level = if alarm == trouble {
            level
        } else {
            AlarmLevel::Ok
        };
        let value = match level {
            AlarmLevel::Ok => Some(Measure::share(Ppm(4_000))),
            AlarmLevel::Firing => Some(Measure::share(Ppm(131_000))),
            AlarmLevel::NoData => None,
        };
        Reading {
            alarm: name(alarm),
            level,
            value,
            why: String::new(),
            points: 60,
            targets: std::collections::BTreeMap::new(),
        }
    });
    let observation = Observation {
        elapsed,
        readings: readings.to_vec(),
    };
    let outcome = Outcome::Observed(observation);
    world.input(Input::Outcome(outcome)).unwrap();
}

/// Lets steps end well and minutes pass until nothing moves by itself.
fn flow(world: &mut World) {
    loop {
        let before = world.entries.len();
        finish(world, "", usize::MAX);
        minutes(world, 1);
        if world.entries.len() == before {
            return;
        }
    }
}

/// A pipeline for every status: what it is called, why it stands so, for how many minutes.
const ROWS: &[(Status, &str, &str, u64)] = &[
    (
        Status::Alarm,
        "payments-api",
        "wave-1 alarm p99-latency fires at 13.10%",
        18,
    ),
    (
        Status::Fail,
        "ledger-writer",
        "beta test integration failed: 3 of 212",
        41,
    ),
    (
        Status::Approve,
        "auth-gateway",
        "gamma release asks identity-oncall",
        126,
    ),
    (
        Status::Rollback,
        "cart-service",
        "wave-1 rolling back r42: 3 of 12 targets",
        4,
    ),
    (
        Status::Blocked,
        "search-indexer",
        "wave-2 window business-hours allows Mon..Fri",
        331,
    ),
    (
        Status::Held,
        "notif-fanout",
        "wave-1 li holds stage wave-1: sev2-90210",
        22,
    ),
    (
        Status::NoData,
        "geo-lookup",
        "wave-3 alarm faults has no data: timed out",
        9,
    ),
    (
        Status::Partial,
        "static-assets",
        "wave-2 two releases side by side",
        75,
    ),
    (Status::Run, "img-resizer", "wave-2 61 of 180 targets", 2),
    (
        Status::Bake,
        "pricing",
        "wave-1 bake 11m00s/30m00s, 40/100 points",
        11,
    ),
    (Status::Ok, "user-profile", "idle, all stages passed", 4_320),
    (
        Status::NotYet,
        "mailer",
        "nothing has been released yet",
        8_640,
    ),
    (
        Status::Superseded,
        "tax-tables",
        "nothing has been released yet",
        12,
    ),
];

/// The busy pipeline's row, and one row for every status.
fn fleet(own: &Summary) -> Vec<Summary> {
    let others = ROWS
        .iter()
        .zip(1_u32..)
        .map(|((status, pipeline, why, minutes), at)| Summary {
            pipeline: name(pipeline),
            service: name(pipeline),
            owner: name("pay-core"),
            status: *status,
            cells: own
                .cells
                .iter()
                .zip(0..)
                .map(|(cell, place)| Cell {
                    status: match place {
                        0..5 => Status::Ok,
                        5 => *status,
                        _ => Status::NotYet,
                    },
                    release: Some(ReleaseId(40 + at)),
                    ..cell.clone()
                })
                .collect(),
            release: Some(ReleaseId(40 + at)),
            stage: Some(name("wave-1")),
            since: Some(Time(now().0 - minutes.cast_signed() * 60_000)),
            why: (*why).to_owned(),
            detail: Box::new(rows::detail(*status, at)),
            ..own.clone()
        });
    others.chain([own.clone()]).collect()
}
