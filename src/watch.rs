//! Observes: reads the alarms of a pipeline from the systems that know. It applies the alarms' own
//! smoothing (M of N to fire, K to clear) and knows nothing of what a level leads to.

use crate::model::{Alarm, AlarmLevel, AlarmName, Observation, Reading, Span};

/// The alarms of one pipeline, with the memory their windows need.
#[derive(Debug)]
pub struct Watch {
    names: Vec<AlarmName>,
}

impl Watch {
    /// Watches these alarms; the memory starts empty, so the first readings have no data.
    pub fn new(alarms: &[Alarm], _http: reqwest::Client) -> Watch {
        let names = alarms.iter().map(|alarm| alarm.name.clone()).collect();
        Watch { names }
    }

    /// Reads every alarm once. Never fails: a source that does not answer is a reading without data.
    #[expect(clippy::unused_async, reason = "the signature stands before its body")]
    pub async fn observe(&mut self) -> Observation {
        let unread = |alarm: &AlarmName| Reading {
            alarm: alarm.clone(),
            level: AlarmLevel::NoData,
            value: None,
            why: "not read yet".to_owned(),
            points: 0,
        };
        Observation {
            elapsed: Span::ZERO,
            readings: self.names.iter().map(unread).collect(),
        }
    }
}
