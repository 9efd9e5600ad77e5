//! What is answered about a pipeline's alarms and windows, from its state and from what the watcher
//! keeps. It has no rules of its own.

use crate::{
    api::{Alarms, Windows},
    model::{AlarmName, Org, Pipeline, Sight, Time, sights, timelines, window_rules},
};
use std::collections::BTreeMap;

pub(super) fn alarms(pipeline: &Pipeline, seen: BTreeMap<AlarmName, Sight>, now: Time) -> Alarms {
    let definition = pipeline.definition.as_deref();
    Alarms {
        now,
        every: definition.map_or_else(Default::default, |d| d.watch_every),
        max_age: definition.map_or_else(Default::default, |d| d.watch_max_age),
        alarms: sights(pipeline, seen),
    }
}

pub(super) fn windows(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    (from, to): (Time, Time),
) -> Windows {
    Windows {
        now,
        from,
        to,
        timelines: timelines(pipeline, org, now, (from, to)),
        rules: window_rules(pipeline, now),
    }
}
