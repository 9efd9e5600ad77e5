//! When things will happen if nothing goes wrong: the real rules on a draft whose clock runs ahead.
//! Steps end well after as long as they took before, alarms stay as they are, people approve when
//! asked. It decides nothing; it plays what would be decided (DESIGN.md 1, the one fold).

use crate::engine::{bake, draft::Draft, outcome, settle, wake};
use crate::model::{
    AlarmLevel, Artifact, Attempt, BakeState, Candidate, Digest, Effect, EffectId, Expected, Fact,
    Forecast, Moment, Observation, Org, Outcome, Owed, Pipeline, Purpose, Reading, Span,
    StepResult, Time, Wait, blockers,
};
use std::{collections::BTreeMap, sync::Arc};

/// As far as anybody plans a release.
const HORIZON: Span = Span::hours(14 * 24);

/// More turns than this would mean a rule that never rests.
const TURNS_MAX: usize = 20_000;

/// For work that has never been measured.
const UNMEASURED: Span = Span::minutes(1);

/// What is expected from `now` on.
pub fn forecast(pipeline: &Pipeline, org: &Org, now: Time) -> Forecast {
    let mut play = Play {
        draft: Draft::new(pipeline, org, now),
        ends: BTreeMap::new(),
        told: 0,
        unmeasured: 0,
        forecast: Forecast {
            from: now,
            moments: Vec::new(),
            waits: Vec::new(),
            assumes: Vec::new(),
            cut_short: false,
        },
    };
    play.run(now + HORIZON);
    play.forecast.waits = waits(&play.draft);
    if play.unmeasured > 0 {
        let steps = format!(
            "{UNMEASURED} for each step never measured: {}",
            play.unmeasured
        );
        play.forecast.assumes.push(steps);
    }
    play.forecast
}

struct Play<'a> {
    draft: Draft<'a>,
    /// When the steps under way will have ended.
    ends: BTreeMap<EffectId, Time>,
    /// How many of the draft's facts are in the forecast already.
    told: usize,
    unmeasured: usize,
    forecast: Forecast,
}

impl Play<'_> {
    fn run(&mut self, horizon: Time) {
        for _ in 0..TURNS_MAX {
            self.keep_approvals();
            settle::settle(&mut self.draft);
            self.tell();
            if self.approve() {
                continue;
            }
            self.schedule();
            let Some(next) = self.next() else {
                return;
            };
            if next > horizon {
                break;
            }
            self.advance(next);
        }
        self.forecast.cut_short = true;
    }

    /// People say yes again in time, so that a release is not told to be asked about every day for
    /// as long as something else blocks it.
    fn keep_approvals(&mut self) {
        for state in self.draft.pipeline.to_mut().stages.values_mut() {
            if !state.lapses.is_empty() {
                Arc::make_mut(state).lapses.clear();
            }
        }
    }

    /// Puts what the rules have just decided into the forecast.
    fn tell(&mut self) {
        let facts = self.draft.facts().get(self.told..).unwrap_or_default();
        let moments = facts.iter().filter_map(|fact| {
            let event = expected(fact)?;
            let (stage, release) = self.draft.pipeline.place_of(fact.attempt()?)?;
            Some(Moment {
                at: self.draft.now,
                stage: stage.clone(),
                release,
                event,
            })
        });
        self.forecast.moments.extend(moments);
        self.told = self.draft.count();
    }

    /// Says yes for the people who are asked.
    fn approve(&mut self) -> bool {
        let asked = self.draft.pipeline.active().find_map(|attempt| {
            let (gate, progress) = attempt.asked()?;
            let title = progress.gate.title();
            let words = format!("{title} of {} in {}", attempt.release, attempt.stage);
            Some((attempt.id, gate, words))
        });
        let Some((attempt, gate, words)) = asked else {
            return false;
        };
        self.forecast.assumes.push(words);
        self.draft.record(Fact::GatePassed { attempt, gate });
        true
    }

    /// Gives every step that has none an end.
    fn schedule(&mut self) {
        let steps = &self.draft.pipeline.steps;
        self.ends.retain(|id, _| steps.contains_key(id));
        for owed in steps.values() {
            if self.ends.contains_key(&owed.id) {
                continue;
            }
            let measured = usual(&self.draft.pipeline, owed);
            self.unmeasured += usize::from(measured.is_none());
            let end = owed.started + measured.unwrap_or(UNMEASURED);
            self.ends.insert(owed.id.clone(), end.max(self.draft.now));
        }
    }

    /// The next instant at which something may change.
    fn next(&self) -> Option<Time> {
        let now = self.draft.now;
        let steps = self.ends.values().copied();
        let counting = self
            .draft
            .pipeline
            .active()
            .flat_map(|attempt| &attempt.bakes);
        let bakes = counting
            .filter(|bake| bake.state == BakeState::Counting)
            // Data points come in with the next round.
            .map(|bake| now + bake.remaining().max(Span::seconds(1)));
        let wake = wake::next_wake(&self.draft.pipeline, self.draft.org, now);
        steps.chain(bakes).chain(wake).min()
    }

    fn advance(&mut self, to: Time) {
        let elapsed = to.since(self.draft.now);
        self.draft.now = self.draft.now.max(to);
        let observation = observation(&self.draft.pipeline, elapsed);
        bake::observe(&mut self.draft, &observation);
        let over = self.ends.iter().filter(|(_, end)| **end <= to);
        let over: Vec<EffectId> = over.map(|(id, _)| id.clone()).collect();
        for id in over {
            self.ends.remove(&id);
            let took = Span::ZERO;
            let artifact = built(&self.draft.pipeline, &id);
            let result = StepResult::Succeeded { took, artifact };
            outcome::take(&mut self.draft, Outcome::Step { id, result });
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only the milestones of an attempt are foretold"
)]
fn expected(fact: &Fact) -> Option<Expected> {
    match fact {
        Fact::AttemptStarted {
            purpose: Purpose::Forward | Purpose::Rollback(_),
            ..
        } => Some(Expected::Enters),
        Fact::ApprovalRequested { .. } => Some(Expected::AsksPeople),
        Fact::AttemptPassed { .. } => Some(Expected::Passes),
        Fact::RolledBack { .. } => Some(Expected::RolledBack),
        _ => None,
    }
}

/// How long the same work took when it last went well.
fn usual(pipeline: &Pipeline, owed: &Owed) -> Option<Span> {
    match &owed.effect {
        Effect::Deploy(deployment) => pipeline
            .targets
            .get(&deployment.target)?
            .usual(deployment.part),
        Effect::Build { .. }
        | Effect::Check { .. }
        | Effect::Coverage { .. }
        | Effect::Test { .. } => {
            let (stage, _) = pipeline.place_of(owed.attempt)?;
            let name = owed.effect.name()?;
            pipeline.stage(stage)?.took.get(name).copied()
        }
    }
}

/// What a build that ends well would leave; nobody looks into it.
fn built(pipeline: &Pipeline, id: &EffectId) -> Option<Artifact> {
    let Effect::Build { sha, artifact, .. } = &pipeline.steps.get(id)?.effect else {
        return None;
    };
    Some(Artifact {
        digest: Digest::of(sha.as_str().as_bytes()),
        bytes: 0,
        file: artifact.clone(),
        signature: None,
    })
}

/// Time passes, every alarm that is well has data enough, and none changes.
fn observation(pipeline: &Pipeline, elapsed: Span) -> Observation {
    let well = pipeline
        .alarms
        .iter()
        .filter(|(_, state)| state.level == AlarmLevel::Ok);
    let readings = well.map(|(alarm, state)| Reading {
        alarm: alarm.clone(),
        level: state.level,
        value: state.value,
        why: String::new(),
        points: u64::from(u32::MAX),
        targets: BTreeMap::new(),
    });
    Observation {
        elapsed,
        readings: readings.collect(),
    }
}

/// What waits in the end, and for what.
fn waits(draft: &Draft<'_>) -> Vec<Wait> {
    let pipeline = &draft.pipeline;
    let mut waits = Vec::new();
    for stage in pipeline.columns() {
        let Some(state) = pipeline.stage(&stage) else {
            continue;
        };
        let active = state.attempt.iter().filter(|attempt| attempt.is_active());
        let inside = active.map(|attempt: &Attempt| attempt.release);
        let queued = state.waiting.iter().map(|(release, _)| *release).max();
        for release in inside.chain(queued) {
            let candidate = Candidate {
                stage: &stage,
                release,
            };
            let found = blockers(pipeline, draft.org, draft.now, candidate);
            waits.push(Wait {
                stage: stage.clone(),
                release,
                blockers: found,
            });
        }
    }
    waits
}
