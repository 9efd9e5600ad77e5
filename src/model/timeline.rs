//! When releases may start in a stage, over a while: what every start is asked (windows, holds,
//! alarms, overrides) asked moment by moment, of what was and of what is to come. Pure; what is not
//! known in advance (when an alarm clears) is not guessed.

use crate::model::{
    AlarmLevel, BlockerId, Definition, Hold, HoldScope, Org, OverrideId, Pipeline, Region,
    RegionName, Stage, StageName, Time, blockers, opening::ClosedBy,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a stage lets in, stretch by stretch without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    pub stage: StageName,
    pub stretches: Vec<Stretch>,
}

/// A while in which nothing changes: `from <= now < to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    pub from: Time,
    pub to: Time,
    pub state: Passing,
    /// What is in the way, or would be but for an override.
    pub barriers: Vec<Barrier>,
}

/// Whether a release may start, the strongest reason why not.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Passing {
    Open,
    /// Only because of an override.
    Overridden,
    NoData,
    Closed,
    /// By a calendar.
    Frozen,
    Alarm,
    Held,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Barrier {
    pub id: BlockerId,
    /// Where it applies; none means everywhere in the stage.
    pub region: Option<RegionName>,
    pub why: String,
    pub overridden: Option<OverrideId>,
}

/// Changes that one timeline tells at most: what is left is as its last stretch says it begins.
const STRETCHES_MOST: usize = 1_000;

/// The timeline of every stage with targets, in order.
pub fn timelines(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    (from, to): (Time, Time),
) -> Vec<Timeline> {
    let Some(definition) = pipeline.definition.as_deref() else {
        return Vec::new();
    };
    let stages = definition.stages.iter();
    let timelines = stages.map(|stage| {
        let asked = Asked {
            pipeline,
            org,
            definition,
            stage,
            now,
        };
        Timeline {
            stage: stage.name.clone(),
            stretches: asked.stretches(from, to),
        }
    });
    timelines.collect()
}

/// The questions about one stage.
struct Asked<'a> {
    pipeline: &'a Pipeline,
    org: &'a Org,
    definition: &'a Definition,
    stage: &'a Stage,
    now: Time,
}

impl Asked<'_> {
    fn stretches(&self, from: Time, to: Time) -> Vec<Stretch> {
        let people = self.moments();
        let mut found: Vec<Stretch> = Vec::new();
        let mut at = from;
        while at < to && found.len() < STRETCHES_MOST {
            let windows = blockers::next_window_change(self.definition, self.stage, at);
            let next = people.iter().copied().filter(|then| *then > at);
            let next = next.chain(windows).min().map_or(to, |next| next.min(to));
            let (state, barriers) = self.at(at);
            match found.last_mut() {
                Some(last) if last.state == state && last.barriers == barriers => last.to = next,
                Some(_) | None => found.push(Stretch {
                    from: at,
                    to: next,
                    state,
                    barriers,
                }),
            }
            at = next;
        }
        found
    }

    /// What is in the way at a moment.
    fn at(&self, at: Time) -> (Passing, Vec<Barrier>) {
        let regions: Vec<&Region> = self.stage.regions.iter().collect();
        let windows = blockers::closings(self.definition, self.stage, &regions, at);
        let mut found: Vec<(Passing, Barrier)> = Vec::new();
        for (blocker, by) in windows {
            let state = match by {
                ClosedBy::Week => Passing::Closed,
                ClosedBy::Calendar => Passing::Frozen,
            };
            let overridden = self.passed(&blocker.id, blocker.since, at);
            let barrier = Barrier {
                id: blocker.id,
                region: blocker.region,
                why: blocker.why,
                overridden,
            };
            found.push((state, barrier));
        }
        found.extend(self.alarms(at));
        let holds = self
            .holds()
            .filter(|(_, hold)| hold.at <= at && hold.is_active(at));
        found.extend(holds.map(|(id, hold)| {
            let barrier = Barrier {
                id,
                region: None,
                why: format!("held by {}: {}", hold.by, hold.reason),
                overridden: None,
            };
            (Passing::Held, barrier)
        }));
        let stands = found
            .iter()
            .filter(|(_, barrier)| barrier.overridden.is_none());
        let state = stands.map(|(state, _)| *state).max();
        let otherwise = if found.is_empty() {
            Passing::Open
        } else {
            Passing::Overridden
        };
        let barriers = found.into_iter().map(|(_, barrier)| barrier).collect();
        (state.unwrap_or(otherwise), barriers)
    }

    /// Alarms, from when they turned until now: what they will say is not known.
    fn alarms(&self, at: Time) -> Vec<(Passing, Barrier)> {
        let watching = self.definition.alarms_of(self.stage).into_iter();
        let found = watching.filter_map(|alarm| {
            let state = self.pipeline.alarms.get(&alarm.name)?;
            if at < state.since || at >= self.now {
                return None;
            }
            let passing = match state.level {
                AlarmLevel::Ok => return None,
                AlarmLevel::Firing => Passing::Alarm,
                AlarmLevel::NoData => Passing::NoData,
            };
            let id = BlockerId::of_alarm(&alarm.name);
            let barrier = Barrier {
                region: None,
                why: match state.level {
                    AlarmLevel::Firing => format!("alarm {} fires", alarm.name),
                    AlarmLevel::Ok | AlarmLevel::NoData => {
                        format!("alarm {} has no data: {}", alarm.name, state.why)
                    }
                },
                overridden: self.passed(&id, state.since, at),
                id,
            };
            Some((passing, barrier))
        });
        found.collect()
    }

    /// The override that lets something past a blocker which has stood since a moment.
    fn passed(&self, id: &BlockerId, since: Time, at: Time) -> Option<OverrideId> {
        let given = self.pipeline.guards.overrides.values();
        let covers = given.filter(|given| {
            given.stage == self.stage.name
                && given.blockers.contains(id)
                && since <= given.at
                && given.at <= at
                && at < given.expires
        });
        covers.map(|given| given.id).next()
    }

    /// Holds that reach the stage, with the ids of their blockers.
    fn holds(&self) -> impl Iterator<Item = (BlockerId, &Hold)> {
        let own = self.pipeline.guards.holds.values().filter(|hold| {
            matches!(&hold.scope, HoldScope::Stage(stage) if *stage == self.stage.name)
                || hold.scope == HoldScope::Pipeline
        });
        let wide = self.org.holds.values().filter(|hold| match &hold.scope {
            HoldScope::Organization => true,
            HoldScope::Service(service) => *service == self.definition.service,
            HoldScope::Stage(_) | HoldScope::Pipeline => false,
        });
        let own = own.map(|hold| (BlockerId(format!("hold/{}", hold.id)), hold));
        own.chain(wide.map(|hold| (BlockerId(format!("org-hold/{}", hold.id)), hold)))
    }

    /// When what people and alarms have in force begins or ends.
    fn moments(&self) -> Vec<Time> {
        let holds = self.holds().map(|(_, hold)| hold);
        let holds = holds.flat_map(|hold| [Some(hold.at), hold.expires]);
        let given = self.pipeline.guards.overrides.values();
        let given = given.flat_map(|given| [Some(given.at), Some(given.expires)]);
        let alarms = self.definition.alarms_of(self.stage).into_iter();
        let alarms = alarms.filter_map(|alarm| self.pipeline.alarms.get(&alarm.name));
        let alarms = alarms.map(|state| Some(state.since));
        let all = holds.chain(given).chain(alarms).chain([Some(self.now)]);
        all.flatten().collect()
    }
}

impl Passing {
    pub const ALL: [Passing; 7] = [
        Passing::Open,
        Passing::Overridden,
        Passing::NoData,
        Passing::Closed,
        Passing::Frozen,
        Passing::Alarm,
        Passing::Held,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Passing::Open => "open",
            Passing::Overridden => "overridden",
            Passing::NoData => "no data",
            Passing::Closed => "closed",
            Passing::Frozen => "frozen",
            Passing::Alarm => "alarm",
            Passing::Held => "held",
        }
    }
}
