//! What a release spends its time on, from being cut to being everywhere: before each stage what it
//! waits for, in it what the attempt is doing. Every moment counts once.

use crate::model::{
    Attempt, AttemptId, AttemptState, Gate, GateState, Pipeline, Progress, Span, StageName, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// Waiting before a stage for one of these, or for its turn.
    Window,
    Alarm,
    Hold,
    Queue,
    /// In a stage.
    Build,
    Deploy,
    Bake,
    Test,
    Approval,
    /// Paused until a person decides.
    Paused,
}

impl Activity {
    pub const ALL: [Activity; 10] = [
        Activity::Window,
        Activity::Alarm,
        Activity::Hold,
        Activity::Queue,
        Activity::Build,
        Activity::Deploy,
        Activity::Bake,
        Activity::Test,
        Activity::Approval,
        Activity::Paused,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Activity::Window => "window",
            Activity::Alarm => "alarm",
            Activity::Hold => "hold",
            Activity::Queue => "queue",
            Activity::Build => "build",
            Activity::Deploy => "deploy",
            Activity::Bake => "bake",
            Activity::Test => "test",
            Activity::Approval => "approval",
            Activity::Paused => "paused",
        }
    }
}

/// A release on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trip {
    /// Since when it waits to enter a stage.
    pub(super) ready: Time,
    /// Whether a person had to do something for it.
    pub(super) touched: bool,
    doing: Option<Doing>,
    /// In the order of the stages it went through.
    spent: Vec<(StageName, BTreeMap<Activity, Span>)>,
}

/// What its attempt does, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Doing {
    attempt: AttemptId,
    stage: StageName,
    activity: Activity,
    since: Time,
}

impl Trip {
    pub(super) fn new(cut: Time) -> Self {
        Self {
            ready: cut,
            touched: false,
            doing: None,
            spent: Vec::new(),
        }
    }

    /// It enters a stage after having waited for these.
    pub(super) fn enter(
        &mut self,
        attempt: &Attempt,
        at: Time,
        waited: impl IntoIterator<Item = (Activity, Span)>,
    ) {
        for (activity, span) in waited {
            self.spend(&attempt.stage, activity, span);
        }
        self.doing = Some(Doing {
            attempt: attempt.id,
            stage: attempt.stage.clone(),
            activity: activity(attempt),
            since: at,
        });
    }

    /// Counts the time since the last look, and looks at what is done now.
    pub(super) fn follow(&mut self, pipeline: &Pipeline, at: Time) {
        let Some(doing) = self.doing.clone() else {
            return;
        };
        let Some(attempt) = pipeline.attempt(doing.attempt) else {
            // Another attempt has taken its place in memory: it ended by then at the latest.
            self.end(at);
            return;
        };
        let now = activity(attempt);
        let until = attempt.ended().unwrap_or(at);
        if attempt.ended().is_some() || now != doing.activity {
            self.spend(&doing.stage, doing.activity, until.since(doing.since));
            self.doing = Some(Doing {
                activity: now,
                since: until,
                ..doing
            });
        }
        if attempt.ended().is_some() {
            self.end(until);
        }
    }

    fn end(&mut self, at: Time) {
        self.doing = None;
        self.ready = at;
    }

    fn spend(&mut self, stage: &StageName, activity: Activity, span: Span) {
        if self.spent.last().is_none_or(|(last, _)| last != stage) {
            self.spent.push((stage.clone(), BTreeMap::new()));
        }
        if let Some((_, spent)) = self.spent.last_mut() {
            let total = spent.entry(activity).or_default();
            *total = *total + span;
        }
    }

    /// All that it spent, in order.
    pub(super) fn legs(self) -> Vec<(StageName, Activity, Span)> {
        let stages = self.spent.into_iter();
        let legs = stages.flat_map(|(stage, spent)| {
            let spent = spent.into_iter().filter(|(_, span)| !span.is_zero());
            spent.map(move |(activity, span)| (stage.clone(), activity, span))
        });
        legs.collect()
    }
}

/// What an attempt is doing.
fn activity(attempt: &Attempt) -> Activity {
    if matches!(attempt.state, AttemptState::Paused { .. }) {
        return Activity::Paused;
    }
    if attempt.stage == StageName::build() && attempt.state == AttemptState::Deploying {
        return Activity::Build;
    }
    if attempt.state == AttemptState::Approving {
        let gates = attempt.current_gates();
        let Some((_, gate)) = gates.first() else {
            return Activity::Test;
        };
        return match (&gate.gate, &gate.state) {
            (Gate::Manual(_), _) | (_, GateState::Asked { .. }) => Activity::Approval,
            (Gate::Bake(_), _) => Activity::Bake,
            (Gate::Test(_) | Gate::Coverage(_), _) => Activity::Test,
        };
    }
    let runs = |progress: &Progress| matches!(progress, Progress::Running { .. });
    let bakes = attempt.bakes.iter().any(|bake| !bake.is_finished());
    if bakes && !attempt.progress.values().any(runs) {
        return Activity::Bake;
    }
    Activity::Deploy
}
