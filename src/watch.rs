//! Observes: reads the alarms of a pipeline from the systems that know. It applies the alarms' own
//! smoothing (M of N to fire, K to clear) and knows nothing of what a level leads to.
//!
//! ```text
//! sources say what they ask -> ask (each once) -> fetch, command
//! answers -> source: scrape (exposition -> counter -> window), prometheus, alertmanager, json, command,
//! inbox   ---^ |                   anomaly, webhook (which asks nobody: it was told)
//!              `-> one reading -> level                     `-> sights, by target (apart)
//! ```
//!
//! Whatever is not surely good or bad is no data, with the reason in words (DESIGN.md 5, rule 6).

mod alertmanager;
mod anomaly;
mod apart;
mod ask;
mod command;
mod counter;
mod exposition;
mod fetch;
#[cfg(feature = "fuzzed")]
pub mod fuzzed;
mod inbox;
mod json;
mod level;
mod number;
mod pace;
mod prometheus;
mod ratio;
mod sights;
mod source;
mod trail;
mod webhook;

pub use inbox::{Inbox, Inboxes};
pub use sights::Sights;

use crate::{
    clock::{self, Stopwatch},
    model::{
        Alarm, AlarmLevel, AlarmName, Observation, Reading, Sight, Span, TargetName, Time, Touch,
        plain,
    },
};
use ask::{Answers, Ask};
use level::Level;
use pace::Pace;
use sights::Seen;
use source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a reason.
const WORDS_MOST: usize = 350;

/// The alarms of one pipeline, with the memory their windows need.
#[derive(Debug)]
pub struct Watch {
    http: reqwest::Client,
    alarms: Vec<Watched>,
    since: Stopwatch,
    pace: Pace,
    sights: Sights,
}

impl Watch {
    /// Watches these alarms; the memory starts empty, so the first readings have no data. What is
    /// there to be looked at goes into the sights; what others push is read from the inboxes.
    pub fn new(
        alarms: &[Alarm],
        http: reqwest::Client,
        sights: Sights,
        inboxes: &Inboxes,
    ) -> Watch {
        sights.keep(&alarms.iter().map(|alarm| alarm.name.clone()).collect());
        Watch {
            sights,
            http,
            alarms: alarms
                .iter()
                .map(|alarm| Watched::new(alarm, inboxes))
                .collect(),
            since: Stopwatch::start(),
            pace: Pace::start(),
        }
    }

    /// Hears what deployments have done to targets, before a round.
    pub fn touched(&mut self, touched: &BTreeMap<TargetName, Touch>) {
        for alarm in &mut self.alarms {
            alarm.source.touched(touched);
        }
    }

    /// Reads every alarm once, all at the same time. Never fails: a source that does not answer is
    /// a reading without data.
    pub async fn observe(&mut self) -> Observation {
        let asks: BTreeSet<Ask> = self.alarms.iter().flat_map(|a| a.source.asks()).collect();
        let answers = Answers::to(asks, &self.http).await;
        let (at, now) = (self.since.elapsed(), clock::now());
        let round = self.alarms.iter_mut().map(|a| a.read(at, now, &answers));
        Observation {
            elapsed: self.pace.lap(),
            readings: self.sights.take(now, round.collect()),
        }
    }
}

#[derive(Debug)]
struct Watched {
    name: AlarmName,
    source: Box<dyn Source>,
    level: Level,
}

impl Watched {
    fn new(alarm: &Alarm, inboxes: &Inboxes) -> Self {
        Self {
            name: alarm.name.clone(),
            source: source::of(alarm, inboxes),
            level: Level::new(alarm.fire, alarm.clear),
        }
    }

    fn read(&mut self, at: Span, now: Time, answers: &Answers) -> Seen {
        let look = self.source.read(at, now, answers);
        let mut sight = Sight {
            targets: look.targets.clone(),
            ..Sight::default()
        };
        if look.answered {
            sight.answered = Some(now);
        } else {
            let why = look.judged.as_ref().err();
            sight.trouble = why.map(|why| (now, plain(why, WORDS_MOST)));
        }
        // Others' words may be as long and as strange as they like.
        let plain = |words: &str| plain(words, WORDS_MOST);
        let (level, value, why) = match look.judged {
            Ok(judged) => {
                let firing = self.level.reading(judged.above);
                let level = if firing {
                    AlarmLevel::Firing
                } else {
                    AlarmLevel::Ok
                };
                let told = if firing {
                    plain(&look.told)
                } else {
                    String::new()
                };
                (level, judged.value, told)
            }
            Err(why) => {
                self.level.no_data();
                (AlarmLevel::NoData, None, plain(&why))
            }
        };
        sight.above = self.level.above();
        let reading = Reading {
            alarm: self.name.clone(),
            level,
            value,
            why,
            points: look.points,
            targets: look.targets,
        };
        Seen {
            reading,
            now: sight,
        }
    }
}
