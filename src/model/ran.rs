//! Which steps were run, as the journal tells it: the state keeps only those that are owed, but
//! their logs are there to be read afterwards.

use crate::model::{AttemptId, Effect, EffectId, Entry, Fact, Owed, StageName, StepResult, Time};
use serde::Serialize;
use std::collections::BTreeMap;

/// A step that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ran {
    pub id: EffectId,
    pub stage: StageName,
    pub attempt: AttemptId,
    /// `deploy r7 to h1`
    pub title: String,
    pub started: Time,
    /// How often it was begun.
    pub tries: u32,
    /// When and how it ended; none while it is owed.
    pub ended: Option<Ended>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    pub at: Time,
    pub how: End,
    /// Why, where it did not go well.
    pub why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    Well,
    Failed,
    /// The machinery, or nobody knows.
    Lost,
    NotWanted,
}

impl End {
    pub fn word(self) -> &'static str {
        match self {
            End::Well => "done",
            End::Failed => "failed",
            End::Lost => "lost",
            End::NotWanted => "not wanted any more",
        }
    }
}

/// The steps that the entries tell of, and those that are owed whether they do or not; newest first.
pub fn ran<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    owed: impl IntoIterator<Item = &'a Owed>,
) -> Vec<Ran> {
    let mut found: BTreeMap<(Time, EffectId), Ran> = BTreeMap::new();
    let mut begun: BTreeMap<EffectId, Time> = BTreeMap::new();
    let mut begin = |owed: &Owed, found: &mut BTreeMap<_, _>| {
        begun.insert(owed.id.clone(), owed.started);
        found.insert((owed.started, owed.id.clone()), Ran::of(owed));
    };
    let mut ends: Vec<(&EffectId, Ended)> = Vec::new();
    for entry in entries {
        if let Some(owed) = entry.fact.opens() {
            begin(owed, &mut found);
        }
        ends.extend(ended(entry));
    }
    for owed in owed {
        begin(owed, &mut found);
    }
    for (id, end) in ends {
        let key = begun.get(id).map(|started| (*started, id.clone()));
        if let Some(step) = key.and_then(|key| found.get_mut(&key)) {
            step.ended = Some(end);
        }
    }
    found.into_values().rev().collect()
}

fn ended(entry: &Entry) -> Option<(&EffectId, Ended)> {
    let id = entry.fact.closes()?;
    let (how, why) = if let Fact::StepFinished { result, .. } = &entry.fact {
        match result {
            StepResult::Succeeded { .. } => (End::Well, ""),
            StepResult::Failed { why, .. } => (End::Failed, why.as_str()),
            StepResult::Infrastructure { why, .. } | StepResult::Unknown { why } => {
                (End::Lost, why.as_str())
            }
        }
    } else {
        (End::NotWanted, "")
    };
    let (at, why) = (entry.at, why.to_owned());
    Some((id, Ended { at, how, why }))
}

impl Ran {
    fn of(owed: &Owed) -> Self {
        Self {
            id: owed.id.clone(),
            stage: owed.effect.stage(),
            attempt: owed.attempt,
            title: owed.effect.title(),
            started: owed.started,
            tries: owed.tries,
            ended: None,
        }
    }
}

impl Effect {
    /// The column that it is part of.
    pub fn stage(&self) -> StageName {
        match self {
            Effect::Build { .. } | Effect::Check { .. } | Effect::Coverage { .. } => {
                StageName::build()
            }
            Effect::Deploy(deployment) => deployment.stage.clone(),
            Effect::Test { stage, .. } => stage.clone(),
        }
    }
}
