//! What stands between a release and a stage, worked out a second time: holds, quarantine, alarms,
//! and windows by the hands of a clock (I11, I13, I14, I17, I40, I48). The simulation compares it
//! with what the engine obeys and the screens show (`opinion`).

use super::clock::Hands;
use super::{Book, Try};
use pilothouse::model::*;

/// One thing in the way.
#[derive(Debug, Clone)]
pub(in crate::simulation) struct Obstacle {
    rule: &'static str,
    pub(in crate::simulation) name: String,
    since: Time,
    /// Whether a recorded permission may let a release past it.
    overridable: bool,
}

fn passable(rule: &'static str, name: String, since: Time) -> Obstacle {
    Obstacle {
        rule,
        name,
        since,
        overridable: true,
    }
}

fn solid(rule: &'static str, name: String) -> Obstacle {
    Obstacle {
        overridable: false,
        ..passable(rule, name, Time(0))
    }
}

impl Book {
    /// Everything against a release in a stage at an instant, each with whether it is passed.
    pub(in crate::simulation) fn opinion(
        &self,
        stage: &StageName,
        release: ReleaseId,
        now: Time,
    ) -> Vec<(String, bool)> {
        let inside = self.lanes.get(stage).map(|id| &self.tries[id]);
        let inside = inside.filter(|attempt| attempt.release == release);
        let definition = inside.map_or(self.definition(), |a| &self.definitions[&a.definition]);
        let mut found = self.guards(stage, release, now);
        if let Some(spec) = definition.stage(stage) {
            for region in &spec.regions {
                found.extend(self.windows(definition, spec, region, now));
            }
            found.extend(self.quotas(definition, spec, now));
            found.extend(self.alarms(definition, spec));
        }
        let told = found.into_iter().map(|obstacle| {
            let passed = self.passes(&obstacle, (stage, release), now);
            (obstacle.name, passed)
        });
        told.collect()
    }

    /// Nothing stands against the entry of a release: windows only while all that could go first
    /// are closed.
    pub(super) fn check_entry_open(&self, stage: &StageName, release: ReleaseId) {
        let now = self.at;
        let definition = self.definition();
        let mut found = self.guards(stage, release, now);
        let Some(spec) = definition.stage(stage) else {
            return self.check_open(&found, (stage, release));
        };
        found.extend(self.quotas(definition, spec, now));
        found.extend(self.alarms(definition, spec));
        self.check_open(&found, (stage, release));
        let lead = first_production(definition) == Some(stage);
        let could = spec.regions.iter().take(if lead { 1 } else { usize::MAX });
        let mut closed = could.map(|region| self.windows(definition, spec, region, now));
        let open = closed.any(|closed| {
            let mut closed = closed.iter();
            closed.all(|window| self.passes(window, (stage, release), now))
        });
        assert!(open, "I14: {release} enters {stage} at {now}, closed");
    }

    /// Nothing stands against the start of one more target.
    pub(super) fn check_target_open(&self, attempt: &Try, spec: &Stage, region: &Region) {
        let entered = &self.definitions[&attempt.definition];
        let mut found = self.guards(&spec.name, attempt.release, self.at);
        found.extend(self.alarms(entered, spec));
        found.extend(self.windows(entered, spec, region, self.at));
        self.check_open(&found, (&spec.name, attempt.release));
    }

    fn check_open(&self, found: &[Obstacle], (stage, release): (&StageName, ReleaseId)) {
        for obstacle in found {
            let passed = self.passes(obstacle, (stage, release), self.at);
            let Obstacle { rule, name, .. } = obstacle;
            let at = self.at;
            assert!(
                passed,
                "{rule}: {release} starts in {stage} at {at} although {name} stands"
            );
        }
    }

    /// I12: whether a permission in force names an obstacle that has stood since before it was
    /// given, for this release, this stage and no more attempts than it may be used by.
    fn passes(&self, what: &Obstacle, entry: (&StageName, ReleaseId), now: Time) -> bool {
        what.overridable && self.covered(&what.name, entry, (what.since, now))
    }

    pub(super) fn covered(
        &self,
        name: &str,
        (stage, release): (&StageName, ReleaseId),
        (since, now): (Time, Time),
    ) -> bool {
        let inside = self.lanes.get(stage);
        let inside = inside.filter(|id| self.tries[id].release == release);
        self.overrides.values().any(|given| {
            let used = inside.is_some_and(|id| given.used_by.contains(id));
            given.blockers.iter().any(|named| named.0 == name)
                && (&given.stage, given.release) == (stage, release)
                && since <= given.at
                && now < given.expires
                && (used || given.used_by.len() < given.uses as usize)
        })
    }

    /// What people and rollbacks put in the way, and the clock.
    fn guards(&self, stage: &StageName, release: ReleaseId, now: Time) -> Vec<Obstacle> {
        let mut found = Vec::new();
        if self.in_quarantine(release) {
            found.push(solid("I17", "quarantine".to_owned()));
        }
        if self.rejected.contains(&(stage.clone(), release)) {
            found.push(solid("I10", "rejected".to_owned()));
        }
        let stands = |over: &Option<Time>| over.is_none_or(|over| over > now);
        for (id, (scope, over)) in &self.holds {
            let reaches =
                *scope == HoldScope::Pipeline || *scope == HoldScope::Stage(stage.clone());
            if reaches && stands(over) {
                found.push(solid("I11", format!("hold/{id}")));
            }
        }
        let service = HoldScope::Service(self.definition().service.clone());
        let mut line_stops = false;
        let mut released = self.released;
        for (id, (scope, over)) in &self.org_holds {
            let line = *scope == HoldScope::Organization;
            if stands(over) && (line || *scope == service) {
                found.push(solid("I48", format!("org-hold/{id}")));
            }
            line_stops |= line && stands(over);
            released = released.max(over.filter(|_| line && !stands(over)));
        }
        let turn = released.map(|at| (at, at + self.share(self.drain)));
        if let Some((since, turn)) = turn.filter(|(_, turn)| !line_stops && now < *turn) {
            assert!(turn >= since);
            found.push(passable("I11", "drain".to_owned(), since));
        }
        if self.doubt {
            found.push(solid("I40", "clock".to_owned()));
        }
        found
    }

    /// I13: an alarm that watches the stage and fires or is silent.
    fn alarms(&self, definition: &Definition, spec: &Stage) -> Vec<Obstacle> {
        let troubled = watching(definition, spec).into_iter().filter_map(|alarm| {
            let state = self.alarms.get(&alarm.name);
            let (level, since) = state.copied().unwrap_or((AlarmLevel::NoData, self.told));
            let name = format!("alarm/{}", alarm.name);
            (level != AlarmLevel::Ok).then(|| passable("I13", name, since))
        });
        troubled.collect()
    }

    /// I14: a window that is closed on the region's clock, or has opened and not for everybody.
    fn windows(
        &self,
        definition: &Definition,
        spec: &Stage,
        region: &Region,
        now: Time,
    ) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let named = definition.windows.iter();
        for window in named.filter(|window| spec.windows.contains(&window.name)) {
            let hands = Hands::new(window, region.time_zone);
            let name = &window.name;
            if let Some(since) = hands.closed_since(now) {
                found.push(passable("I14", format!("window/{name}"), since));
            } else if let Some(opened) = hands.open_since(now) {
                let turn = opened + self.share(window.stagger);
                if now < turn {
                    found.push(passable("I14", format!("stagger/{name}"), opened));
                }
            }
        }
        found
    }

    /// A window that has let through as many attempts as it may since it opened, in any region.
    fn quotas(&self, definition: &Definition, spec: &Stage, now: Time) -> Vec<Obstacle> {
        let own = |attempt: &&Try| attempt.stage == spec.name && attempt.rollback.is_none();
        let starts = self.tries.values().filter(own).map(|a| a.started);
        let starts: Vec<Time> = starts.collect();
        let mut found = Vec::new();
        let named = definition.windows.iter();
        for window in named.filter(|window| spec.windows.contains(&window.name)) {
            let Some(quota) = window.quota else { continue };
            let since = spec.regions.iter().filter_map(|region| {
                let opened = Hands::new(window, region.time_zone).open_since(now)?;
                let within = starts.iter().filter(|start| **start >= opened);
                let n_within = within.clone().count();
                within.max().filter(|_| n_within >= quota as usize)
            });
            let name = format!("quota/{}", window.name);
            found.extend(since.max().map(|since| passable("quota", name, *since)));
        }
        found
    }

    /// This pipeline's own part of a span of time, to the second, from the hash of its name.
    fn share(&self, span: Span) -> Span {
        let name = self.definition().name.to_string();
        let hash = Digest::of(name.as_bytes()).to_string();
        let number = u64::from_str_radix(&hash[..15], 16).unwrap();
        Span::seconds(number.checked_rem(span.0).unwrap_or(0) / 1_000)
    }
}

/// Every alarm that is asked about a stage: those it names, and those of wider scope.
pub(super) fn watching<'a>(definition: &'a Definition, spec: &'a Stage) -> Vec<&'a Alarm> {
    let all = definition.alarms.iter();
    all.filter(|alarm| spec.alarms.contains(&alarm.name) || alarm.scope != AlarmScope::Stage)
        .collect()
}

pub(super) fn first_production(definition: &Definition) -> Option<&StageName> {
    let mut stages = definition.stages.iter();
    stages
        .find(|stage| stage.phase == Phase::Production)
        .map(|stage| &stage.name)
}
