//! Delivery figures of histories that were counted by hand: the real engine tells them, a ledger
//! folds them, and a report says what somebody with pencil and paper said.

use crate::{
    fixture::{self, name, now},
    world::{World, definition, success},
};
use pilothouse::{engine::Input, model::*};

/// The ledger that a journal comes to.
pub(crate) fn ledger(world: &World) -> Delivery {
    let mut pipeline = Pipeline::new(world.pipeline.name.clone());
    let mut ledger = Delivery::default();
    for entry in &world.entries {
        pipeline.apply(entry).unwrap();
        ledger.fold(&pipeline, entry.at, &entry.fact);
    }
    ledger
}

pub(crate) fn report(world: &World, at: Time, days: u32) -> DeliveryReport {
    let ledger = ledger(world);
    let one = (name("checkout"), name("payments"), &ledger);
    delivery_report(&[one], at, days, None)
}

/// Lets time pass, then ends the only owed step well.
fn after(world: &mut World, minutes: u64) {
    world.now = world.now + Span::minutes(minutes);
    let mut owed = world.pipeline.steps.values().cloned();
    let (first, second) = (owed.next().unwrap(), owed.next());
    assert_eq!(second, None);
    world.finish(&first.id, success(&first.effect));
}

fn wait(world: &mut World, minutes: u64) {
    world.now = world.now + Span::minutes(minutes);
    world.input(Input::Tick).unwrap();
}

fn approve(world: &mut World, release: &str) {
    let verdict = world.verdict(&name("gamma"), name(release), "looked at it");
    world.command("li", Command::Approve(verdict)).unwrap();
}

/// One box in each stage, no bakes: every minute of a release is one that a test gave it.
fn short() -> World {
    let mut short = definition();
    let none = BakeRule {
        time: Span::ZERO,
        points: 0,
    };
    short.stages.retain(|stage| stage.name.as_str() != "beta");
    for stage in &mut short.stages {
        stage.regions.truncate(1);
        stage.regions[0].zones.truncate(1);
        stage.regions[0].zones[0].targets.truncate(1);
        stage.approval.retain(|gate| !matches!(gate, Gate::Bake(_)));
        stage.bake = BakeRules {
            one_box: none,
            zone: none,
        };
        stage.alarms.clear();
    }
    short.alarms.clear();
    let mut world = World::bare();
    world.input(Input::Define(Box::new(short))).unwrap();
    world
}

/// Friday noon in New York's winter: the window of wave-2 opens at 14:00Z and closes at 22:00Z.
fn one_release() -> World {
    let mut world = short();
    world.push("mori", &["ana"], "Retry captures once", &[]);
    after(&mut world, 9); // built 12:09
    after(&mut world, 6); // unit tests 12:15
    after(&mut world, 5); // on gamma 12:20
    after(&mut world, 10); // load test 12:30, asks
    wait(&mut world, 30);
    approve(&mut world, "r1"); // 13:00
    after(&mut world, 15); // wave-1 13:15, waits for the window
    wait(&mut world, 45); // 14:00
    after(&mut world, 20); // wave-2 14:20
    world
}

#[test]
fn one_release_takes_the_time_that_it_took() {
    let world = one_release();
    let report = report(&world, world.now, 7);
    let legs: Vec<String> = report
        .legs
        .iter()
        .map(|leg| format!("{} {} {}", leg.stage, leg.activity.word(), leg.mean))
        .collect();
    let wanted = [
        "build build 9m",
        "build test 6m",
        "gamma deploy 5m",
        "gamma test 10m",
        "gamma approval 30m",
        "wave-1 deploy 15m",
        "wave-2 window 45m",
        "wave-2 deploy 20m",
    ];
    assert_eq!(legs, wanted);
    let lead = Span::minutes(140);
    let figures = &report.current;
    let wanted = Figures {
        deployments: 1,
        shipped: 1,
        changes: 1,
        lead: Some(Spread {
            p50: lead,
            p90: lead,
        }),
        change_failure: Some(Ppm(0)),
        approval: Some(Spread {
            p50: Span::minutes(30),
            p90: Span::minutes(30),
        }),
        slowest: Some((name("gamma"), Span::minutes(30))),
        // 45 of 140 minutes.
        blocked_window: Some(Ppm(321_428)),
        blocked_alarm: Some(Ppm(0)),
        blocked_hold: Some(Ppm(0)),
        hands_off: Some(Ppm(0)),
        human_per_change: Some(Span::minutes(1)),
        ..Figures::default()
    };
    assert_eq!(*figures, wanted);
    assert_eq!(report.previous, Figures::default());
    assert_eq!(report.pipelines[0].days.iter().sum::<u32>(), 1);
    assert_eq!(report.pipelines[0].days.last(), Some(&1));
}

#[test]
fn a_record_is_in_one_window_and_then_in_the_one_before() {
    let world = one_release();
    let after =
        |days: u64, ms: u64| Time((world.now + Span::hours(24 * days)).0 - ms.cast_signed());
    for (at, current, previous) in [
        (after(0, 1), 0, 0),
        (after(0, 0), 1, 0),
        (after(7, 1), 1, 0),
        (after(7, 0), 0, 1),
        (after(14, 1), 0, 1),
        (after(14, 0), 0, 0),
    ] {
        let report = report(&world, at, 7);
        let found = (report.current.shipped, report.previous.shipped);
        assert_eq!(found, (current, previous), "{at}");
    }
}

#[test]
fn holds_and_people_count_for_what_they_did() {
    let mut world = short();
    world.push("mori", &["ana"], "Retry captures once", &[]);
    for _ in 0..4 {
        after(&mut world, 1);
    }
    let stop = Command::Hold {
        scope: HoldScope::Stage(name("wave-1")),
        reason: "the data centre moves".to_owned(),
        lasts: None,
    };
    world.command("li", stop).unwrap();
    wait(&mut world, 4);
    approve(&mut world, "r1"); // 4 minutes after li's command before
    wait(&mut world, 40);
    let lift = Command::Lift {
        what: Lift::Hold(name("h1")),
        reason: "it has moved".to_owned(),
    };
    world.command("li", lift).unwrap(); // at most 10 minutes
    after(&mut world, 6);
    world.now = name("2026-03-06T15:00:00Z");
    world.input(Input::Tick).unwrap();
    after(&mut world, 1);
    let figures = report(&world, world.now, 30).current;
    assert_eq!(figures.human_per_change, Some(Span::minutes(1 + 4 + 10)));
    assert_eq!(figures.hands_off, Some(Ppm(0)));
    // From 12:00 to 15:01 are 181 minutes, of which 40 were held.
    assert_eq!(figures.blocked_hold, Ppm::ratio(40, 181));
}

#[test]
fn a_rollback_is_a_failed_change_with_a_time_to_restore() {
    let report = report(&fixture::night(), now(), 30);
    let figures = &report.current;
    assert_eq!(report.pipelines[0].failed, [name("r3")]);
    assert_eq!((figures.rollbacks_auto, figures.rollbacks_manual), (1, 0));
    // r1, r2 and r3 began in production; r3 failed; its rollback is not at its end.
    assert_eq!(figures.change_failure, Ppm::ratio(1, 3));
    assert_eq!(figures.restore, None);
    assert_eq!(figures.overrides, 1);
    assert_eq!(figures.overrides_by["li"], 1);
    assert_eq!(figures.overrides_of["window/business-hours"], 1);
    assert_eq!((figures.deployments, figures.shipped), (2, 1));
    let csv = report.csv();
    let columns: Vec<usize> = csv.iter().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, [21, 21, 21], "{csv:?}");
}
