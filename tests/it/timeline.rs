//! When stages let releases in: the timeline against what the engine is told at each moment, and
//! the days on which clocks change.

use crate::{
    fixture::{name, night, now},
    world::World,
};
use pilothouse::model::*;
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

fn stretches<'a>(timelines: &'a [Timeline], stage: &str) -> &'a [Stretch] {
    let found = timelines.iter().find(|t| t.stage.as_str() == stage);
    &found.unwrap().stretches
}

/// The windows that stand in the way of r2, and whether an override passes each.
fn engine_says(world: &World, stage: &StageName, at: Time) -> Vec<(BlockerId, bool)> {
    let release = name("r2");
    let asked = Candidate { stage, release };
    let found = blockers(&world.pipeline, &world.org, at, asked).into_iter();
    let windows = found.filter(|blocker| blocker.kind == BlockerKind::Window);
    windows
        .map(|blocker| (blocker.id.clone(), blocker.overridden.is_some()))
        .collect()
}

#[test]
fn every_hour_is_what_the_engine_is_told() {
    let world = night();
    let bounds = (Time(now().0 - 24 * HOUR), now() + Span::hours(7 * 24));
    let told = timelines(&world.pipeline, &world.org, now(), bounds);
    let mut seen = std::collections::BTreeSet::new();
    for stage in ["beta", "wave-2", "wave-3"] {
        let stretches = stretches(&told, stage);
        assert_eq!(stretches[0].from, bounds.0);
        assert_eq!(stretches[stretches.len() - 1].to, bounds.1);
        assert!(stretches.windows(2).all(|pair| pair[0].to == pair[1].from));
        let mut at = bounds.0;
        while at < bounds.1 {
            let here = stretches.iter().find(|s| s.from <= at && at < s.to);
            let here = here.unwrap();
            seen.insert(here.state);
            let windows = here.barriers.iter();
            let windows = windows.filter(|barrier| barrier.id.0.starts_with("window/"));
            let windows: Vec<_> = windows
                .map(|barrier| (barrier.id.clone(), barrier.overridden.is_some()))
                .collect();
            let mut expected = engine_says(&world, &name(stage), at);
            expected.retain(|(id, _)| id.0.starts_with("window/"));
            // Before it was given an override counts for the engine, which never asks about the past.
            if at >= now() || here.state != Passing::Closed {
                assert_eq!(windows, expected, "{stage} {at}");
            }
            at = at + Span(HOUR.unsigned_abs() / 4);
        }
    }
    for state in [Passing::Open, Passing::Closed, Passing::Held] {
        assert!(seen.contains(&state), "{state:?} of {seen:?}");
    }
}

#[test]
fn a_hold_ends_and_an_override_shows_until_it_ends() {
    let world = night();
    let bounds = (now(), now() + Span::hours(24));
    let told = timelines(&world.pipeline, &world.org, now(), bounds);
    let mut states: Vec<Passing> = Vec::new();
    for stretch in stretches(&told, "wave-2") {
        states.push(stretch.state);
    }
    assert_eq!(states.first(), Some(&Passing::Held), "{states:?}");
    let mut without = world.clone();
    without.pipeline.guards.holds.clear();
    let told = timelines(&without.pipeline, &without.org, now(), bounds);
    let first = &stretches(&told, "wave-2")[0];
    let given = without.pipeline.guards.overrides.values().next().unwrap();
    assert_eq!(
        (first.state, first.to),
        (Passing::Overridden, given.expires)
    );
}

#[test]
fn a_calendar_freezes_and_an_alarm_is_told_until_now() {
    let mut world = night();
    let definition = world.pipeline.definition.as_mut().unwrap();
    let window = &mut Arc::make_mut(definition).windows[0];
    let (from, to) = ("2026-03-10T14:00:00Z", "2026-03-10T15:00:00Z");
    window.calendars = vec![Calendar {
        file: "freezes.ics".to_owned(),
        until: name("2028-01-01T00:00:00Z"),
        events: vec![Event {
            summary: "Quarter end".to_owned(),
            line: 7,
        }],
        closures: vec![Closure {
            from: name(from),
            to: name(to),
            local: false,
            event: 0,
        }],
    }];
    let bounds = (Time(now().0 - HOUR), now() + Span::hours(72));
    let told = timelines(&world.pipeline, &world.org, now(), bounds);
    let frozen = stretches(&told, "wave-2").iter();
    let frozen: Vec<_> = frozen.filter(|s| s.state == Passing::Frozen).collect();
    assert_eq!(frozen.len(), 1, "{frozen:?}");
    assert_eq!((frozen[0].from, frozen[0].to), (name(from), name(to)));
    let why = &frozen[0].barriers[0].why;
    assert!(why.contains("Quarter end (freezes.ics:7)"), "{why}");

    let alarm = stretches(&told, "wave-1").iter();
    let alarm: Vec<_> = alarm.filter(|s| s.state == Passing::Alarm).collect();
    let since = world.pipeline.alarms[&name("checkout-faults")].since;
    assert_eq!(alarm.len(), 1, "{alarm:?}");
    assert_eq!((alarm[0].from, alarm[0].to), (since, now()));
}

#[test]
fn clocks_that_change() {
    for (zone, at, expected) in [
        (
            "America/New_York",
            "2026-03-07T00:00:00Z",
            Some(("2026-03-08T07:00:00Z", 60)),
        ),
        (
            "Europe/Berlin",
            "2026-10-01T00:00:00Z",
            Some(("2026-10-25T01:00:00Z", -60)),
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-01T00:00:00Z",
            Some(("2026-04-04T15:00:00Z", -30)),
        ),
        ("Asia/Tokyo", "2026-03-07T00:00:00Z", None),
    ] {
        let shift = Shift::next(zone.parse().unwrap(), name(at));
        let expected = expected.map(|(at, minutes)| Shift {
            at: name(at),
            minutes,
        });
        assert_eq!(shift, expected, "{zone}");
    }
}
