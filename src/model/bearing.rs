//! What an alarm bears on: the stages it watches, what it does to them, and which attempts it would
//! roll back this minute (DESIGN.md 5, rules 6 and 8). A pure question about the folded state.

use crate::model::{
    Alarm, AlarmLevel, AlarmName, AlarmScope, Attempt, Pipeline, ReleaseId, StageName, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bearing {
    /// The stages it watches, in order.
    pub stages: Vec<StageName>,
    pub does: Does,
    /// Attempts that it rolls back if it fires now.
    pub armed: Vec<Watching>,
    /// Attempts that passed it while it fired: it rolls them back only when it worsens.
    pub known: Vec<Watching>,
    /// Attempts under way that are rollbacks.
    pub rolling_back: Vec<Watching>,
    /// The last deployments into these stages, newest first.
    pub marks: Vec<Mark>,
}

/// What an alarm does when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Does {
    /// No stage names it.
    Observes,
    /// It keeps releases out and says nothing about any one of them.
    Blocks,
    BlocksAndRollsBack,
}

/// An attempt that an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Watching {
    pub stage: StageName,
    pub release: ReleaseId,
}

/// When a deployment began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    pub stage: StageName,
    pub release: ReleaseId,
    pub rollback: bool,
    pub at: Time,
}

/// What an alarm bears on now. Stages of the newest definition, and those whose attempt entered
/// under an older one.
pub fn bearing(pipeline: &Pipeline, alarm: &Alarm) -> Bearing {
    let columns = pipeline.columns().into_iter();
    let stages: Vec<StageName> = columns
        .filter(|stage| pipeline.alarms_of(stage).contains(&alarm.name))
        .collect();
    let attempts = stages.iter().filter_map(|stage| {
        let attempt = pipeline.stage(stage)?.attempt.as_ref()?;
        attempt.is_active().then_some(attempt)
    });
    let attempts: Vec<&Attempt> = attempts.collect();
    let those = |wanted: &dyn Fn(&Attempt) -> bool| {
        let found = attempts.iter().filter(|attempt| wanted(attempt));
        found.map(|attempt| Watching::of(attempt)).collect()
    };
    let knows = |attempt: &Attempt| knows(pipeline, attempt, &alarm.name);
    Bearing {
        does: does(alarm, &stages),
        armed: those(&|attempt| alarm.rolls_back() && attempt.is_armed() && !knows(attempt)),
        known: those(&knows),
        rolling_back: those(&Attempt::is_rollback),
        marks: marks(pipeline, &stages),
        stages,
    }
}

fn does(alarm: &Alarm, stages: &[StageName]) -> Does {
    match alarm.scope {
        AlarmScope::Stage if stages.is_empty() => Does::Observes,
        AlarmScope::Organization => Does::Blocks,
        AlarmScope::Stage | AlarmScope::Pipeline | AlarmScope::Service => Does::BlocksAndRollsBack,
    }
}

fn knows(pipeline: &Pipeline, attempt: &Attempt, alarm: &AlarmName) -> bool {
    let state = pipeline.alarms.get(alarm);
    state.is_some_and(|state| attempt.knows(alarm, state))
}

/// When deployments into these stages began, under way or over, newest first.
fn marks(pipeline: &Pipeline, stages: &[StageName]) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for stage in stages {
        let Some(state) = pipeline.stage(stage) else {
            continue;
        };
        let newest = state.attempt.iter();
        let newest =
            newest.map(|attempt| (attempt.release, attempt.is_rollback(), attempt.started));
        let past = state.past.iter();
        let past = past.map(|past| (past.release, past.rollback, past.started));
        marks.extend(newest.chain(past).map(|(release, rollback, at)| Mark {
            stage: stage.clone(),
            release,
            rollback,
            at,
        }));
    }
    marks.sort_by_key(|mark| std::cmp::Reverse(mark.at));
    marks
}

impl Bearing {
    /// What a level does to deployments now, in words.
    pub fn effect(&self, level: AlarmLevel) -> String {
        let does = self.does.word();
        match (level, self.does) {
            (_, Does::Observes) => does.to_owned(),
            (AlarmLevel::NoData, Does::Blocks | Does::BlocksAndRollsBack) => {
                "blocks, fail-safe".to_owned()
            }
            (AlarmLevel::Firing, Does::Blocks) => "BLOCKS".to_owned(),
            (AlarmLevel::Firing, Does::BlocksAndRollsBack) => {
                if !self.rolling_back.is_empty() {
                    "BLOCKS, ROLLING BACK".to_owned()
                } else if !self.known.is_empty() {
                    "BLOCKS, known".to_owned()
                } else {
                    "BLOCKS".to_owned()
                }
            }
            (AlarmLevel::Ok, Does::BlocksAndRollsBack) if !self.armed.is_empty() => {
                "ARMED, rolls back".to_owned()
            }
            (AlarmLevel::Ok, Does::Blocks | Does::BlocksAndRollsBack) => does.to_owned(),
        }
    }
}

impl Watching {
    fn of(attempt: &Attempt) -> Self {
        Self {
            stage: attempt.stage.clone(),
            release: attempt.release,
        }
    }
}

impl Does {
    pub fn word(self) -> &'static str {
        match self {
            Does::Observes => "observes",
            Does::Blocks => "blocks",
            Does::BlocksAndRollsBack => "blocks + rolls back",
        }
    }
}
