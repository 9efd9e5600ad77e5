//! What was asked of the server for the screen on top beyond what it tells by itself: a forecast,
//! where settings come from, what a step printed. It goes when the screen does.

use crate::{
    api::{LogState, Setting},
    model::{Digest, EffectId, Forecast, PipelineName, Revision, Time},
    tui::log::Log,
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    pub forecast: Option<Asked<Revision, Forecast>>,
    pub settings: Option<Asked<Option<Digest>, Vec<Setting>>>,
    pub log: Option<StepLog>,
}

/// A question about a pipeline as it was, and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<K, T> {
    pub pipeline: PipelineName,
    /// What the answer hangs on; when it is different, the answer is an old one.
    pub about: K,
    pub at: Time,
    /// None while nothing has come yet; the last one stays until the next one comes.
    pub answer: Option<Result<T, String>>,
    pub waiting: bool,
}

/// The log of one step, as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLog {
    pub pipeline: PipelineName,
    pub step: EffectId,
    pub log: Log,
    pub state: Option<LogState>,
    /// Why the last question was not answered.
    pub trouble: Option<String>,
    pub waiting: bool,
    /// When the last answer came.
    pub at: Time,
}

impl<K: PartialEq, T> Asked<K, T> {
    pub fn new(pipeline: PipelineName, about: K, at: Time) -> Self {
        Self {
            pipeline,
            about,
            at,
            answer: None,
            waiting: true,
        }
    }

    /// Takes the answer in, if it is still waited for.
    pub fn take(&mut self, pipeline: &PipelineName, answer: Result<T, String>) {
        if self.waiting && self.pipeline == *pipeline {
            self.answer = Some(answer);
            self.waiting = false;
        }
    }
}
