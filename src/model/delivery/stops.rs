//! When holds stood and alarms did not say ok, for as long as a release under way may have waited
//! for them; and how a wait before a stage divides among them, its windows and the queue.

use crate::model::{
    AlarmLevel, AlarmName, Fact, Hold, HoldId, HoldScope, Org, Pipeline, ServiceName, Span,
    StageName, Time, Window, delivery::legs::Activity,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stops over and done with that are remembered; of more the oldest are forgotten.
const KEPT: usize = 500;
/// Changes of windows looked at within one wait. What comes after counts as the queue.
const CHANGES_MAX: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stops {
    /// The pipeline's own holds and the organization's that reach it.
    own: BTreeMap<HoldId, Stop>,
    wide: BTreeMap<HoldId, Stop>,
    alarms: BTreeMap<AlarmName, Stop>,
    over: Vec<Stop>,
}

/// Something that kept releases out from one moment to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stop {
    reach: Reach,
    from: Time,
    /// None while it stands and has no end set.
    to: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Reach {
    Pipeline,
    Stage(StageName),
    Alarm(AlarmName),
}

impl Stops {
    #[expect(clippy::wildcard_enum_match_arm, reason = "few facts stop anything")]
    pub(super) fn fold(&mut self, at: Time, fact: &Fact) {
        match fact {
            Fact::HoldPlaced { id, .. } => {
                let hold = Hold::placed(at, fact);
                self.own.extend(hold.map(|hold| (*id, Stop::of(&hold))));
            }
            Fact::HoldLifted { id, .. } => {
                let ended = self.own.remove(id);
                self.over.extend(ended.map(|stop| stop.until(at)));
            }
            Fact::AlarmChanged { alarm, state } => {
                let known = self.alarms.remove(alarm);
                if state.level == AlarmLevel::Ok {
                    self.over.extend(known.map(|stop| stop.until(at)));
                } else {
                    let stop = known.unwrap_or_else(|| Stop {
                        reach: Reach::Alarm(alarm.clone()),
                        from: at,
                        to: None,
                    });
                    self.alarms.insert(alarm.clone(), stop);
                }
            }
            _ => {}
        }
    }

    /// Takes over the organization's holds: those that are new, and those that are gone.
    pub(super) fn follow(&mut self, service: &ServiceName, org: &Org, now: Time) {
        for hold in org.holds_on(service, now) {
            self.wide.entry(hold.id).or_insert_with(|| Stop::of(hold));
        }
        let gone: Vec<HoldId> = self.wide.keys().copied().collect();
        for id in gone.into_iter().filter(|id| !org.holds.contains_key(id)) {
            let ended = self.wide.remove(&id);
            self.over.extend(ended.map(|stop| stop.until(now)));
        }
    }

    /// Forgets what no release under way can have waited for.
    pub(super) fn forget_before(&mut self, oldest: Time) {
        self.over
            .retain(|stop| stop.to.is_none_or(|to| to > oldest));
        let extra = self.over.len().saturating_sub(KEPT);
        self.over.drain(..extra);
    }

    /// How a wait divides: every moment counts for the first of hold, alarm and window that stood
    /// then, and otherwise for the queue.
    pub(super) fn split(
        &self,
        pipeline: &Pipeline,
        stage: &StageName,
        (from, to): (Time, Time),
    ) -> BTreeMap<Activity, Span> {
        let alarms: BTreeSet<AlarmName> = pipeline.alarms_of(stage).into_iter().collect();
        let all = self.own.values().chain(self.wide.values());
        let all = all.chain(self.alarms.values()).chain(&self.over);
        let mut standing: Vec<(Activity, Time, Time)> = all
            .filter_map(|stop| {
                let activity = stop.keeps_out_of(stage, &alarms)?;
                Some((activity, stop.from, stop.to.unwrap_or(to)))
            })
            .collect();
        standing.extend(
            closed(pipeline, stage, (from, to))
                .into_iter()
                .map(|(from, to)| (Activity::Window, from, to)),
        );
        divide(&standing, (from, to))
    }
}

/// Every moment of a wait for the first activity that covers it.
fn divide(
    standing: &[(Activity, Time, Time)],
    (from, to): (Time, Time),
) -> BTreeMap<Activity, Span> {
    let edges = standing.iter().flat_map(|(_, from, to)| [*from, *to]);
    let inside = edges.filter(|edge| from < *edge && *edge < to);
    let mut edges: BTreeSet<Time> = inside.collect();
    edges.extend([from, to]);
    let edges: Vec<Time> = edges.into_iter().collect();
    let mut spent: BTreeMap<Activity, Span> = BTreeMap::new();
    for pair in edges.windows(2) {
        let [start, end] = pair else { continue };
        let covers = |wanted: &Activity| {
            let mut of = standing.iter().filter(|(kind, _, _)| kind == wanted);
            of.any(|(_, from, to)| from <= start && end <= to)
        };
        let order = [Activity::Hold, Activity::Alarm, Activity::Window];
        let activity = order.into_iter().find(covers).unwrap_or(Activity::Queue);
        let total = spent.entry(activity).or_default();
        *total = *total + end.since(*start);
    }
    spent
}

/// When every region of the stage had a closed window: while one is open a release may enter.
fn closed(pipeline: &Pipeline, stage: &StageName, wait: (Time, Time)) -> Vec<(Time, Time)> {
    let definition = pipeline.definition.as_ref();
    let Some((definition, stage)) = definition.and_then(|d| Some((d, d.stage(stage)?))) else {
        return Vec::new();
    };
    let windows = stage.windows.iter();
    let windows: Vec<&Window> = windows.filter_map(|name| definition.window(name)).collect();
    let regions: Vec<Vec<(Time, Time)>> = stage
        .regions
        .iter()
        .map(|region| {
            let of = windows.iter();
            of.flat_map(|window| shut(window, region.time_zone, wait))
                .collect()
        })
        .collect();
    let edges = regions.iter().flatten().flat_map(|(from, to)| [*from, *to]);
    let edges: BTreeSet<Time> = edges.collect();
    let edges: Vec<Time> = edges.into_iter().collect();
    let pairs = edges.windows(2).filter_map(|pair| match pair {
        [start, end] => Some((*start, *end)),
        _ => None,
    });
    let shut_in = |region: &Vec<(Time, Time)>, (start, end): (Time, Time)| {
        let mut closures = region.iter();
        closures.any(|(from, to)| *from <= start && end <= *to)
    };
    pairs
        .filter(|pair| regions.iter().all(|region| shut_in(region, *pair)))
        .collect()
}

/// When a window was closed in a time zone.
fn shut(window: &Window, zone: Tz, (from, to): (Time, Time)) -> Vec<(Time, Time)> {
    let mut found = Vec::new();
    let mut at = from;
    for _ in 0..CHANGES_MAX {
        let next = window.next_change(at, zone);
        let next = next.map_or(to, |next| next.min(to));
        if !window.is_open(at, zone) {
            found.push((at, next));
        }
        if next >= to {
            break;
        }
        at = next;
    }
    found
}

impl Stop {
    fn of(hold: &Hold) -> Self {
        let reach = match &hold.scope {
            HoldScope::Stage(stage) => Reach::Stage(stage.clone()),
            HoldScope::Pipeline | HoldScope::Service(_) | HoldScope::Organization => {
                Reach::Pipeline
            }
        };
        Self {
            reach,
            from: hold.at,
            to: hold.expires,
        }
    }

    /// Ended by hand, unless it had run out before.
    fn until(self, at: Time) -> Self {
        Self {
            to: Some(self.to.map_or(at, |to| to.min(at))),
            ..self
        }
    }

    fn keeps_out_of(&self, stage: &StageName, alarms: &BTreeSet<AlarmName>) -> Option<Activity> {
        match &self.reach {
            Reach::Pipeline => Some(Activity::Hold),
            Reach::Stage(held) => (held == stage).then_some(Activity::Hold),
            Reach::Alarm(alarm) => alarms.contains(alarm).then_some(Activity::Alarm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name, what went on from when to when, and how long each then counts.
    type Row = (
        &'static str,
        Vec<(Activity, i64, i64)>,
        Vec<(Activity, u64)>,
    );

    #[test]
    fn every_moment_of_a_wait_counts_once() {
        use Activity::{Alarm, Hold, Queue, Window};
        let table: [Row; 6] = [
            ("nothing", vec![], vec![(Queue, 100)]),
            ("all of it", vec![(Window, -50, 200)], vec![(Window, 100)]),
            (
                "a part",
                vec![(Alarm, 20, 50)],
                vec![(Alarm, 30), (Queue, 70)],
            ),
            (
                "one over the other",
                vec![(Window, 0, 60), (Hold, 30, 80)],
                vec![(Window, 30), (Hold, 50), (Queue, 20)],
            ),
            (
                "two of a kind",
                vec![(Alarm, 0, 40), (Alarm, 20, 60)],
                vec![(Alarm, 60), (Queue, 40)],
            ),
            (
                "before and after",
                vec![(Hold, -10, 0), (Hold, 100, 120)],
                vec![(Queue, 100)],
            ),
        ];
        for (what, standing, wanted) in table {
            let standing: Vec<_> = standing
                .into_iter()
                .map(|(kind, from, to)| (kind, Time(from), Time(to)))
                .collect();
            let wanted: BTreeMap<_, _> = wanted.into_iter().map(|(k, n)| (k, Span(n))).collect();
            let spent = divide(&standing, (Time(0), Time(100)));
            assert_eq!(spent, wanted, "{what}");
            let total: u64 = spent.values().map(|span| span.0).sum();
            assert_eq!(total, 100, "{what}");
        }
    }
}
