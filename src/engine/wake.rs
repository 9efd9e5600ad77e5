//! When time alone changes something: an expiry, a window that opens or closes. The service sleeps
//! until then and sends a tick.

use crate::engine::{blocked, request};
use crate::model::{Attempt, Org, Pipeline, StageName, Time};

/// When the pipeline wants a tick although nothing happens; none when never.
pub fn next_wake(pipeline: &Pipeline, org: &Org, now: Time) -> Option<Time> {
    let guards = &pipeline.guards;
    let expiries = guards
        .holds
        .values()
        .chain(org.holds.values())
        .filter_map(|hold| hold.expires)
        .chain(guards.overrides.values().map(|given| given.expires));
    let turns = org.turn_of(&pipeline.name, now).into_iter();
    let settles = guards.clock.iter().map(crate::model::ClockHold::settles);
    expiries
        .chain(turns)
        .chain(settles)
        .chain(window_changes(pipeline, now))
        .chain(request::changes(pipeline))
        .chain(blocked::changes(pipeline, org, now))
        .filter(|at| *at > now)
        .min()
}

/// When the organization wants a tick: when one of its holds runs out.
pub fn next_org_wake(org: &Org, now: Time) -> Option<Time> {
    let expiries = org.holds.values().filter_map(|hold| hold.expires);
    expiries.map(|at| at.max(now)).min()
}

/// The next opening or closing of every window that something is waiting at or deploying under.
fn window_changes(pipeline: &Pipeline, now: Time) -> Vec<Time> {
    let columns = pipeline.columns().into_iter();
    let concerned = columns.filter(|column| is_concerned(pipeline, column));
    let mut changes = Vec::new();
    for column in concerned {
        let Some(definition) = pipeline.in_force(&column) else {
            continue;
        };
        let Some(stage) = definition.stage(&column) else {
            continue;
        };
        for window in stage
            .windows
            .iter()
            .filter_map(|name| definition.window(name))
        {
            for region in &stage.regions {
                let zone = region.time_zone;
                changes.extend(window.next_change(now, zone));
                let opened = window.opened(now, zone);
                changes.extend(opened.map(|opened| opened + window.delay(&definition.name)));
            }
        }
    }
    changes
}

fn is_concerned(pipeline: &Pipeline, stage: &StageName) -> bool {
    pipeline.stage(stage).is_some_and(|state| {
        !state.waiting.is_empty() || state.attempt.as_ref().is_some_and(Attempt::is_active)
    })
}
